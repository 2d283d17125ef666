"""What an operator's init system does: whatever ends is started again a moment later."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

RESTART_S, LOOK_S = 1.0, 0.1


@dataclass
class Unit:
    """Something to be kept running. `ended_at` is when it was seen dead, monotonic seconds."""

    start: Callable[[], object]
    lives: Callable[[], bool]
    ended_at: float = field(default=0.0)


class Keeper:
    """Keeps its units running until it is closed; a thread."""

    def __init__(self) -> None:
        self._units: dict[str, Unit] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._lock = threading.Lock()
        self._thread.start()

    def keep(self, name: str, start: Callable[[], object], lives: Callable[[], bool]) -> None:
        """Start `name` now, and again whenever it has ended."""
        start()
        with self._lock:
            self._units[name] = Unit(start, lives)

    def close(self) -> None:
        """Nothing is started any more when this returns."""
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            with self._lock:
                units = list(self._units.values())
            for unit in units:
                self._look(unit)

    def _look(self, unit: Unit) -> None:
        if unit.lives():
            unit.ended_at = 0.0
        elif not unit.ended_at:
            unit.ended_at = time.monotonic()
        elif time.monotonic() - unit.ended_at >= RESTART_S:
            unit.ended_at = 0.0
            unit.start()
