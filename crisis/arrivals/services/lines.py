"""What the roll call hears of an arrival, in the caller's transaction."""

from collections.abc import Iterable

from crisis.arrivals.models import Arrival
from crisis.rollcall.services.log import WITHDRAWS, Entry, write_log
from crisis.rollcall.states import EventKind, Source


def write_lines(arrivals: Iterable[Arrival], by: str) -> None:
    """Lines in the roll call for those of these who are known, in the caller's transaction."""
    entries, written = [], []
    for arrival in arrivals:
        if arrival.whose is None:
            continue
        arrival.line_ref, arrival.lines = arrival.whose, arrival.lines + 1
        written.append(arrival)
        entries.append(Entry(arrival.line_ref, EventKind.ARRIVED, arrival.at, arrival.line))
    if entries:
        Arrival.objects.bulk_update(written, ["line_ref", "lines"], batch_size=1000)
        _log(written[0], entries, by)


def withdraw(arrival: Arrival, by: str) -> None:
    """Take its line back, where there is one."""
    if arrival.line_ref is None:
        return
    back = Entry(arrival.line_ref, EventKind.WITHDRAWN, arrival.at, WITHDRAWS + arrival.line)
    _log(arrival, [back], by)
    arrival.line_ref = None
    arrival.save(update_fields=["line_ref"])


def _log(arrival: Arrival, entries: list[Entry], by: str) -> None:
    write_log(
        incident_id=arrival.place.operation.incident_id,
        entries=entries,
        source=Source.OFFICER,
        recorded_by=by,
    )
