"""Deadlines that run out, and vehicles that do not go: the places pass on."""

from collections.abc import Collection

from django.db import transaction

from config.kernel import clock
from crisis.seats.models import Offer
from crisis.seats.services.changing import change
from crisis.seats.services.noting import hold
from crisis.seats.states import LIVE_OFFERS, OfferState
from crisis.transports.models import EvacuationOperation, Transport

AT_A_TIME = 500
# What messages say of a vehicle.
_TOLD = frozenset(
    {"kind", "number", "origin", "destination", "departs_at", "arrives_at", "baggage_kg"}
)


def lapse_offers() -> int:
    """The sweep's step: offers whose deadline is over. Returns how many lapsed."""
    due = Offer.objects.filter(state=OfferState.OFFERED, deadline_at__lt=clock.now())
    operations = list(due.order_by().values_list("operation", flat=True).distinct())
    rows = EvacuationOperation.objects.filter(pk__in=operations)
    return sum(_lapse_some(operation) for operation in rows)


@transaction.atomic
def _lapse_some(operation: EvacuationOperation) -> int:
    hold(operation)
    now = clock.now()
    due = Offer.objects.filter(
        operation=operation, state=OfferState.OFFERED, deadline_at__lt=now
    ).select_related("party")
    return sum(
        change(offer, OfferState.LAPSED, ended_at=now)
        for offer in due.order_by("deadline_at", "pk")[:AT_A_TIME]
    )


def follow_cancelled(*, transport: Transport) -> int:
    """A vehicle does not go: every place on it is taken back, and the sweep tells the parties not
    to come. In the transaction that cancels it. Returns how many offers ended."""
    operation = transport.operation
    hold(operation)
    live = Offer.objects.filter(
        operation=operation, state__in=LIVE_OFFERS, journey__legs__transport=transport
    )
    now = clock.now()
    return sum(
        change(offer, OfferState.WITHDRAWN, ended_at=now)
        for offer in live.select_related("party").order_by("pk")
    )


def follow_changed(*, transport: Transport, fields: Collection[str]) -> int:
    """Time or place changed: whoever was told before is told anew, and nobody may wait with an
    answer until it has left. Returns how many offers it concerns."""
    if not _TOLD & set(fields):
        return 0
    hold(transport.operation)
    live = Offer.objects.filter(
        operation=transport.operation_id, journey__legs__transport=transport
    )
    waiting = live.filter(state=OfferState.OFFERED)
    confirmed = live.filter(state=OfferState.CONFIRMED)
    waiting.filter(deadline_at__gt=transport.departs_at).update(deadline_at=transport.departs_at)
    return waiting.update(wave_ref=None) + confirmed.update(passage_ref=None)
