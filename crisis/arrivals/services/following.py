"""Keeping up with what gates record: who went on, and who a walk-in turned out to be."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Q

from config.kernel import audit
from crisis.arrivals.models import Arrival, Stay
from crisis.arrivals.selectors import is_out
from crisis.arrivals.services import staying, telling
from crisis.arrivals.services.lines import withdraw, write_lines
from crisis.arrivals.states import LeftAs
from crisis.boarding.models import Passage
from crisis.boarding.states import ScanKind
from crisis.transports.models import Transport

AT_A_TIME = 200


def follow_gates(*, transport_id: int, person_refs: Collection[int]) -> None:
    """Whoever went aboard here stays here no more; whoever was taken off again does. In the
    transaction in which the gate's record was written."""
    origin = Transport.objects.values_list("origin", flat=True).get(pk=transport_id)
    stays = Stay.objects.filter(place=origin, person_ref__in=person_refs)
    passages = Passage.objects.filter(transport=transport_id, person_ref__in=person_refs)
    where = {row.person_ref: row for row in passages}
    for stay in stays.filter(left_at=None):
        row = where.get(stay.person_ref)
        if row is not None and row.state == ScanKind.BOARDED:
            staying.close(Stay.objects.filter(pk=stay.pk), max(row.at, stay.since), transport_id)
    gone = stays.filter(left_as=LeftAs.ONWARD, left_by=None, onward=transport_id)
    aboard = {ref for ref, row in where.items() if row.state == ScanKind.BOARDED}
    off = [ref for ref in person_refs if ref not in aboard]
    staying.reopen(gone.filter(person_ref__in=off))


def follow_matches() -> int:
    """The sweep's step: a walk-in was matched, or a match was taken back, since their arrival was
    recorded. The roll call's line goes to whom it belongs. Returns how many were moved."""
    walk_ins = Arrival.objects.filter(walk_in__isnull=False, undone_at=None)
    stale = walk_ins.filter(
        Q(line_ref=None, walk_in__person_ref__isnull=False)
        | Q(line_ref__isnull=False, walk_in__person_ref=None)
        | (Q(line_ref__isnull=False) & ~Q(line_ref=F("walk_in__person_ref")))
    )
    return sum(_follow(pk) for pk in list(stale.values_list("pk", flat=True)[:AT_A_TIME]))


@transaction.atomic
def _follow(pk: int) -> bool:
    audit.hold_chain()
    rows = Arrival.objects.select_for_update(of=("self",), no_key=True)
    arrival = rows.select_related("walk_in", "place__operation__incident", "recorded_by").get(pk=pk)
    if arrival.undone_at is not None or arrival.line_ref == arrival.whose:
        return False
    if not is_out(arrival.place):
        arrival.line_ref = arrival.whose
        arrival.save(update_fields=["line_ref"])
        return True
    by = arrival.recorded_by.username
    withdraw(arrival, by)
    write_lines([arrival], by)
    telling.ask([arrival])
    return True
