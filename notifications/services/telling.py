"""Telling the floors above what became of deliveries, once each, in the transaction of the news."""

from itertools import groupby
from operator import itemgetter

from django.db import transaction
from django.db.models import F

from config.kernel import bulk, clock
from notifications.models import Batch, Delivery, Wave
from notifications.signals import ToldOutcome, outcomes_told
from notifications.states import TO_CONTACTS, BatchState, DeliveryState

# States that say something about reaching a person.
NEWS = (
    DeliveryState.ACCEPTED,
    DeliveryState.DELIVERED,
    DeliveryState.UNDELIVERED,
    DeliveryState.FAILED,
    DeliveryState.EXPIRED,
)


# Batches told at a time. An alert that leaves now is worth more than a count that is right a
# second sooner: while batches are being sent, their news takes little of the processors.
LIMIT, LIMIT_WHILE_SENDING = 40, 1


def tell_outcomes() -> int:
    """Tell the news of some batches. Returns the number of deliveries told."""
    sending = Batch.objects.filter(state=BatchState.HELD, lease_until__gte=clock.real_now())
    limit = LIMIT_WHILE_SENDING if sending.exists() else LIMIT
    batches = Batch.objects.filter(untold=True).order_by("pk").values_list("pk", flat=True)
    return sum(_tell(batch_id) for batch_id in list(batches[:limit]))


@transaction.atomic
def _tell(batch_id: int) -> int:
    # The flag falls first: news that commits after our read raises it again.
    if not Batch.objects.filter(pk=batch_id, untold=True).update(untold=False):
        return 0
    outcomes = _untold(batch_id)
    if outcomes:
        outcomes_told.send(sender=Delivery, outcomes=outcomes)
        told = [(outcome.delivery_id, outcome.state.value) for outcome in outcomes]
        bulk.update(Delivery, ("id", "told_state"), told)
    return len(outcomes)


def _untold(batch_id: int) -> list[ToldOutcome]:
    """The news of a batch, with the persons they concern, in one query."""
    source, kind = Wave.objects.values_list("source", "kind").get(batches=batch_id)
    rows = (
        Delivery.objects.filter(batch=batch_id, state__in=NEWS)
        .exclude(told_state=F("state"))
        .order_by("pk")
        .values_list("pk", "state", "finished_at", "accepted_at", "persons__person_ref")
    )
    return [
        ToldOutcome(
            delivery_id=pk,
            source=source,
            state=DeliveryState(state),
            at=finished_at or accepted_at or clock.now(),
            person_refs=tuple(person for *_, person in links if person is not None),
            to_contact=kind in TO_CONTACTS,
        )
        for (pk, state, finished_at, accepted_at), links in groupby(
            rows, key=itemgetter(0, 1, 2, 3)
        )
    ]
