"""Adding recipients to a wave: rows first, then the bell."""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet

from config.kernel import bulk, clock
from notifications import bell, tokens
from notifications.models import Batch, Delivery, DeliveryPerson, Reply, Wave
from notifications.states import BatchState, DeliveryState, Meaning, WaveKind

KEY_BYTES = 12
# Channels whose messages carry the check-in link.
LINKED_CHANNELS = frozenset({"wechat"})


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address and the persons it speaks for, as (person_ref, is_owner).

    `sealed_address` is the address encrypted for the purpose «address»; it is copied unopened.
    """

    channel: str
    sealed_address: bytes
    address_index: bytes
    language: str
    persons: tuple[tuple[int, bool], ...]


def add_recipients(*, wave: Wave, recipients: Sequence[Recipient]) -> int:
    """Write deliveries, their persons and their batches; ring for the batches on commit.

    An address that the wave already has gets no second delivery, only further persons. Returns
    the number of new deliveries. Call inside the transaction that makes the recipients final.
    """
    if wave.kind == WaveKind.REMINDER:
        recipients = _without_stopped(recipients)
    parts = list(_parts(recipients))
    batches = _new_batches(wave, parts)
    rows = [
        _delivery_row(wave, batch.pk, recipient)
        for batch, part in zip(batches, parts, strict=True)
        for recipient in part
    ]
    written = bulk.insert(Delivery, _DELIVERY_COLUMNS, rows)
    ids = _addresses_of(Delivery.objects.filter(batch__in=batches))
    # Written by an earlier slice, or by another one at this moment: those gain persons.
    met = [r for r in recipients if (r.channel, r.address_index) not in ids]
    earlier = _known_addresses(wave, met) if met else {}
    _link_persons(ids | earlier, recipients)
    if earlier:
        _recount(earlier.values())
        Batch.objects.filter(pk__in=[batch.pk for batch in batches], deliveries=None).delete()
        for batch in batches:
            size = Delivery.objects.filter(batch=batch).count()
            Batch.objects.filter(pk=batch.pk).update(size=size)
    batch_ids = [batch.pk for batch in batches]
    transaction.on_commit(lambda: bell.ring(batch_ids, priority=wave.priority))
    return written


def _parts(recipients: Sequence[Recipient]) -> Iterator[list[Recipient]]:
    """What makes a batch each: at most BATCH_SIZE recipients of one channel."""
    by_channel = attrgetter("channel")
    for _channel, group in groupby(sorted(recipients, key=by_channel), key=by_channel):
        members = list(group)
        for start in range(0, len(members), settings.BATCH_SIZE):
            yield members[start : start + settings.BATCH_SIZE]


_DELIVERY_COLUMNS = (
    "wave", "batch", "channel", "address", "address_index", "language", "covers", "key",
    "token_hash", "state", "epoch", "attempts", "possible_duplicate", "gateway", "provider_ref",
    "provider_code", "told_state",
)  # fmt: skip


def _delivery_row(wave: Wave, batch_id: int, recipient: Recipient) -> tuple[object, ...]:
    key = secrets.token_hex(KEY_BYTES)
    linked = recipient.channel in LINKED_CHANNELS
    return (
        wave.pk, batch_id, recipient.channel, recipient.sealed_address, recipient.address_index,
        recipient.language, len(recipient.persons), key,
        tokens.token_hash(tokens.token_for(key)) if linked else None,
        DeliveryState.PENDING.value, 0, 0, False, "", "", "", "",
    )  # fmt: skip


def _new_batches(wave: Wave, parts: Sequence[Sequence[Recipient]]) -> list[Batch]:
    now = clock.real_now()
    return Batch.objects.bulk_create(
        Batch(
            wave=wave,
            channel=part[0].channel,
            size=len(part),
            priority=wave.priority,
            state=BatchState.WAITING,
            due_at=now,
            rung_at=now,
        )
        for part in parts
    )


def _known_addresses(wave: Wave, recipients: Sequence[Recipient]) -> dict[tuple[str, bytes], int]:
    """The deliveries this wave has for these addresses."""
    indexes = [recipient.address_index for recipient in recipients]
    return _addresses_of(Delivery.objects.filter(wave=wave, address_index__in=indexes))


def _addresses_of(deliveries: QuerySet[Delivery]) -> dict[tuple[str, bytes], int]:
    rows = deliveries.values_list("channel", "address_index", "id")
    return {(channel, bytes(index)): pk for channel, index, pk in rows}


def _link_persons(ids: Mapping[tuple[str, bytes], int], recipients: Sequence[Recipient]) -> None:
    rows = [
        (ids[recipient.channel, recipient.address_index], person_ref, is_owner)
        for recipient in recipients
        for person_ref, is_owner in recipient.persons
    ]
    bulk.insert(DeliveryPerson, ("delivery", "person_ref", "is_owner"), rows)


def _recount(delivery_ids: Collection[int]) -> None:
    """`covers` of deliveries that may have gained persons."""
    links = DeliveryPerson.objects.filter(delivery__in=delivery_ids)
    counts = links.values_list("delivery").annotate(count=Count("id")).order_by()
    bulk.update(Delivery, ("id", "covers"), list(counts))


def _without_stopped(recipients: Sequence[Recipient]) -> list[Recipient]:
    """Reminders leave out addresses that asked to be left in peace (退订)."""
    stopped = {
        bytes(index or b"")
        for index in Reply.objects.filter(
            meaning=Meaning.STOP, address_index__in=[r.address_index for r in recipients]
        ).values_list("address_index", flat=True)
    }
    return [r for r in recipients if r.address_index not in stopped]
