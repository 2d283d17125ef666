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

from crisis.allocation.exchange import Exchange
from crisis.allocation.greedy import fill, fits, greedy, room_after
from crisis.allocation.master import MOVE_COST, Column, Kind, Master, kinds_of
from crisis.allocation.network import Cheapest, Floats, Network, origin_of
from crisis.allocation.problem import Chain, Problem, pinned, serve_first, unserved

GREEDY, SOLVER = "greedy", "highs"
# Up to so many columns every way is written out, and the search in whole numbers proves the bound.
ALL_COLUMNS = 20_000
WAYS_AT_ONCE = 2  # of each kind at each prices, when columns are generated
_ROUNDS = 200
_CLOSE = 0.0005  # of the unserved weight: nearer to the bound the fractions need not come
SMALL_COSTS = 0.5  # of all people's ways together, in weight
# Of the time, and of what is left of it; the exchange gets the rest.
_FRACTIONS, _WHOLE = 0.6, 0.6


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
        self.own = min(0.001, SMALL_COSTS / max(1, people))
        self.amounts: dict[Column, float] = {}  # what the fractions last came to
        self.master = Master(self.network, self.kinds, own=self.own)
        self.all_weight = sum(kind.weight * len(kind.units) for kind in self.kinds)
        self.hopeless = self.all_weight - self._reachable()
        self.bound = float(self.hopeless)
        self.proving: Floats = np.zeros(self.network.room.shape)  # the prices that proved it

    def run(self) -> tuple[dict[int, Chain | None], int]:
        if self.kinds and self.network.vehicles:
            self._start()
            every = self._write_out()
            self._fractions(every)
            self._rounded(self.amounts)
            if every:
                self._whole()
            else:
                self._rest()
            self._exchange()
        return self.best, math.ceil(self.bound - 1e-4)

    def _left_s(self) -> float:
        return max(0.0, self.until - time.monotonic())

    def _reachable(self) -> int:
        """The weight of those who could go if they were alone in the world."""
        if not self.kinds or not self.network.vehicles:
            return 0
        costs = self._cheapest(np.zeros(self.network.room.shape), 0.0).costs
        return sum(
            kind.weight * len(kind.units)
            for kind, cost in zip(self.kinds, costs, strict=True)
            if math.isfinite(cost)
        )

    def _cheapest(self, prices: Floats, own: float) -> Cheapest:
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
        return fits(self.network, chain, kind.demand, self.network.room)

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
            self.amounts = self.master.amounts()
            kinds, places = self.master.prices()
            fresh = self._priced(kinds, places)
            if time.monotonic() > until:
                return
            if ended and (every or self._is_close(kinds, places) or not self.master.add(fresh)):
                return

    def _priced(self, kinds: Floats, places: Floats) -> list[Column]:
        """The ways that are worth more than they cost, and what these prices prove.

        Prices of the first rounds are wild; half-way to the best ones so far they are tamer, and
        both prove more and find better ways.
        """
        tame = (places + self.proving) / 2
        limits = np.array([kind.weight for kind in self.kinds]) - kinds - 1e-7
        fresh: list[Column] = []
        for prices in (tame, places):
            found = self._cheapest(prices, self.own)
            self._prove(found.costs, prices)
            fresh += found.below(limits, WAYS_AT_ONCE)
        return fresh

    def _prove(self, costs: Floats, prices: Floats) -> None:
        """What any plan leaves unserved, by these prices: places are sold dear, and each unit
        pays at most its weight. The ways' small costs make that up to a half too much."""
        weights = np.array([kind.weight for kind in self.kinds], dtype=np.float64)
        numbers = np.array([len(kind.units) for kind in self.kinds])
        gains = float((numbers * np.maximum(0.0, weights - costs)).sum())
        sold = float((np.maximum(0.0, self.network.room) * prices).sum())
        bound = self.all_weight - gains - sold - SMALL_COSTS
        if bound > self.bound or not self.proving.any():
            self.proving = prices
        self.bound = max(self.bound, bound)

    def _is_close(self, kinds: Floats, places: Floats) -> bool:
        served = float((self.master.limits[: len(kinds)] * kinds).sum())
        served += float((np.maximum(0.0, self.network.room) * places).sum())
        left = self.all_weight - served
        return left - self.bound <= _CLOSE * max(1.0, left)

    def _rounded(self, amounts: Mapping[Column, float]) -> None:
        """Whole units of what the fractions say, then the rest where there is room: the most
        urgent first, or first those of whom the fractions took the larger part."""
        placing = self._floor(amounts)
        self._consider(self._filled(dict(placing)))
        self._consider(self._filled(self._halves(placing, amounts)))

    def _floor(self, amounts: Mapping[Column, float]) -> dict[int, Chain | None]:
        ways: dict[int, list[tuple[Chain, int]]] = defaultdict(list)
        for (number, chain), amount in amounts.items():
            ways[number].append((chain, math.floor(amount + 1e-6)))
        placing: dict[int, Chain | None] = dict(pinned(self.problem))
        for at, kind in enumerate(self.kinds):
            chains = [chain for chain, times in ways[at] for _ in range(times)]
            placing |= dict(zip(kind.units, chains, strict=False))
        return placing

    def _halves(
        self, placing: dict[int, Chain | None], amounts: Mapping[Column, float]
    ) -> dict[int, Chain | None]:
        """Of what is left of the fractions, the larger first where there is room."""
        room = room_after(self.problem, self.network, placing)
        rest = sorted(
            ((amount % 1.0, column) for column, amount in amounts.items()),
            key=lambda one: (-one[0], one[1]),
        )
        for part, (at, chain) in rest:
            kind = self.kinds[at]
            left = [unit for unit in kind.units if placing.get(unit) is None]
            if left and 1e-6 < part < 1 - 1e-6 and fits(self.network, chain, kind.demand, room):
                self.network.take(room, chain, kind.demand)
                placing[left[0]] = chain
        return placing

    def _filled(self, placing: dict[int, Chain | None]) -> dict[int, Chain | None]:
        room = room_after(self.problem, self.network, placing)
        rest = [at for at in serve_first(self.problem) if placing.get(at) is None]
        return placing | fill(self.problem, self.network, rest, room)

    def _consider(self, placing: dict[int, Chain | None]) -> None:
        if self._fits(placing) and self._score(placing) > self._score(self.best) + 1e-9:
            self.best = placing

    def _fits(self, placing: Mapping[int, Chain | None]) -> bool:
        """The solver's whole numbers are whole within a tolerance: counted again, they must fit."""
        room = room_after(self.problem, self.network, placing)
        return bool((room[self.network.is_open] >= 0).all())

    def _score(self, placing: Mapping[int, Chain | None]) -> float:
        counted = self._counted(placing)
        return sum(self.master.value(column) * times for column, times in counted.items())

    def _exchange(self) -> None:
        """As long as it wins something: whoever moved made room."""
        before = None
        while self.best is not before and self._left_s():
            before = self.best
            exchange = Exchange(self.problem, self.network, self.best, MOVE_COST)
            self._consider(self._filled(exchange.run(until=self.until)))

    def _whole(self) -> None:
        """In whole numbers, from the best plan so far; proves a bound too."""
        if not self._search(self.best):
            return
        if not any(kind.now for kind in self.kinds):
            # Values are weights less small costs, which are below one half in all.
            self.bound = max(self.bound, self.all_weight + self.master.least_left() - SMALL_COSTS)

    def _rest(self) -> None:
        """In whole numbers only what the fractions cut: where there are too many ways to search
        them all, everybody whom the fractions send one way as a whole goes that way."""
        whole = self._floor(self.amounts)
        self.master.hold(self._counted(whole))
        self._search(self._filled(whole))

    def _search(self, first: Mapping[int, Chain | None]) -> bool:
        """In whole numbers from this plan on; False where there is no time for it."""
        left = self._left_s()
        if left < 0.05:
            return False
        counted = self._counted(first)
        self.master.add(counted)
        self.master.in_whole_numbers(counted)
        self.master.solve(time_limit_s=_WHOLE * left)
        self._consider(self._filled(self._floor(self.master.amounts())))
        return True


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
    origin = origin_of(problem.units[group[0]])
    chains: list[Chain] = [placing[index] or () for index in group]
    costs = {chain: network.cost(chain, origin) for chain in set(chains)}
    better_first: list[Chain] = sorted(chains, key=lambda chain: (costs[chain], chain))
    return dict(zip(group, better_first, strict=True))
