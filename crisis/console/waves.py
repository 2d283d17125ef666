"""How far each wave of an incident is, how fast it runs now, and how long it still takes."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from config.kernel import clock
from crisis.incidents.models import Incident
from notifications.models import Delivery, Wave
from notifications.states import HANDED_OVER, DeliveryState

UNFINISHED = frozenset({DeliveryState.PENDING, DeliveryState.CALLING, DeliveryState.IN_DOUBT})
# The rate is what gateways answered in the last so many real seconds; nothing is extrapolated
# from before, so that a provider that stopped is seen to have stopped.
WINDOW_S = 10.0


@dataclass(slots=True)
class _Wave:
    total: int = 0
    waiting: int = 0
    handed_over: int = 0
    recent: int = 0
    since: datetime | None = None
    channels: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))


def wave_progress(incident: Incident) -> dict[str, dict[str, Any]]:
    """By wave id (text, as JSON keys are): total, finished, waiting, handed over, state by channel;
    `rate` in messages a real second, `left` as minutes:seconds while it can be said honestly."""
    waves = Wave.objects.filter(source=incident.source).order_by("pk")
    ends = {pk: row for pk, *row in waves.values_list("pk", "retracted_at", "recipients_done_at")}
    found = {pk: _Wave() for pk in ends}
    for wave_id, channel, state, n, recent, since in _rows(list(ends)):
        wave = found[wave_id]
        wave.channels[channel][state] = n
        wave.total += n
        wave.waiting += n if state in UNFINISHED else 0
        wave.handed_over += n if state in HANDED_OVER else 0
        wave.recent += recent
        wave.since = min(filter(None, (wave.since, since)), default=None)
    return {str(pk): _told(found[pk], *ends[pk]) for pk in found}


def _rows(waves: list[int]) -> Any:
    start = clock.now() - timedelta(seconds=WINDOW_S) * clock.speed()
    accepted = Q(accepted_at__gte=start)
    refused = Q(accepted_at=None, state=DeliveryState.FAILED, finished_at__gte=start)
    return (
        Delivery.objects.filter(wave__in=waves)
        .order_by()
        .values_list("wave_id", "channel", "state")
        .annotate(
            n=Count("pk"),
            recent=Count("pk", filter=accepted | refused),
            since=Min("accepted_at", filter=accepted),
        )
    )


def _told(
    wave: _Wave, retracted_at: datetime | None, recipients_done_at: datetime | None
) -> dict[str, Any]:
    running = bool(wave.waiting) and retracted_at is None
    rate = rate_of(wave.recent, wave.since)
    return {
        "total": wave.total,
        "waiting": wave.waiting,
        "finished": wave.total - wave.waiting,
        "handed_over": wave.handed_over,
        "running": int(running),
        "rate": round(rate) if rate >= 1 or not rate else round(rate, 1),
        "left": minutes(wave.waiting / rate) if running and rate else "",
        # While recipients are still being written, what is left can only grow.
        "growing": int(running and recipients_done_at is None),
        "channels": {name: dict(states) for name, states in sorted(wave.channels.items())},
    }


def rate_of(recent: int, since: datetime | None) -> float:
    """Messages a real second over the window, or over what of it has passed since the first."""
    if not recent:
        return 0.0
    elapsed = clock.real_age(since).total_seconds() if since else WINDOW_S
    return recent / min(WINDOW_S, max(1.0, elapsed))


def minutes(seconds: float) -> str:
    """90 → 1:30, the same in every language; hours are minutes too."""
    whole = max(1, round(seconds))
    return f"{whole // 60}:{whole % 60:02}"
