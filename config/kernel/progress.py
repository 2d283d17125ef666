"""Whether work moves: a small board in shared memory that a process marks and its watcher reads.

A process that is alive by its id may do nothing at all: stopped, deadlocked, deaf to its broker.
So each marks what it gets done: `tick()` once a turn of its main loop, and for each hand that
works in it (a lane of the sweep, a child of the worker) when work begins, moves and ends. The
board is a mapped file named by GUIHANG_PROGRESS, which the watcher made before it started the
process; without a watcher the marks go to memory that nobody reads. A mark is one write to memory:
it needs no database, no disk space and no thread, so it tells the truth when these are what broke.

Times are CLOCK_MONOTONIC in seconds, which all processes of one machine share.
"""

import mmap
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

HANDS = 64
TICK, HANDS_START = 0, 1
_DOUBLE = 8
SIZE = (HANDS_START + 2 * HANDS) * _DOUBLE
ENVIRONMENT = "GUIHANG_PROGRESS"


@dataclass(frozen=True, slots=True)
class HandSeen:
    """`number` of the hand; seconds since it last moved; whether it is at work."""

    number: int
    busy: bool
    silent_s: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What a board says. `tick_s` is None until the first turn of the main loop."""

    tick_s: float | None
    hands: tuple[HandSeen, ...]

    @property
    def busy(self) -> int:
        return sum(hand.busy for hand in self.hands)

    @property
    def idle_s(self) -> float | None:
        """Seconds since any hand did anything; None when none ever did."""
        return min((hand.silent_s for hand in self.hands), default=None)


class Board:
    """The marks of one process and of the children that it forks."""

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            self._memory = mmap.mmap(-1, SIZE)
        else:
            with path.open("r+b") as file:
                self._memory = mmap.mmap(file.fileno(), SIZE)
        self._marks = memoryview(self._memory).cast("d")

    @classmethod
    def made_at(cls, path: Path) -> "Board":
        """A clean board in a new file, for a process that is about to start."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(SIZE))
        return cls(path)

    def tick(self) -> None:
        self._marks[TICK] = time.monotonic()

    def mark(self, number: int, *, busy: bool | None = None) -> None:
        """Hand `number` moves now; `busy` says that its work begins or ends."""
        place = HANDS_START + 2 * number
        self._marks[place + 1] = now = time.monotonic()
        if busy is not None:
            self._marks[place] = now if busy else 0.0

    def read(self) -> Seen:
        now, tick = time.monotonic(), self._marks[TICK]
        places = [(n, HANDS_START + 2 * n) for n in range(HANDS)]
        hands = tuple(
            HandSeen(n, self._marks[place] > 0, max(0.0, now - self._marks[place + 1]))
            for n, place in places
            if self._marks[place + 1] > 0
        )
        return Seen(max(0.0, now - tick) if tick else None, hands)


class _Here(threading.local):
    number: int | None = None


def _own_board() -> Board:
    path = os.environ.get(ENVIRONMENT)
    # A command started by hand in a watched process's environment must not mark for it, and one
    # whose watcher has tidied up needs no board.
    return Board(Path(path)) if path and Path(path).exists() else Board()


board = _own_board()
_here = _Here()


def tick() -> None:
    """The main loop of this process has turned."""
    board.tick()


def be_hand(number: int) -> None:
    """From now on this thread (or forked child) is hand `number`, with nothing in hand."""
    _here.number = number % HANDS
    board.mark(_here.number, busy=False)


def begin() -> None:
    _mark(busy=True)


def end() -> None:
    _mark(busy=False)


def moved() -> None:
    """Something was done: a window handed over, some thousands of rows written."""
    _mark(busy=None)


def _mark(*, busy: bool | None) -> None:
    if _here.number is not None:
        board.mark(_here.number, busy=busy)
