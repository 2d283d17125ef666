"""The sweep: one process that finishes whatever another left unfinished.

Apps register steps in their `ready()`. Every step is idempotent and claims what it works on by a
conditional update, so two sweeps at once do no harm. Steps of one lane run one after the other;
each lane is a thread, so that a broker that hangs holds up neither timers nor replies.
"""

import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import close_old_connections, connection

from config.kernel import beats, progress

log = logging.getLogger("guihang.sweep")


@dataclass(slots=True)
class Step:
    """`work()` returns how many things it moved; it is called every `interval` real seconds, and
    at once when it found work and is `eager`: there may be more."""

    name: str
    work: Callable[[], int]
    interval: float
    lane: str
    eager: bool
    due: float = field(default=0.0)
    took_s: float = field(default=0.0)
    ran_at: float = field(default=0.0)
    failures: int = field(default=0)  # one after the other, since it last succeeded


STEPS: list[Step] = []


def register(
    name: str,
    work: Callable[[], int],
    *,
    interval: float,
    lane: str = "records",
    eager: bool = True,
) -> None:
    """Add a step; registering the same name again replaces it."""
    STEPS[:] = [step for step in STEPS if step.name != name]
    STEPS.append(Step(name, work, interval, lane, eager))


def run_once() -> dict[str, int]:
    """Every step once, in order of registration. What each moved, by name."""
    return {step.name: step.work() for step in STEPS}


def settle(limit: int = 50) -> None:
    """Run all steps until none finds work (tests and commands without a sweep process)."""
    for _ in range(limit):
        if not any(run_once().values()):
            return
    raise RuntimeError("the sweep finds work without end")


def lanes() -> list[str]:
    """The lanes there are, in order of registration."""
    return list(dict.fromkeys(step.lane for step in STEPS))


def run_due(lane: str) -> None:
    """The steps of `lane` that are due. One that breaks does not cost the others their turn."""
    failures = []
    for step in STEPS:
        if step.lane != lane or time.monotonic() < step.due:
            continue
        began = time.monotonic()
        try:
            moved = step.work()
            step.failures = 0
        except Exception as failure:  # collected, and raised below
            log.exception("step %s failed", step.name)
            failures.append(failure)
            step.failures += 1
            connection.close()
            moved = 0
        progress.moved()
        step.ran_at = time.monotonic()
        step.took_s = step.ran_at - began
        at_once = moved and step.eager
        step.due = 0.0 if at_once else time.monotonic() + step.interval
    close_old_connections()
    if failures:
        raise ExceptionGroup("sweep steps failed", failures)


def tell_steps() -> int:
    """The step that tells how the steps do, for the status page: seconds they took, seconds since
    they ran, and how often each has failed without success since."""
    now = time.monotonic()
    steps = {
        step.name: {
            "lane": step.lane,
            "took_s": round(step.took_s, 3),
            "ago_s": round(now - step.ran_at, 1),
            "failures": step.failures,
        }
        for step in STEPS
        if step.ran_at
    }
    if steps:
        beats.beat(
            kind=beats.STEPS,
            host=socket.gethostname(),
            name=f"steps of {os.getpid()}",
            pid=os.getpid(),
            detail=steps,
        )
    return 0
