"""Receipts: in any order, repeated, late, or before the send's own answer."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from config.kernel import bulk, clock
from notifications.gateways.base import ReceiptSeen
from notifications.models import Attempt, Batch, Delivery, Receipt
from notifications.services.pushed import Push
from notifications.states import DeliveryState, ReceiptStatus

_FINAL = {
    ReceiptStatus.DELIVERED.value: DeliveryState.DELIVERED.value,
    ReceiptStatus.UNDELIVERED.value: DeliveryState.UNDELIVERED.value,
}
# What a receipt may still change. A terminal state is never overwritten.
_OPEN = (DeliveryState.CALLING, DeliveryState.IN_DOUBT, DeliveryState.ACCEPTED)
_COLUMNS = ("id", "state", "gateway", "provider_ref", "provider_code", "finished_at")


class _Word(NamedTuple):
    """What one receipt says of the delivery it found."""

    delivery_id: int
    gateway: str
    provider_ref: str
    status: str
    provider_code: str


_RECEIPT_COLUMNS = (
    "inbound", "gateway", "provider_ref", "delivery", "status", "provider_code", "received_at",
)  # fmt: skip


def store_receipts(seen: Sequence[tuple[Push, ReceiptSeen]]) -> None:
    """Write receipts, matched where the delivery is known; the others wait."""
    if not seen:
        return
    by_ref = _by_provider_ref([s.provider_ref for _, s in seen])
    by_key = _by_key([s.key for _, s in seen])
    now = clock.now()
    rows, words = [], []
    for push, said in seen:
        found = by_ref.get(said.provider_ref) or by_key.get(said.key)
        code, status = said.provider_code[:40], str(said.status)
        rows.append((push.id, push.gateway, said.provider_ref, found, status, code, now))
        if found:
            words.append(_Word(found, push.gateway, said.provider_ref, status, code))
    bulk.insert(Receipt, _RECEIPT_COLUMNS, rows)
    _apply(words)


def _by_provider_ref(refs: Sequence[str]) -> dict[str, int]:
    """The deliveries whose calls the provider named so."""
    calls = Attempt.objects.filter(provider_ref__among=set(refs) - {""})
    return dict(calls.values_list("provider_ref", "delivery"))


def _by_key(keys: Sequence[str]) -> dict[str, int]:
    return dict(Delivery.objects.filter(key__among=set(keys) - {""}).values_list("key", "pk"))


def _apply(said: Sequence[_Word]) -> None:
    """Move deliveries forward. The first final word of a provider stands."""
    now = clock.now()
    final: dict[int, _Word] = {}
    for word in said:
        if word.status in _FINAL:
            final.setdefault(word.delivery_id, word)
    words = [
        (pk, _FINAL[w.status], w.gateway, w.provider_ref, w.provider_code, now)
        for pk, w in sorted(final.items())  # in the order in which senders lock rows
    ]
    bulk.update(Delivery, _COLUMNS, words, where="t.state IN (%s, %s, %s)", params=_OPEN)
    _spare_repeats([word for word in words if word[1] == DeliveryState.DELIVERED])
    batches = Delivery.objects.filter(pk__among=list(final)).values("batch")
    # Raised without a look at what it is: who tells at this moment holds the row, and may not see
    # our news yet.
    Batch.objects.filter(pk__in=batches).update(untold=True)


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
    bulk.update(Receipt, ("id", "delivery"), [(row.pk, row.delivery_id) for row in rows])
    _apply(
        [
            _Word(row.delivery_id, row.gateway, row.provider_ref, row.status, row.provider_code)
            for row in rows
            if row.delivery_id
        ]
    )
