"""Beats: rows that say what the processes of all hosts do, for whoever asks the database.

The watcher of a host writes one for each process that it looks after, and one for itself; the
sweep writes how its steps do. Nobody is restarted by these rows: that is decided on the host
itself, by its boards of progress (config/kernel/progress.py).
"""

from datetime import datetime, timedelta
from typing import Any

from config.kernel import clock
from config.kernel.models import Beat

STEPS, WATCH = "steps", "watch"
# Processes come and go under new names; a row this old tells nothing.
KEPT = timedelta(minutes=15)


def beat(
    *,
    kind: str,
    host: str,
    name: str,
    pid: int,
    detail: dict[str, Any],
    started_at: datetime | None = None,
    did_at: datetime | None = None,
) -> None:
    """Write what one process does now. Real times."""
    now = clock.real_now()
    facts = {
        "kind": kind,
        "pid": pid,
        "started_at": started_at or now,
        "beaten_at": now,
        "did_at": did_at,
        "detail": detail,
    }
    written = {k: v for k, v in facts.items() if k != "started_at" or started_at is not None}
    Beat.objects.update_or_create(host=host, name=name, defaults=written, create_defaults=facts)


def forget_old() -> int:
    """The sweep's step: rows of processes that ended long ago."""
    Beat.objects.filter(beaten_at__lt=clock.real_now() - KEPT).delete()
    return 0
