"""Answers over time as bars: where each stands on the sheet, for the template that draws them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from crisis.rollcall.states import EventKind

_K = EventKind
# From the bottom of a bar to its top.
SERIES: dict[str, frozenset[str]] = {
    "safe": frozenset({_K.SAFE, _K.LEFT_AREA, _K.WANTS_OUT, _K.REPORTED_SAFE, _K.HELP_CLOSED}),
    "unclear": frozenset({_K.POSSIBLE_HELP}),
    "help": frozenset({_K.NEEDS_HELP, _K.INJURED}),
}
# Minutes in a bar: the smallest that needs no more bars than these.
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440, 10_080)
MOST_BARS = 60
WIDTH, HEIGHT = 600.0, 160.0


@dataclass(frozen=True, slots=True)
class Piece:
    series: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """`at` is the beginning of its time (UTC); `counts` by series, and all of them together."""

    at: datetime
    x: float
    width: float
    pieces: tuple[Piece, ...]
    counts: dict[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class Plot:
    step: int
    top: int
    bars: tuple[Bar, ...]

    @property
    def answers(self) -> int:
        return sum(bar.total for bar in self.bars)

    @property
    def told(self) -> list[Bar]:
        """The bars that say something, the newest first: the table behind the picture."""
        return [bar for bar in reversed(self.bars) if bar.total]


def plot(by_minute: Mapping[int, Mapping[str, int]], *, start: datetime, until: datetime) -> Plot:
    """Bars from `start`, or the first answer if that is earlier, to `until`."""
    last = max([_minute(until), *by_minute])
    first = min([_minute(start), *by_minute])
    step = next((s for s in STEPS if (last - first) // s < MOST_BARS - 1), STEPS[-1])
    table: dict[int, Counter[str]] = {}
    for minute, kinds in by_minute.items():
        counted = table.setdefault(minute // step, Counter())
        for series, members in SERIES.items():
            counted[series] += sum(kinds.get(kind, 0) for kind in members)
    slots = range(max(first // step, last // step - MOST_BARS + 1), last // step + 1)
    top = round_up(max((sum(counted.values()) for counted in table.values()), default=0))
    width = WIDTH / len(slots)
    return Plot(
        step=step,
        top=top,
        bars=tuple(
            _bar(slot, number * width, width, table.get(slot, Counter()), step, top)
            for number, slot in enumerate(slots)
        ),
    )


def _bar(slot: int, x: float, width: float, counted: Mapping[str, int], step: int, top: int) -> Bar:
    pieces, floor = [], HEIGHT
    for series in SERIES:
        if tall := counted.get(series, 0) / top * HEIGHT:
            floor -= tall
            pieces.append(Piece(series, round(floor, 2), round(tall, 2)))
    return Bar(
        at=datetime.fromtimestamp(slot * step * 60, UTC),
        x=round(x, 2),
        width=round(width * 0.86, 2),
        pieces=tuple(pieces),
        counts={series: counted.get(series, 0) for series in SERIES},
        total=sum(counted.values()),
    )


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def round_up(most: int) -> int:
    """1, 2 or 5 times a power of ten that is not less: the top of the scale."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if factor * size >= most:
                return factor * size
        size *= 10
