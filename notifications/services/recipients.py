"""Adding recipients to a wave: rows first, then the bell."""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet

from config.kernel import bulk, clock
from notifications import bell, tokens
from notifications.models import Batch, Delivery, DeliveryPerson, Reply, Wave
from notifications.states import QUIET, BatchState, DeliveryState, Meaning, WaveKind

KEY_BYTES = 12
Address = tuple[str, bytes]
# Channels whose messages carry the check-in link.
LINKED_CHANNELS = frozenset({"wechat"})
# Nobody says how they are in answer to these.
UNLINKED = QUIET | {WaveKind.CODE}
# Whoever wants to be left in peace is not sent these.
_SPARED = (WaveKind.REMINDER, WaveKind.CONFIRM)


class Recipient(NamedTuple):
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
    if wave.kind in _SPARED:
        recipients = _without_stopped(recipients)
    parts = list(_parts(recipients))
    batches = _new_batches(wave, parts)
    ids = _write_deliveries(wave, batches, parts)
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
    return len(ids)


def _parts(recipients: Sequence[Recipient]) -> Iterator[list[Recipient]]:
    """What makes a batch each: at most BATCH_SIZE recipients of one channel."""
    by_channel = attrgetter("channel")
    for _channel, group in groupby(sorted(recipients, key=by_channel), key=by_channel):
        members = list(group)
        for start in range(0, len(members), settings.BATCH_SIZE):
            yield members[start : start + settings.BATCH_SIZE]


_COLUMNS = (
    "id", "batch", "channel", "address", "address_index", "language", "covers", "key", "token_hash",
)  # fmt: skip
# The key by which an address is met that the wave has already.
ONCE = ("address_index", "channel", "wave")
# What every new delivery has in the same columns (their names are those of the database too).
AT_FIRST = {
    "state": DeliveryState.PENDING.value, "epoch": 0, "attempts": 0, "possible_duplicate": False,
    "gateway": "", "provider_ref": "", "provider_code": "", "told_state": "",
}  # fmt: skip


def _write_deliveries(
    wave: Wave, batches: Sequence[Batch], parts: Sequence[Sequence[Recipient]]
) -> dict[Address, int]:
    """Write what the wave does not have yet; the ids of what was written, by address."""
    placed = [
        (batch.pk, recipient)
        for batch, part in zip(batches, parts, strict=True)
        for recipient in part
    ]
    count = len(placed)
    fresh = zip(placed, bulk.new_ids(Delivery, count), _new_keys(count), strict=True)
    rows = [
        (number, batch_id, r.channel, r.sealed_address, r.address_index, r.language,
         len(r.persons), key, _token_hash(wave, r.channel, key))
        for (batch_id, r), number, key in fresh
    ]  # fmt: skip
    same = {"wave": wave.pk, **AT_FIRST}
    if bulk.insert(Delivery, _COLUMNS, rows, same=same, once=ONCE) == count:
        return {(channel, index): number for number, _, channel, _, index, *_ in rows}
    return _addresses_of(Delivery.objects.filter(batch__in=batches))


def _new_keys(count: int) -> list[str]:
    digits = secrets.token_hex(KEY_BYTES * count)
    return [digits[at : at + 2 * KEY_BYTES] for at in range(0, len(digits), 2 * KEY_BYTES)]


def carries_link(wave: Wave, channel: str) -> bool:
    """Whether a message brings the check-in link: only where there is something to answer."""
    return channel in LINKED_CHANNELS and wave.kind not in UNLINKED


def _token_hash(wave: Wave, channel: str, key: str) -> bytes | None:
    return tokens.token_hash(tokens.token_for(key)) if carries_link(wave, channel) else None


def _new_batches(wave: Wave, parts: Sequence[Sequence[Recipient]]) -> list[Batch]:
    return Batch.objects.bulk_create(
        _new_batch(wave, part[0].channel, len(part), pk=None) for part in parts
    )


def open_batches(*, wave: Wave, channel: str, sizes: Mapping[int, int]) -> None:
    """Write batches, by key, whose deliveries are written already; ring for them on commit."""
    Batch.objects.bulk_create(_new_batch(wave, channel, size, pk=pk) for pk, size in sizes.items())
    batch_ids = list(sizes)
    transaction.on_commit(lambda: bell.ring(batch_ids, priority=wave.priority))


def _new_batch(wave: Wave, channel: str, size: int, *, pk: int | None) -> Batch:
    now = clock.real_now()
    return Batch(
        pk=pk, wave=wave, channel=channel, size=size, priority=wave.priority,
        state=BatchState.WAITING, due_at=now, rung_at=now,
    )  # fmt: skip


def _known_addresses(wave: Wave, recipients: Sequence[Recipient]) -> dict[Address, int]:
    """The deliveries this wave has for these addresses."""
    indexes = [recipient.address_index for recipient in recipients]
    return _addresses_of(Delivery.objects.filter(wave=wave, address_index__in=indexes))


def _addresses_of(deliveries: QuerySet[Delivery]) -> dict[Address, int]:
    rows = deliveries.values_list("channel", "address_index", "id")
    return {(channel, bytes(index)): pk for channel, index, pk in rows}


def _link_persons(ids: Mapping[Address, int], recipients: Sequence[Recipient]) -> None:
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
