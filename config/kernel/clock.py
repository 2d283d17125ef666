"""One clock. Every rule that asks «what time is it» asks here.

`now()` is scenario time: real UTC time, unless GUIHANG_CLOCK says that it began elsewhere and
runs faster (a drill replays an afternoon in minutes; every process reads the same variable), or
a test holds it still. Leases and time-outs, which guard against dead processes rather than
express a rule of the work, use `real_now()`: a dead worker is dead in real seconds.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.conf import settings

_frozen: datetime | None = None


def real_now() -> datetime:
    """The machine's time, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Scenario time, UTC."""
    if _frozen is not None:
        return _frozen
    if not settings.CLOCK:
        return real_now()
    real_epoch, scenario_epoch, speed = _setting()
    return datetime.fromtimestamp(scenario_epoch + (time.time() - real_epoch) * speed, UTC)


def speed() -> float:
    """Scenario seconds in one real second."""
    return _setting()[2] if settings.CLOCK else 1.0


def real_age(moment: datetime) -> timedelta:
    """How long ago, in real time, scenario time was `moment`."""
    return (now() - moment) / speed()


def _setting() -> tuple[float, float, float]:
    real_epoch, scenario_epoch, speed_text = settings.CLOCK.split(",")
    return float(real_epoch), float(scenario_epoch), float(speed_text)


def setting_for(scenario_start: datetime, speed: float) -> str:
    """GUIHANG_CLOCK for a scenario that starts now and runs `speed` times as fast."""
    return f"{time.time():.3f},{scenario_start.timestamp():.3f},{speed:g}"


@contextmanager
def held_at(moment: datetime) -> Iterator[None]:
    """Hold the clock still (tests)."""
    global _frozen
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before


def advance(by: timedelta) -> None:
    """Move a held clock (tests)."""
    global _frozen
    if _frozen is None:
        raise RuntimeError("hold the clock first")
    _frozen += by
