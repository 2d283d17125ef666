"""Forgetting addresses: what was sent stays counted, to whom it went is gone.

A delivery keeps its wave, its state and its opaque persons. Its address, the blind index and the
link's hash go, and so do the words and positions that came back from there, with the raw pushes
that brought them. What still waits to be sent there is cancelled.
"""

import json
import secrets
from collections.abc import Collection, Iterable, Mapping

from django.db import transaction

from config.kernel import bulk, clock
from notifications.models import Delivery, DeliveryPerson, Inbound, Receipt, Reply, Wave
from notifications.states import TO_CONTACTS, DeliveryState, Meaning

PIECE = 5_000  # below every database's limit of parameters
Address = tuple[str, bytes]


@transaction.atomic
def forget_addresses(addresses: Collection[Address]) -> int:
    """Forget these (channel, blind index); returns how many deliveries lost their address."""
    wanted = set(addresses)
    indexes = [index for _, index in wanted]
    found = Delivery.objects.filter(address_index__in=indexes)
    rows = found.values_list("pk", "channel", "address_index")
    ids = [pk for pk, channel, index in rows if (channel, bytes(index)) in wanted]
    for start in range(0, len(ids), PIECE):
        forget_deliveries(ids[start : start + PIECE])
    strangers = Reply.objects.filter(address_index__in=indexes)
    _forget_replies(pk for pk, via, index in strangers.values_list("pk", "via", "address_index")
                    if (via, bytes(index or b"")) in wanted)  # fmt: skip
    return len(ids)


@transaction.atomic
def forget_deliveries(ids: Collection[int], *, keep_stops: bool = False) -> None:
    """The same for some thousands of deliveries by their number. With `keep_stops` the index of
    whoever asked for no more reminders stays, so that they get none."""
    waiting = Delivery.objects.filter(pk__in=ids, state=DeliveryState.PENDING)
    waiting.update(state=DeliveryState.CANCELLED, finished_at=clock.now())
    # The index is unique within a wave: each gets another that fits no address.
    fresh = [(pk, b"", secrets.token_bytes(16), None) for pk in ids]
    bulk.update(Delivery, ("id", "address", "address_index", "token_hash"), fresh)
    _forget_bodies(Receipt.objects.filter(delivery__in=ids).values_list("inbound", flat=True))
    replies = Reply.objects.filter(delivery__in=ids)
    if keep_stops:
        replies = replies.exclude(meaning=Meaning.STOP)
    _forget_replies(replies.values_list("pk", flat=True))


def _forget_replies(ids: Iterable[int]) -> None:
    replies = Reply.objects.filter(pk__in=list(ids))
    _forget_bodies(replies.exclude(inbound=None).values_list("inbound", flat=True))
    replies.update(
        address="",
        address_index=None,
        text="",
        details=None,
        latitude=None,
        longitude=None,
        accuracy_m=None,
    )


def _forget_bodies(ids: Iterable[int | None]) -> None:
    Inbound.objects.filter(pk__in=list(ids)).update(body="")


def forget_names(masked: Mapping[int, tuple[str, str]]) -> int:
    """Take the shortened names («王*») out of the messages that named these people, whose number
    is the key; returns how many waves changed."""
    links = DeliveryPerson.objects.filter(
        person_ref__in=list(masked), delivery__wave__kind__in=TO_CONTACTS
    )
    named = set(links.values_list("delivery__wave", "person_ref"))
    for pk, person in named:
        wave = Wave.objects.select_for_update(no_key=True).only("texts").get(pk=pk)
        Wave.objects.filter(pk=pk).update(texts=_without(wave.texts, masked[person]))
    return len(named)


def _without(texts: object, names: Iterable[str]) -> object:
    """The same texts with a star in the place of these names."""
    written = json.dumps(texts, ensure_ascii=False)
    for name in names:
        if len(name) > 1:
            written = written.replace(json.dumps(name, ensure_ascii=False)[1:-1], "*")
    return json.loads(written)
