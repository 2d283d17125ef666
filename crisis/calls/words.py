"""What people wrote that no rule could read: the words beside the person, for an officer."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.states import EventKind
from notifications.models import Reply
from registry.models import Person

SHOWN_OF_EACH = 3
KINDS = (EventKind.POSSIBLE_HELP, EventKind.NEEDS_HELP)


@dataclass(slots=True)
class Unclear:
    """One person whose words wait for a verdict. `seen` is the log's newest line that is shown:
    a verdict says so, and what comes in later is not judged with it."""

    standing: Standing
    person: Person | None = None
    replies: list[Reply] = field(default_factory=list)
    seen: int = 0


def with_words(standings: Sequence[Standing]) -> list[Unclear]:
    """Each with its newest words, newest first, in the order given."""
    rows = {(row.incident_id, row.person_ref): Unclear(row) for row in standings}
    whose = _whose(standings)
    lines = RollCallEvent.objects.filter(
        incident__in={row.incident_id for row in standings},
        person_ref__in={ref for _, ref in whose},
        kind__in=KINDS,
    ).order_by("-pk")
    said: dict[tuple[int, int], list[int]] = defaultdict(list)
    for line in lines:
        key = line.incident_id, line.person_ref
        if key not in whose:
            continue
        row = rows[whose[key]]
        row.seen = max(row.seen, line.pk)
        kind, _, number = line.source_key.partition(":")
        if kind == "reply" and number.isdigit() and len(said[whose[key]]) < SHOWN_OF_EACH:
            said[whose[key]].append(int(number))
    replies = Reply.objects.in_bulk({pk for pks in said.values() for pk in pks})
    people = Person.objects.in_bulk([row.person_ref for row in standings])
    for key, row in rows.items():
        row.replies = [replies[pk] for pk in said[key] if pk in replies]
        row.person = people.get(row.standing.person_ref)
    return list(rows.values())


def _whose(standings: Sequence[Standing]) -> dict[tuple[int, int], tuple[int, int]]:
    """{(incident, reference in the log): (incident, person)}: who was merged keeps theirs."""
    own = {
        (row.incident_id, row.person_ref): (row.incident_id, row.person_ref) for row in standings
    }
    merged = Standing.objects.filter(
        incident__in={row.incident_id for row in standings},
        same_as__in=[row.person_ref for row in standings if row.same_as is not None],
    )
    for incident, ref, same in merged.values_list("incident_id", "person_ref", "same_as"):
        if same is not None and (incident, same) in own:
            own[incident, ref] = (incident, same)
    return own
