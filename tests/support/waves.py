"""Waves and deliveries without an incident, and a gateway whose answers a test writes down."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from config.kernel import clock, encryption
from notifications.gateways.base import (
    CallResult,
    Gateway,
    Outgoing,
    Seen,
    WebhookRequest,
)
from notifications.models import Batch, Delivery, Wave
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import create_wave
from notifications.states import Outcome, Priority, WaveKind

WORDS = {
    "place": "维拉港",
    "place_en": "Port Vila",
    "event": "地震",
    "event_en": "earthquake",
    "magnitude": "7.3",
    "when": "17日12:47",
    "when_en": "17 Dec 12:47",
    "retracted_code": "K7M4Q2",
    "sent_at": "12:59",
}
ACCEPTED, REFUSED, BUSY, UNKNOWN = Outcome


class Scripted(Gateway):
    """In-process. `decide(message, times)` says what the call with that key, made for the
    `times`-th time, comes to; `found` is what `ask` answers by key. `meanwhile()` happens after
    each window was taken and before its outcome is written. `aloft` and `highest` count the calls
    that were launched and not landed."""

    name = "twilio"
    channel = "sms"

    def __init__(self) -> None:
        self.calls: list[Outgoing] = []
        self.asked: list[str] = []
        self.found: dict[str, CallResult] = {}
        self.decide: Callable[[Outgoing, int], Outcome] = lambda message, times: ACCEPTED
        self.meanwhile: Callable[[], object] = lambda: None
        self.aloft = self.highest = 0

    def launched(self, count: int) -> None:
        self.aloft += count
        self.highest = max(self.highest, self.aloft)

    def landed(self, landing: Callable[[], list[CallResult]]) -> list[CallResult]:
        results = landing()
        self.meanwhile()
        self.aloft -= len(results)
        return results

    async def _call(self, http: aiohttp.ClientSession, message: Outgoing) -> CallResult:
        self.calls.append(message)
        times = sum(call.key == message.key for call in self.calls)
        outcome = self.decide(message, times)
        ref = f"SM{message.key}{times}" if outcome == Outcome.ACCEPTED else ""
        return CallResult(outcome, ref, "" if ref else f"scripted {outcome}"[:40])

    async def ask(
        self, http: aiohttp.ClientSession, *, key: str, provider_ref: str, address: str,
        since: datetime, text: str = "",
    ) -> CallResult | None:  # fmt: skip
        self.asked.append(key)
        return self.found.get(key)

    def verify(self, request: WebhookRequest) -> bool:
        return True

    def parse(self, body: str) -> list[Seen]:
        return []

    @property
    def addresses(self) -> list[str]:
        return [call.address for call in self.calls]


def number(n: int) -> str:
    return f"+678555{n:04d}"


def recipient(
    address: str,
    *,
    persons: Sequence[tuple[int, bool]] = ((1, True),),
    channel: str = "sms",
    language: str = "zh-hans",
) -> Recipient:
    return Recipient(
        channel,
        encryption.seal(address, "address"),
        encryption.blind_index(address, f"address.{channel}"),
        language,
        tuple(persons),
    )


def make_wave(
    count: int = 0,
    *,
    kind: WaveKind = WaveKind.INITIAL,
    template: str = "earthquake_tsunami",
    source: str = "incident:1",
    priority: Priority = Priority.RED,
    lasts: timedelta = timedelta(hours=6),
    **fields: Any,
) -> Wave:
    """A wave to `count` numbers, each of a person of the same number."""
    wave = create_wave(
        kind=kind,
        priority=priority,
        template=template,
        variables=WORDS,
        signature=("驻瓦努阿图使馆", "Chinese Embassy Vanuatu"),
        source=source,
        expires_at=clock.now() + lasts,
        **fields,
    )
    people = range(1, count + 1)
    add_recipients(
        wave=wave, recipients=[recipient(number(n), persons=((n, True),)) for n in people]
    )
    return wave


def states(wave: Wave) -> list[str]:
    return list(Delivery.objects.filter(wave=wave).order_by("pk").values_list("state", flat=True))


def due_now(wave: Wave) -> list[int]:
    """The wave's batches, any back-off over."""
    batches = Batch.objects.filter(wave=wave)
    batches.update(due_at=clock.real_now() - timedelta(seconds=1))
    return list(batches.order_by("pk").values_list("pk", flat=True))


def lease_over(wave: Wave) -> None:
    """As if the holders had died long ago."""
    long_ago = clock.real_now() - timedelta(minutes=1)
    Batch.objects.filter(wave=wave, state="held").update(lease_until=long_ago)


def patience_over(wave: Wave) -> None:
    """As if all doubts had waited long enough."""
    long_ago = clock.real_now() - timedelta(minutes=5)
    Batch.objects.filter(wave=wave).exclude(doubt_at=None).update(doubt_at=long_ago)
