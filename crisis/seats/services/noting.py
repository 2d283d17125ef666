"""The log of what was done with a traveller, and the audit's line beside it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.seats.models import Gathering, Traveller, TravellerEvent
from crisis.seats.states import TravellerAct
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import EvacuationOperation
from crisis.transports.states import OperationState

REASON_LENGTH = 300


@contextmanager
def acting(operation: EvacuationOperation, officer: User) -> Iterator[EvacuationOperation]:
    """A transaction in which this officer alone changes seats of the operation; the operation as it
    stands. Raises DomainError forbidden, not_found (outside the jurisdiction), operation_ended."""
    demand(officer, Capability.SEAT, operation.incident.post)
    with transaction.atomic():
        # Whoever needs several locks takes the audit's first.
        audit.hold_chain()
        held = hold(operation).operation
        demand_open(held)
        yield held


def hold(operation: EvacuationOperation) -> Gathering:
    """Wait until nobody else changes seats of this operation, to the end of the transaction. After
    the roll call's locks, where those are needed too, and before any of its own rows. On SQLite
    the transaction itself is the lock."""
    Gathering.objects.get_or_create(operation=operation)
    rows = Gathering.objects.select_for_update(of=("self",))
    return rows.select_related("operation__incident__post").get(operation=operation)


def demand_open(operation: EvacuationOperation) -> None:
    if operation.state != OperationState.OPEN:
        raise DomainError("operation_ended", _("撤离行动已结束。"), status=409)


def words(text: str, *, needed: bool = True) -> str:
    """An officer's reason; raises DomainError reason_needed, reason_too_long."""
    reason = clean(text)
    if needed and not reason:
        raise DomainError("reason_needed", _("请写明理由。"), {"field": "reason"})
    if len(reason) > REASON_LENGTH:
        sentence = _("理由最多 %(most)s 字。") % {"most": REASON_LENGTH}
        raise DomainError("reason_too_long", sentence, {"field": "reason"})
    return reason


def note(
    travellers: Iterable[Traveller],
    act: TravellerAct,
    *,
    value: str = "",
    reason: str = "",
    by: str = "",
) -> None:
    """One line for each; the words stay in it, sealed."""
    now = clock.now()
    TravellerEvent.objects.bulk_create(
        [
            TravellerEvent(traveller=one, act=act, value=value, reason=reason, by=by, at=now)
            for one in travellers
        ],
        batch_size=1_000,
    )


def audited(act: str, operation: EvacuationOperation, officer: User, **detail: Any) -> None:
    audit.record(
        actor=officer.username, act=f"seat.{act}", subject=operation.incident.source, **detail
    )
