"""Where people stand with a transport: the fold of its scans, written in the transaction that
changes them, and what the roll call hears of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from config.kernel import audit
from crisis.boarding.fold import Fact, Folded, fold
from crisis.boarding.models import GateScan, Passage
from crisis.boarding.signals import passages_changed
from crisis.boarding.states import ScanKind
from crisis.rollcall.services.log import WITHDRAWS, Entry, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.transports.models import Transport

# What a scan is in the roll call. That somebody did not come, or was turned away, says nothing of
# where they are.
ROLL_CALL = {ScanKind.BOARDED: EventKind.BOARDED, ScanKind.TAKEN_OFF: EventKind.DISEMBARKED}


def lock(transport_id: int) -> Transport:
    """One hand at a time folds a transport; in the caller's transaction. The audit chain is waited
    for first, as everywhere: whoever records a standing holds it before they come to the same
    rows."""
    audit.hold_chain()
    return Transport.objects.select_for_update(no_key=True).get(pk=transport_id)


def refold(transport_id: int, *, people: Collection[int], walk_ins: Collection[int]) -> None:
    """Write anew where these stand, under the lock; the apps above are told of the people.

    What a walk-in did counts for the person whom they were matched to, together with that
    person's own scans, so that somebody who is on the list after all is counted once.
    """
    scans = GateScan.objects.filter(transport=transport_id, held=False)
    of_people = scans.filter(Q(person_ref__in=people) | Q(walk_in__person_ref__in=people))
    of_walk_ins = scans.filter(walk_in__in=walk_ins, walk_in__person_ref=None)
    columns = ("kind", "at", "person_ref", "walk_in", "walk_in__person_ref")
    facts: dict[tuple[int | None, int | None], list[Fact]] = defaultdict(list)
    for kind, at, person, walk_in, matched in (of_people | of_walk_ins).values_list(*columns):
        whose = person or matched
        facts[whose, None if whose else walk_in].append(Fact(ScanKind(kind), at))
    wanted = {(person, None) for person in people} | {(None, one) for one in walk_ins}
    _write(transport_id, {whose: fold(facts[whose]) for whose in wanted})
    if people:
        passages_changed.send(None, transport_id=transport_id, person_refs=sorted(people))


def _write(transport_id: int, folded: dict[tuple[int | None, int | None], Folded | None]) -> None:
    people = [person for person, _walk_in in folded if person]
    walk_ins = [walk_in for _person, walk_in in folded if walk_in]
    rows = Passage.objects.filter(transport=transport_id)
    there = {
        (row.person_ref, row.walk_in_id): row
        for row in rows.filter(Q(person_ref__in=people) | Q(walk_in__in=walk_ins))
    }
    new, changed, gone = [], [], []
    for whose, stands in folded.items():
        row = there.get(whose)
        if stands is None:
            gone += [row.pk] if row else []
        elif row is None:
            new.append(_passage(transport_id, whose, stands))
        elif (row.state, row.at) != (stands.state, stands.at):
            row.state, row.at = stands.state, stands.at
            changed.append(row)
    Passage.objects.filter(pk__in=gone).delete()
    Passage.objects.bulk_create(new)
    Passage.objects.bulk_update(changed, ["state", "at"])


def _passage(transport_id: int, whose: tuple[int | None, int | None], stands: Folded) -> Passage:
    person, walk_in = whose
    return Passage(
        transport_id=transport_id,
        person_ref=person,
        walk_in_id=walk_in,
        state=stands.state,
        at=stands.at,
    )


def tell_roll_call(transport: Transport, scans: Iterable[GateScan], by: str) -> None:
    """Lines for those of these scans that are somebody's boarding or leaving; each once."""
    entries = [
        Entry(person, ROLL_CALL[ScanKind(scan.kind)], scan.at, line_key(scan))
        for scan in scans
        if scan.kind in ROLL_CALL and (person := person_of(scan))
    ]
    _log(transport, entries, by)


def take_back(transport: Transport, scans: Iterable[GateScan], person_ref: int, by: str) -> None:
    """The lines that these scans wrote of `person_ref` were somebody else's."""
    entries = [
        Entry(person_ref, EventKind.WITHDRAWN, scan.at, WITHDRAWS + line_key(scan))
        for scan in scans
        if scan.kind in ROLL_CALL
    ]
    _log(transport, entries, by)


def _log(transport: Transport, entries: list[Entry], by: str) -> None:
    if entries:
        incident = transport.operation.incident_id
        write_log(incident_id=incident, entries=entries, source=Source.GATE, recorded_by=by)


def person_of(scan: GateScan) -> int | None:
    """Whom a scan is about, as far as it is known."""
    return scan.person_ref or (scan.walk_in.person_ref if scan.walk_in else None)


def line_key(scan: GateScan) -> str:
    """The line's cause. A walk-in's changes with each match: who is matched again to somebody
    whose line was taken back gets a line of its own."""
    if scan.walk_in is None:
        return f"gate:{scan.pk}"
    return f"walkin:{scan.pk}:{scan.walk_in.matches}"
