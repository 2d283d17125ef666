"""How long messages will take to leave: from the gateways' limits, and from how fast the last large
wave went out; where there is neither, from an assumption. Each estimate says what it rests on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from config.kernel.errors import DomainError
from notifications.gateways import gateway_for
from notifications.models import Delivery, Wave
from notifications.states import WaveKind

# A wave smaller than this went out in one breath and says little about a large one.
TELLING_MESSAGES = 200
# Of the newest calls of such a wave so many are looked at; the first and the last of them, which
# may have waited for a provider that was away, are left out.
LOOKED_AT, LEFT_OUT = 2_000, 0.05
WAVES_LOOKED_AT = 5
ASSUMED_ANSWER_S = 1.0
TO_MANY = (WaveKind.INITIAL, WaveKind.UPDATE, WaveKind.CORRECTION, WaveKind.REMINDER)


@dataclass(frozen=True, slots=True)
class ExpectedPace:
    """One channel. `limit` is what its gateway may be given, `observed` how fast the last large
    wave left, both in messages a second, None where there is none; `assumed` stands in where both
    are missing. `problem` is why nothing can leave by this channel at all."""

    channel: str
    messages: int
    limit: float | None
    observed: float | None
    problem: str = ""

    @property
    def assumed(self) -> float | None:
        """One process that hands over a window at a time to a provider that takes its time."""
        return None if self.limit or self.observed else settings.SEND_WINDOW / ASSUMED_ANSWER_S

    @property
    def seconds(self) -> float | None:
        """The slower of limit and record; None where nothing can leave."""
        if self.problem:
            return None
        known = [rate for rate in (self.limit, self.observed, self.assumed) if rate]
        return self.messages / min(known)


def expected_paces(by_channel: Mapping[str, int]) -> list[ExpectedPace]:
    """One for each channel, the one with most messages first."""
    ordered = sorted(by_channel.items(), key=lambda pair: -pair[1])
    return [_pace(channel, messages) for channel, messages in ordered]


def seconds_in_all(paces: list[ExpectedPace]) -> float | None:
    """Channels leave side by side: the slowest decides. None where one cannot be told."""
    seconds = [pace.seconds for pace in paces]
    known = [s for s in seconds if s is not None]
    return max(known) if known and len(known) == len(seconds) else None


def _pace(channel: str, messages: int) -> ExpectedPace:
    try:
        limit = _limit(channel)
    except DomainError as refusal:
        return ExpectedPace(channel, messages, None, None, str(refusal))
    return ExpectedPace(channel, messages, limit, observed_rate(channel))


def _limit(channel: str) -> float | None:
    """The whole gateway's limit, and that of all its sender numbers together."""
    gateway = gateway_for(channel)
    limits = [gateway.rate, gateway.sender_rate * len(gateway.senders)]
    return min((limit for limit in limits if limit), default=None)


def observed_rate(channel: str) -> float | None:
    """Messages a second in the newest wave that was large enough to tell; real seconds."""
    waves = Wave.objects.filter(kind__in=TO_MANY).order_by("-pk").values_list("pk", flat=True)
    for wave in waves[:WAVES_LOOKED_AT]:
        called = Delivery.objects.filter(wave=wave, channel=channel, called_at__isnull=False)
        newest = called.order_by("-pk").values_list("called_at", flat=True)[:LOOKED_AT]
        moments = sorted(moment for moment in newest if moment)
        if len(moments) >= TELLING_MESSAGES:
            cut = int(len(moments) * LEFT_OUT)
            span = (moments[-1 - cut] - moments[cut]).total_seconds()
            return (len(moments) - 2 * cut) / span if span else None
    return None
