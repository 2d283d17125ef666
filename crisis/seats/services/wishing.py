"""What somebody wants, as they told an officer: a line of the roll call's log, as any word."""

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.rollcall.models import Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.seats.models import Traveller
from crisis.seats.services.gathering import gather_people
from crisis.seats.services.noting import demand_open, note, words
from crisis.seats.states import TravellerAct, Wish
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import EvacuationOperation

# A plan says where somebody wants to be, and nothing of how they are.
LINES = {
    Wish.GOING: EventKind.PLANS_OUT,
    Wish.STAYING: EventKind.PLANS_STAY,
    Wish.GONE: EventKind.LEFT_AREA,
}


def set_wish(
    *,
    operation: EvacuationOperation,
    person_ref: int,
    wish: Wish,
    officer: User,
    reason: str = "",
) -> Traveller | None:
    """Somebody of the audience told an officer that they want to go, stay, or have left; returns
    their row, None where they have none and need none.

    Raises DomainError forbidden, not_found (outside the jurisdiction), operation_ended,
    not_in_audience, unknown_wish, reason_too_long.
    """
    demand(officer, Capability.SEAT, operation.incident.post)
    if wish not in LINES:
        raise DomainError("unknown_wish", _("请选择：要求撤离、暂时留下或已自行离开。"))
    said = words(reason, needed=False)
    with transaction.atomic():
        # The audit's lock, then the roll call's, then the operation's own.
        entry = audit.record(
            actor=officer.username,
            act="seat.wish",
            subject=operation.incident.source,
            person=person_ref,
            value=wish.value,
        )
        operation.refresh_from_db()
        demand_open(operation)
        if not Standing.objects.filter(
            incident=operation.incident_id, person_ref=person_ref
        ).exists():
            raise DomainError("not_in_audience", _("此人不在本事件的受众之内。"), status=404)
        key = f"officer:{entry.number}"
        write_log(
            incident_id=operation.incident_id,
            entries=[Entry(person_ref, LINES[wish], clock.now(), key, said)],
            source=Source.OFFICER,
            recorded_by=officer.username,
        )
        gather_people(operation=operation, person_refs=[person_ref])
        rows = Traveller.objects.filter(operation=operation, person_ref=person_ref)
        note(rows, TravellerAct.WISH, value=wish, reason=said, by=officer.username)
    return rows.select_related("party").first()
