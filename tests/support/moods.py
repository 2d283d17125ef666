"""A provider without a network whose every mood can be called up, and who remembers all it took."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from notifications.gateways.base import CallResult, Gateway, Outgoing, Seen, WebhookRequest
from notifications.states import Outcome
from tests.support.actors import Died, pause


class Nature(StrEnum):
    """What a provider can do about a doubt."""

    ASKED = "asked"
    KEYED = "keyed"
    NEITHER = "neither"


class Mood(StrEnum):
    GOOD = "good"
    BUSY = "busy"
    REFUSES = "refuses"
    CUTS = "cuts"
    """It takes the message, and its answer is lost."""
    LOSES = "loses"
    """It takes nothing, and does not answer."""
    KILLS = "kills"
    """Whoever calls dies when half of the window has left."""


@dataclass(frozen=True)
class Taken:
    ref: str
    key: str
    address: str


class Provider(Gateway):
    name = "twilio"
    channel = "sms"

    def __init__(self, nature: Nature) -> None:
        self.nature, self.mood = nature, Mood.GOOD
        self.taken: list[Taken] = []
        self.refused: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.cut = 0

    def hand_over(self, messages: Sequence[Outgoing]) -> list[CallResult]:  # type: ignore[override]
        """In place of the wire: one window. A process may be held up after it."""
        mood = self.mood
        if mood == Mood.KILLS:
            for message in messages[: (len(messages) + 1) // 2]:
                self._answer(message, Mood.GOOD)
            raise Died
        results = [self._answer(message, mood) for message in messages]
        pause()
        return results

    def _answer(self, message: Outgoing, mood: Mood) -> CallResult:
        self.calls[message.key] += 1
        if mood == Mood.BUSY and self.calls[message.key] < 5:
            return CallResult(Outcome.BUSY, provider_code="busy")
        if mood == Mood.REFUSES:
            self.refused.add(message.key)
            return CallResult(Outcome.REFUSED, provider_code="refused")
        if mood == Mood.LOSES:
            return CallResult(Outcome.UNKNOWN, provider_code="lost")
        ref = self._take(message)
        if mood == Mood.CUTS:
            self.cut += 1
            return CallResult(Outcome.UNKNOWN, provider_code="cut")
        return CallResult(Outcome.ACCEPTED, provider_ref=ref)

    def _take(self, message: Outgoing) -> str:
        if self.nature == Nature.KEYED and (known := self._known(message.key)):
            return known.ref
        ref = f"SM{len(self.taken):032x}"
        self.taken.append(Taken(ref, message.key, message.address))
        return ref

    def _known(self, key: str) -> Taken | None:
        return next((taken for taken in self.taken if taken.key == key), None)

    async def ask(
        self, http: Any, *, key: str, provider_ref: str, address: str, since: datetime,
        text: str = "",
    ) -> CallResult | None:  # fmt: skip
        if self.nature != Nature.ASKED:
            return None
        if known := self._known(key):
            return CallResult(Outcome.ACCEPTED, provider_ref=known.ref)
        return CallResult(Outcome.BUSY, provider_code="not found")

    def times(self) -> Counter[str]:
        """How often each key's message reached the phone."""
        return Counter(taken.key for taken in self.taken)

    async def _call(self, http: Any, message: Outgoing) -> CallResult:
        raise NotImplementedError("hand_over stands in place of the wire")

    def verify(self, request: WebhookRequest) -> bool:
        return False

    def parse(self, body: str) -> list[Seen]:
        return []
