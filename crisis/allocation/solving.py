"""Finding a plan: the plain pass, then what a solver can make better within its time.

The programme in fractions is solved by generating columns: places have prices, and as long as some
kind of unit has a way that is worth more than its places cost, that way becomes a column. The
prices also prove how little any plan could leave unserved (a Lagrangian bound), whether the search
came to its end or not. Why HiGHS and why so: docs/decisions/a-plan-with-its-bound.md.
"""

import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crisis.allocation.greedy import fill, greedy, room_after
from crisis.allocation.master import Column, Kind, Master, kinds_of
from crisis.allocation.network import Floats, Network
from crisis.allocation.problem import Chain, Problem, pinned, serve_first, unserved

GREEDY, SOLVER = "greedy", "highs"
# Up to so many columns every way is written out, and the search in whole numbers proves the bound.
ALL_COLUMNS = 20_000
_ROUNDS = 200
_CLOSE = 0.0005  # of the unserved weight: nearer to the bound the fractions need not come
_FRACTIONS = 0.6  # of the time


@dataclass(frozen=True, slots=True)
class Solution:
    """A chain for each unit by index, or None. `unserved` and `bound` in weight: no plan leaves
    less than `bound`."""

    placing: Mapping[int, Chain | None]
    unserved: int
    bound: int
    method: str
    seconds: float

    @property
    def gap(self) -> float:
        """How much of what is unserved might still be won, 0 to 1."""
        return (self.unserved - self.bound) / self.unserved if self.unserved else 0.0


def solve(problem: Problem, *, time_limit_s: float) -> Solution:
    """The best plan found in about so many seconds; there always is one."""
    began = time.monotonic()
    first = greedy(problem)
    search = _Search(problem, first, began + time_limit_s)
    placing, bound = search.run()
    left = unserved(problem, placing)
    better = placing is not first
    return Solution(
        placing,
        left,
        min(left, bound),
        SOLVER if better else GREEDY,
        time.monotonic() - began,
    )


