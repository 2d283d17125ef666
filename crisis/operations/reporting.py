"""Telling the database what this host's processes do, for the status page and the metrics."""

import os
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from config.kernel import beats, clock
from config.kernel.supervisor import Child

if TYPE_CHECKING:
    from crisis.operations.watching import Watcher


@transaction.atomic
def publish_beats(watcher: "Watcher") -> None:
    """One row a child, and one for the watcher itself, in one commit: on SQLite each takes the one
    write lock. Raises database errors."""
    for child in watcher.supervisor.children:
        seen = child.board.read() if child.board and child.is_alive else None
        idle_s = seen.idle_s if seen else None
        beats.beat(
            kind=child.kind,
            host=watcher.host,
            name=child.name,
            pid=child.pid,
            detail=_detail(watcher, child),
            started_at=_moment(time.monotonic() - child.started_at),
            did_at=None if idle_s is None else _moment(idle_s),
        )
    beats.beat(
        kind=beats.WATCH,
        host=watcher.host,
        name="watch",
        pid=os.getpid(),
        detail={
            "broker_away_s": round(watcher.broker.away_s, 1),
        },
        did_at=clock.real_now(),
    )


def _detail(watcher: "Watcher", child: Child) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "state": "up" if child.is_alive else "down",
        "restarts": watcher.restarts[child.name],
    }
    if child.board and child.is_alive:
        seen = child.board.read()
        silent = [hand.silent_s for hand in seen.hands if hand.busy]
        facts |= {
            "tick_s": None if seen.tick_s is None else round(seen.tick_s, 1),
            "busy": seen.busy,
            "silent_s": round(max(silent, default=0.0), 1),
        }
        if watcher.stuck(child):
            facts["state"] = "stuck"
    return facts


def _moment(seconds_ago: float) -> datetime:
    return clock.real_now() - timedelta(seconds=seconds_ago)
