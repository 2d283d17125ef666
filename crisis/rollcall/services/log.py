"""Writing the log and folding it, in one transaction, for many persons at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from config.kernel import bulk, clock, encryption
from crisis.events.services import NewEvent, emit_many
from crisis.events.types import EventType
from crisis.incidents.models import Incident
from crisis.rollcall.fold import Fact, Folded, fold
from crisis.rollcall.models import RollCallEvent, Standing, StandingQuerySet
from crisis.rollcall.signals import help_called
from crisis.rollcall.states import EventKind, Source

NOTE_PURPOSE = "rollcall.event.note"
# A correction is a line of its own: its key is that of the line which it takes back, behind this.
WITHDRAWS = "withdrawn:"
_COLUMNS = (
    "incident", "person_ref", "kind", "occurred_at", "learned_at", "source", "source_key",
    "recorded_by", "note",
)  # fmt: skip
_FACETS = (
    "condition", "movement", "contact", "wants_out", "possible_help", "answered_at", "spoken_for",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to be written. `source_key` names its cause, so that it is written once."""

    person_ref: int
    kind: EventKind
    occurred_at: datetime
    source_key: str
    note: str = ""


def write_log(
    *, incident_id: int, entries: Collection[Entry], source: Source, recorded_by: str = ""
) -> int:
    """Append entries and fold the standings they touch, in the caller's transaction.

    Entries whose cause is written already are passed over; persons outside the frozen audience
    keep their line in the log and have no standing. Returns the number of standings changed.
    """
    now = clock.now()
    rows = [
        (incident_id, e.person_ref, e.kind.value, e.occurred_at, now, source.value, e.source_key,
         recorded_by, encryption.seal(e.note, NOTE_PURPOSE) if e.note else b"")
        for e in entries
    ]  # fmt: skip
    persons = sorted({entry.person_ref for entry in entries})
    # The lock comes first: whoever folds reads everything that was written before.
    standings = lock_standings(incident_id, persons)
    if not bulk.insert(RollCallEvent, _COLUMNS, rows):
        return 0
    changed = refold(incident_id, standings)
    if calls := [entry for entry in entries if entry.kind == EventKind.NEEDS_HELP]:
        help_called.send(
            None, incident_id=incident_id, calls=calls, source=source, recorded_by=recorded_by
        )
    return changed


class Stands(NamedTuple):
    """A standing as it is before the fold; `same_as` is None for all but the few who are merged."""

    id: int
    person_ref: int
    same_as: int | None
    facets: tuple[object, ...]


def lock_standings(incident_id: int, persons: list[int]) -> list[Stands]:
    """The standings to fold, locked: of somebody merged it is that of the one who is kept."""
    of_incident = Standing.objects.filter(incident=incident_id)
    found = _lock(of_incident.filter(person_ref__among=persons))
    kept = {row.same_as for row in found if row.same_as is not None}
    if not kept:
        return found
    alone = [row for row in found if row.same_as is None]
    return alone + _lock(of_incident.filter(person_ref__in=kept))


def _lock(standings: StandingQuerySet) -> list[Stands]:
    found = standings.order_by("pk")
    if connection.vendor == "postgresql":
        found = found.select_for_update()
    rows = found.values_list("pk", "person_ref", "same_as", *_FACETS)
    return [Stands(pk, person, same_as, tuple(facets)) for pk, person, same_as, *facets in rows]


def refold(incident_id: int, standings: list[Stands]) -> int:
    """Fold these anew; returns how many changed. The log of a merged person keeps its reference,
    and is read together with that of the one who is kept."""
    one_of = {standing.person_ref: standing.person_ref for standing in standings}
    if merged := [standing.person_ref for standing in standings if standing.same_as is not None]:
        rows = Standing.objects.filter(incident=incident_id, same_as__in=merged)
        pairs = rows.values_list("person_ref", "same_as")
        one_of |= {person: same or person for person, same in pairs}
    facts = _facts(incident_id, one_of)
    folds = [(standing, _fold(frozenset(facts[standing.person_ref]))) for standing in standings]
    changed = [
        (standing, folded) for standing, folded in folds if _facets(folded) != standing.facets
    ]
    now = clock.now()
    bulk.update(
        Standing,
        ("id", *_FACETS, "updated_at"),
        [(standing.id, *_facets(folded), now) for standing, folded in changed],
    )
    emit_many(_events(incident_id, changed))
    return len(changed)


# Thousands are alerted at the same moment and have nothing else in their log.
_fold = lru_cache(maxsize=1024)(fold)


def _facets(folded: Folded) -> tuple[object, ...]:
    return (
        folded.condition.value, folded.movement.value, folded.contact.value,
        folded.wants_out, folded.possible_help, folded.answered_at, folded.spoken_for,
    )  # fmt: skip


def _facts(incident_id: int, one_of: Mapping[int, int]) -> dict[int, list[Fact]]:
    """By the person whose standing they fold into."""
    rows = RollCallEvent.objects.filter(incident=incident_id, person_ref__among=list(one_of))
    lines = list(rows.values_list("person_ref", "kind", "occurred_at", "source_key"))
    # Where every message arrived, the logs of thousands are alike: only a loss needs the causes.
    lossy = {person for person, kind, *_ in lines if kind == EventKind.UNREACHED}
    corrected = {person for person, kind, *_ in lines if kind == EventKind.WITHDRAWN}
    facts: dict[int, list[Fact]] = defaultdict(list)
    for person, kind, at, key in lines:
        cause = key.rpartition(":")[0] if person in lossy else ""
        line = f"{person} {key.removeprefix(WITHDRAWS)}" if person in corrected else ""
        facts[one_of[person]].append(Fact(EventKind(kind), at, cause, line))
    return facts


def _events(incident_id: int, changed: list[tuple[Stands, Folded]]) -> list[NewEvent]:
    """Partners hear of condition and movement; «alerted» for each of 100,000 tells them nothing."""
    now = clock.now()
    return [
        NewEvent(
            type=EventType.STANDING_CHANGED,
            subject=f"incident:{incident_id}",
            data={"incident": incident_id, "person_ref": standing.person_ref,
                  "condition": folded.condition.value, "movement": folded.movement.value,
                  "contact": folded.contact.value, "spoken_for": folded.spoken_for},
            time=now,
        )
        for standing, folded in changed
        if _facets(folded)[:2] != standing.facets[:2]
    ]  # fmt: skip


def incident_of(source: str) -> Incident | None:
    """The incident that notifications calls `source`."""
    kind, _, number = source.partition(":")
    if kind != "incident" or not number.isdigit():
        return None
    return Incident.objects.filter(pk=int(number)).first()
