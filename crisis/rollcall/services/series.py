"""Aftershocks: whose answer still holds, and how it is taken along."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from crisis.incidents.models import Incident
from crisis.incidents.series import incidents_before
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import Condition, EventKind, Source

# Lines that say: they were well.
_WELL = (EventKind.SAFE, EventKind.LEFT_AREA, EventKind.WANTS_OUT, EventKind.HELP_CLOSED)


def answered_since(
    incident_ids: Collection[int], person_refs: Collection[int], since: datetime
) -> set[int]:
    """Those of these people who said themselves, at `since` or later in one of these incidents,
    that they are well, and of whom nothing else is open there."""
    standings = Standing.objects.counted().filter(
        incident__in=list(incident_ids), person_ref__among=list(person_refs)
    )
    well = standings.filter(
        condition=Condition.SAFE, spoken_for=False, possible_help=False, answered_at__gte=since
    )
    worried = standings.exclude(condition__in=(Condition.SAFE, Condition.UNKNOWN)).values_list(
        "person_ref", flat=True
    )
    return set(well.values_list("person_ref", flat=True)) - set(worried)


def carry_answers(*, incident: Incident, person_refs: Collection[int]) -> int:
    """Write into the log of an aftershock what these people last said in the series, with the time
    at which they said it. Returns the number of standings changed."""
    if not person_refs:
        return 0
    lines = RollCallEvent.objects.filter(
        incident__in=incidents_before(incident),
        person_ref__among=list(person_refs),
        kind__in=_WELL,
    )
    newest = {line.person_ref: line for line in lines.order_by("occurred_at", "pk")}
    by_source: dict[str, list[Entry]] = defaultdict(list)
    for line in newest.values():
        kind, key = EventKind(line.kind), f"carried:{line.pk}"
        by_source[line.source].append(Entry(line.person_ref, kind, line.occurred_at, key))
    return sum(
        write_log(incident_id=incident.pk, entries=entries, source=Source(source))
        for source, entries in by_source.items()
    )