class _Search:
    """One run: the kinds, the programme, the best plan so far."""

    def __init__(self, problem: Problem, first: dict[int, Chain | None], until: float) -> None:
        self.problem, self.best, self.until = problem, first, until
        self.network = Network(problem)
        self.kinds = kinds_of(problem)
        people = sum(kind.size * len(kind.units) for kind in self.kinds)
        # All small costs together stay below half of the least weight: they never cost a place.
        self.own = min(0.001, 0.5 / max(1, people))
        self.master = Master(self.network, self.kinds, own=self.own)
        self.all_weight = sum(kind.weight * len(kind.units) for kind in self.kinds)
        self.hopeless = self.all_weight - self._reachable()
        self.bound = float(self.hopeless)

    def run(self) -> tuple[dict[int, Chain | None], int]:
        if self.kinds and self.network.vehicles:
            self._start()
            every = self._write_out()
            self._fractions(every)
            self._consider(self._rounded(self.master.amounts()))
            self._whole(every)
        return self.best, math.ceil(self.bound - 1e-4)

    def _left_s(self) -> float:
        return max(0.0, self.until - time.monotonic())

    def _reachable(self) -> int:
        """The weight of those who could go if they were alone in the world."""
        _, chains = self._cheapest(np.zeros(self.network.room.shape), 0.0)
        return sum(
            kind.weight * len(kind.units)
            for kind, chain in zip(self.kinds, chains, strict=True)
            if chain
        )

    def _cheapest(self, prices: Floats, own: float) -> tuple[Floats, list[Chain]]:
        if not self.kinds or not self.network.vehicles:
            return np.full(len(self.kinds), np.inf), [()] * len(self.kinds)
        demands = np.array([kind.demand for kind in self.kinds], dtype=np.float64)
        starts = np.array([self.network.starts(kind.origin) for kind in self.kinds])
        return self.network.cheapest(demands, prices, starts, own)

    def _start(self) -> None:
        """Columns of the plain plan, and of where people are now."""
        self.master.add(self._counted(self.best))
        self.master.add(
            (at, kind.now)
            for at, kind in enumerate(self.kinds)
            if kind.now and self._runs(kind.now, kind)
        )

    def _runs(self, chain: Chain, kind: Kind) -> bool:
        steps = [self.network.index.get(number, -1) for number in chain]
        fits = self.network.fits(kind.demand, self.network.room)
        return all(at >= 0 and fits[at] for at in steps)

    def _counted(self, placing: Mapping[int, Chain | None]) -> dict[Column, int]:
        counted: dict[Column, int] = defaultdict(int)
        for at, kind in enumerate(self.kinds):
            for unit in kind.units:
                if chain := placing.get(unit):
                    counted[at, chain] += 1
        return counted

    def _write_out(self) -> bool:
        """Every way of every kind, where these are few; whether they are all there."""
        ways = {}
        for origin in dict.fromkeys(kind.origin for kind in self.kinds):
            ways[origin] = self.network.ways(origin, ALL_COLUMNS)
        if any(found is None for found in ways.values()):
            return False
        if sum(len(ways[kind.origin] or ()) for kind in self.kinds) > ALL_COLUMNS:
            return False
        self.master.add(
            (at, chain)
            for at, kind in enumerate(self.kinds)
            for chain in ways[kind.origin] or ()
            if self._runs(chain, kind)
        )
        return True

    def _fractions(self, every: bool) -> None:
        until = time.monotonic() + _FRACTIONS * self._left_s()
        for _ in range(_ROUNDS):
            ended = self.master.solve(time_limit_s=until - time.monotonic())
            kinds, places = self.master.prices()
            self._prove(places)
            if time.monotonic() > until:
                return
            if not ended:
                continue
            if every or self._is_close(kinds, places):
                return
            best, chains = self._cheapest(places, self.own)
            worth = np.array([kind.weight for kind in self.kinds]) - best - kinds
            fresh = [(at, chains[at]) for at in np.flatnonzero(worth > 1e-7) if chains[at]]
            if not self.master.add(fresh):
                return

    def _prove(self, places: Floats) -> None:
        """What any plan leaves unserved, by these prices: places are sold dear, and each unit
        pays at most its weight."""
        cost, _ = self._cheapest(places, 0.0)
        weights = np.array([kind.weight for kind in self.kinds], dtype=np.float64)
        numbers = np.array([len(kind.units) for kind in self.kinds])
        gains = float((numbers * np.maximum(0.0, weights - cost)).sum())
        sold = float((np.maximum(0.0, self.network.room) * places).sum())
        self.bound = max(self.bound, self.all_weight - gains - sold)

    def _is_close(self, kinds: Floats, places: Floats) -> bool:
        served = float((self.master.limits[: len(kinds)] * kinds).sum())
        served += float((np.maximum(0.0, self.network.room) * places).sum())
        left = self.all_weight - served
        return left - self.bound <= _CLOSE * max(1.0, left)

    def _rounded(self, amounts: Mapping[Column, float]) -> dict[int, Chain | None]:
        """Whole units of what the fractions say, then the rest where there is room."""
        ways: dict[int, list[tuple[Chain, int]]] = defaultdict(list)
        for (kind, chain), amount in amounts.items():
            ways[kind].append((chain, math.floor(amount + 1e-6)))
        placing: dict[int, Chain | None] = dict(pinned(self.problem))
        for at, kind in enumerate(self.kinds):
            chains = [chain for chain, times in ways[at] for _ in range(times)]
            placing |= dict(zip(kind.units, chains, strict=False))
        return self._filled(placing)

    def _filled(self, placing: dict[int, Chain | None]) -> dict[int, Chain | None]:
        room = room_after(self.problem, self.network, placing)
        rest = [at for at in serve_first(self.problem) if placing.get(at) is None]
        return placing | fill(self.problem, self.network, rest, room)

    def _consider(self, placing: dict[int, Chain | None]) -> None:
        if self._score(placing) > self._score(self.best) + 1e-9:
            self.best = placing

    def _score(self, placing: Mapping[int, Chain | None]) -> float:
        counted = self._counted(placing)
        return sum(self.master.value(column) * times for column, times in counted.items())

    def _whole(self, every: bool) -> None:
        left = self._left_s()
        if left < 0.05:
            return
        first = self._counted(self.best)
        self.master.add(first)
        self.master.in_whole_numbers(first)
        self.master.solve(time_limit_s=left)
        self._consider(self._rounded(self.master.amounts()))
        if every and not any(kind.now for kind in self.kinds):
            # Values are weights less small costs, which are below one half in all.
            self.bound = max(self.bound, self.all_weight + self.master.least_left() - 0.5)


def urgent_first(problem: Problem, placing: Mapping[int, Chain | None]) -> dict[int, Chain | None]:
    """Among units that need the same from the same origin, the more urgent gets the better way;
    nobody's place is taken, and nobody who has one already is moved."""
    network = Network(problem)
    alike: dict[object, list[int]] = defaultdict(list)
    for index in serve_first(problem):
        unit = problem.units[index]
        if placing.get(index) and unit.now is None:
            alike[unit.demand, unit.start, unit.behind].append(index)
    found = dict(placing)
    for group in alike.values():
        found |= _handed_out(problem, network, group, placing)
    return found


def _handed_out(
    problem: Problem, network: Network, group: Sequence[int], placing: Mapping[int, Chain | None]
) -> dict[int, Chain | None]:
    origin = (None, problem.units[group[0]].behind)
    if not origin[1]:
        origin = (problem.units[group[0]].start, ())
    chains = [placing[index] or () for index in group]
    costs = {chain: network.cost(chain, origin) for chain in set(chains)}
    return dict(zip(group, sorted(chains, key=lambda chain: (costs[chain], chain)), strict=True))
