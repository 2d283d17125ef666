"""Receipts of one incident's messages: in order, or repeated, shuffled and too early.

Three for each message (it is on its way; it arrived or did not; the same once more in another
word), named and sealed as the webhook keeps them.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from django.db.models import Q

from benchmarks.support import answering
from config.kernel import bulk, clock
from crisis.incidents.models import Incident
from notifications.models import Attempt, Delivery, Inbound, Receipt
from notifications.states import DeliveryState, Outcome

# The words Twilio uses, and how many of ten messages end so; one of ten never ends.
ARRIVED, LOST, SILENT = ("sent", "delivered", "read"), ("sent", "undelivered", "failed"), ("sent",)
FATES = (ARRIVED,) * 8 + (LOST, SILENT)
PER_MESSAGE = 3
# Of twenty messages one is still being called when its first receipts come, and of these every
# second has no key of ours in its receipts, as with a provider that gives none back.
EARLY, KEYLESS = 20, 40
Final = dict[bytes, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery, by its place among those of its incident; equal places meet equal fates."""

    place: int
    pk: int
    key: str

    def receipts(self) -> list[tuple[str, str]]:
        """(event id, body) of each receipt, in the order in which they happened."""
        words = (*FATES[self.place % 10], "queued", "sending")[:PER_MESSAGE]
        return [(f"SM{self.pk}.{word}", self._body(word)) for word in words]

    def _body(self, word: str) -> str:
        form = {"MessageSid": f"SM{self.pk}", "MessageStatus": word, "ErrorCode": "", "To": "x"}
        if word in LOST[1:]:
            form["ErrorCode"] = "30003"
        key = "" if self.place % KEYLESS == 0 else self.key
        return urlencode(form) + (f"&_key={key}" if key else "")

    @property
    def is_early(self) -> bool:
        return self.place % EARLY == 0


def messages_of(incident: Incident) -> list[Message]:
    """In the order of their addresses, which is the same for two incidents of the same people."""
    rows = Delivery.objects.filter(wave__source=incident.source).order_by("address_index")
    found = rows.values_list("pk", "key")
    return [Message(place, pk, key) for place, (pk, key) in enumerate(found)]


def in_order(incident: Incident) -> float:
    """Each message's receipts once, one after the other. Seconds until all were applied."""
    pushes = (push for message in messages_of(incident) for push in message.receipts())
    return _apply(pushes)


def shuffled(incident: Incident, *, times: int) -> float:
    """Every receipt pushed `times` times, in no order, and some before their call was recorded:
    its outcome commits when half of the pushes are stored. Seconds until all were applied."""
    messages = messages_of(incident)
    early = [message for message in messages if message.is_early]
    _take_back(early)
    pushes = [push for message in messages for push in message.receipts()] * times
    Random(3).shuffle(pushes)
    return _apply(_with_outcomes(pushes, early))


def _with_outcomes(
    pushes: list[tuple[str, str]], early: list[Message]
) -> Iterator[tuple[str, str]]:
    for number, push in enumerate(pushes):
        if number == len(pushes) // 2:
            _record_outcomes(early)
        yield push


def _take_back(early: list[Message]) -> None:
    """As they were while the provider was being called."""
    ids = [message.pk for message in early]
    Attempt.objects.filter(delivery__among=ids).delete()
    Delivery.objects.filter(pk__among=ids).update(
        state=DeliveryState.CALLING, provider_ref="", accepted_at=None
    )


def _record_outcomes(early: list[Message]) -> None:
    """What a worker writes when its call is answered (notifications/services/sending.py)."""
    now = clock.now()
    accepted = DeliveryState.ACCEPTED.value
    bulk.update(
        Delivery,
        ("id", "state", "provider_ref", "accepted_at"),
        [(m.pk, accepted, f"SM{m.pk}", now) for m in early],
        where="t.state IN (%s, %s) AND t.epoch = %s",
        params=[DeliveryState.CALLING, DeliveryState.IN_DOUBT, 1],
    )
    bulk.insert(
        Attempt,
        ("delivery", "epoch", "gateway", "outcome", "provider_ref", "provider_code", "at"),
        [(m.pk, 1, "twilio", Outcome.ACCEPTED.value, f"SM{m.pk}", "", now) for m in early],
    )


def _apply(pushes: Iterator[tuple[str, str]]) -> float:
    started = time.time()
    answering.store(pushes)
    unread, homeless = Q(worked_at=None), Q(delivery=None)
    answering.wait_for(
        lambda: (
            -(Inbound.objects.filter(unread).count() + Receipt.objects.filter(homeless).count())
        ),
        0,
        "receipts left to apply, counted below zero",
    )
    return time.time() - started


def final_states(incident: Incident) -> Final:
    """By address: what became of the message, and the provider's word for it."""
    rows = Delivery.objects.filter(wave__source=incident.source)
    found = rows.values_list("address_index", "state", "provider_code")
    return {bytes(index): (state, code) for index, state, code in found}
