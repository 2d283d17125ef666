"""Telling the floors above what became of deliveries, once each, in the transaction of the news."""

from collections import defaultdict

from django.db import transaction

from config.kernel import bulk, clock
from notifications.models import Batch, Delivery, DeliveryPerson
from notifications.signals import ToldOutcome, outcomes_told
from notifications.states import DeliveryState

# States that say something about reaching a person.
NEWS = (
    DeliveryState.ACCEPTED,
    DeliveryState.DELIVERED,
    DeliveryState.UNDELIVERED,
    DeliveryState.FAILED,
    DeliveryState.EXPIRED,
)


def tell_outcomes(limit: int = 10) -> int:
    """Tell the news of up to `limit` batches. Returns the number of deliveries told."""
    batches = Batch.objects.filter(untold=True).order_by("pk").values_list("pk", flat=True)
    return sum(_tell(batch_id) for batch_id in list(batches[:limit]))


@transaction.atomic
def _tell(batch_id: int) -> int:
    # The flag falls first: news that commits after our read raises it again.
    if not Batch.objects.filter(pk=batch_id, untold=True).update(untold=False):
        return 0
    untold = [
        row
        for row in Delivery.objects.filter(batch=batch_id, state__in=NEWS)
        .select_related("wave")
        .only("id", "state", "told_state", "accepted_at", "finished_at", "wave__source")
        if row.state != row.told_state
    ]
    if untold:
        outcomes_told.send(sender=Delivery, outcomes=_outcomes(untold))
        bulk.update(Delivery, ("id", "told_state"), [(row.pk, row.state) for row in untold])
    return len(untold)


def _outcomes(rows: list[Delivery]) -> list[ToldOutcome]:
    persons: dict[int, list[int]] = defaultdict(list)
    links = DeliveryPerson.objects.filter(delivery__in=[row.pk for row in rows])
    for delivery_id, person_ref in links.values_list("delivery_id", "person_ref"):
        persons[delivery_id].append(person_ref)
    return [
        ToldOutcome(
            delivery_id=row.pk,
            source=row.wave.source,
            state=DeliveryState(row.state),
            at=row.finished_at or row.accepted_at or clock.now(),
            person_refs=tuple(persons[row.pk]),
        )
        for row in rows
    ]
