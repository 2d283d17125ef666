"""Receipts: in any order, repeated, late, or before the send's own answer."""

from collections.abc import Sequence

from django.db import transaction

from config.kernel import bulk, clock
from notifications.gateways.base import ReceiptSeen
from notifications.models import Attempt, Batch, Delivery, Inbound, Receipt
from notifications.states import DeliveryState, ReceiptStatus

_FINAL = {
    ReceiptStatus.DELIVERED: DeliveryState.DELIVERED,
    ReceiptStatus.UNDELIVERED: DeliveryState.UNDELIVERED,
}
# What a receipt may still change. A terminal state is never overwritten.
_OPEN = (DeliveryState.CALLING, DeliveryState.IN_DOUBT, DeliveryState.ACCEPTED)
_COLUMNS = ("id", "state", "gateway", "provider_ref", "provider_code", "finished_at")


def store_receipts(seen: Sequence[tuple[Inbound, ReceiptSeen]]) -> None:
    """Write receipts, matched where the delivery is known; the others wait."""
    if not seen:
        return
    by_ref = _by_provider_ref([s.provider_ref for _, s in seen])
    by_key = _by_key([s.key for _, s in seen])
    now = clock.now()
    rows = [
        Receipt(
            inbound=inbound,
            gateway=inbound.gateway,
            provider_ref=receipt.provider_ref,
            delivery_id=by_ref.get(receipt.provider_ref) or by_key.get(receipt.key),
            status=receipt.status,
            provider_code=receipt.provider_code[:40],
            received_at=now,
        )
        for inbound, receipt in seen
    ]
    Receipt.objects.bulk_create(rows)
    _apply([row for row in rows if row.delivery_id])


def _by_provider_ref(refs: Sequence[str]) -> dict[str, int]:
    """The deliveries whose calls the provider named so."""
    calls = Attempt.objects.filter(provider_ref__in=set(refs) - {""})
    return dict(calls.values_list("provider_ref", "delivery"))


def _by_key(keys: Sequence[str]) -> dict[str, int]:
    return dict(Delivery.objects.filter(key__in=set(keys) - {""}).values_list("key", "pk"))


def _apply(receipts: Sequence[Receipt]) -> None:
    """Move deliveries forward. The first final word of a provider stands."""
    now = clock.now()
    final: dict[int, Receipt] = {}
    for receipt in receipts:
        if receipt.delivery_id and ReceiptStatus(receipt.status) in _FINAL:
            final.setdefault(receipt.delivery_id, receipt)
    words = [
        (pk, _FINAL[ReceiptStatus(r.status)].value, r.gateway, r.provider_ref, r.provider_code, now)
        for pk, r in sorted(final.items())  # in the order in which senders lock rows
    ]
    bulk.update(Delivery, _COLUMNS, words, where="t.state IN (%s, %s, %s)", params=_OPEN)
    _spare_repeats([word for word in words if word[1] == DeliveryState.DELIVERED])
    Batch.objects.filter(deliveries__in=final).update(untold=True)


def _spare_repeats(delivered: Sequence[bulk.Row]) -> None:
    """A message that is to leave once more turns out to have arrived: the repeat never leaves, and
    the delivery is no possible duplicate. One that did not arrive keeps its repeat."""
    bulk.update(
        Delivery,
        (*_COLUMNS, "possible_duplicate"),
        [(*word, False) for word in delivered],
        where="t.state = %s AND t.attempts > 0",
        params=[DeliveryState.PENDING],
    )


def match_waiting(limit: int = 1000) -> int:
    """Receipts that came before the send was recorded find their delivery now."""
    waiting = Receipt.objects.filter(delivery=None).exclude(provider_ref="")
    # Only those whose delivery is known by now: the others must not hold up the line.
    known = Attempt.objects.exclude(provider_ref="").values("provider_ref")
    rows = list(waiting.filter(provider_ref__in=known).order_by("pk")[:limit])
    if rows:
        _match(rows)
    return len(rows)


@transaction.atomic
def _match(rows: Sequence[Receipt]) -> None:
    found = _by_provider_ref([row.provider_ref for row in rows])
    for row in rows:
        row.delivery_id = found.get(row.provider_ref)
    Receipt.objects.bulk_update(rows, ["delivery"])
    _apply([row for row in rows if row.delivery_id])
