"""Asking one thing again and again, in a thread, so that a question that hangs holds up nobody."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

# A question that has hung for this long is left to itself, and another is asked in its place.
HANGS_S = 15.0
# An answer that took this long tells of a standstill that others have felt too.
SLOW_S = 5.0


class Lookout(Generic[T]):
    """`ask()` is called every `every_s` seconds; one of `failures` is an answer of «no»."""

    def __init__(
        self,
        name: str,
        ask: Callable[[], T],
        *,
        every_s: float,
        failures: tuple[type[BaseException], ...],
    ) -> None:
        self.name, self.ask, self.every_s, self.failures = name, ask, every_s, failures
        self.latest: T | None = None
        self._answered_at = time.monotonic()
        self._well_since = float("-inf")  # nothing is known against it yet
        self._asked_at: float | None = None
        self._has_failed = False
        self._generation = 0
        self._stop = threading.Event()

    def start(self) -> None:
        self._generation += 1
        threading.Thread(
            target=self._run, args=(self._generation,), name=self.name, daemon=True
        ).start()

    def stop(self) -> None:
        self._stop.set()

    def look(self) -> None:
        """Called by the main loop: replaces a thread that hangs."""
        asked_at = self._asked_at
        if asked_at is not None and time.monotonic() - asked_at > HANGS_S:
            self._asked_at, self._has_failed = None, True
            self.start()

    @property
    def away_s(self) -> float:
        """Seconds since the last good answer, where none is due sooner; 0 while all is well."""
        since = time.monotonic() - self._answered_at
        asked_at = self._asked_at
        hangs = asked_at is not None and time.monotonic() - asked_at > self.every_s + SLOW_S
        return since if self._has_failed or hangs else 0.0

    @property
    def well_s(self) -> float:
        """For how many seconds it has answered without a fault; 0 while it does not."""
        return 0.0 if self.away_s else time.monotonic() - self._well_since

    def _run(self, generation: int) -> None:
        while generation == self._generation:
            self._asked_at = time.monotonic()
            try:
                answer = self.ask()
            except self.failures:
                if generation == self._generation:
                    self._has_failed, self._asked_at = True, None
            else:
                if generation == self._generation:
                    self._take(answer)
            if self._stop.wait(self.every_s):
                return

    def _take(self, answer: T) -> None:
        now = time.monotonic()
        if self._has_failed or now - (self._asked_at or now) > SLOW_S:
            self._well_since = now
        self.latest, self._answered_at = answer, now
        self._has_failed, self._asked_at = False, None
