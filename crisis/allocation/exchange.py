"""Making a large plan better by hand, as it were: somebody weighty who waits takes the places of
lighter ones, who then look for other places.

Where there are too many ways to search in whole numbers, this wins back most of what rounding
fractions to whole families loses. It only ever takes weight from the waiting list.
"""

import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from config.kernel import progress
from crisis.allocation.greedy import room_after
from crisis.allocation.network import Floats, Network, origin_of
from crisis.allocation.problem import Chain, Problem, pinned, serve_first


class Exchange:
    """One run over the waiting list. `stay` is what it costs a person to be moved, in weight."""

    def __init__(
        self, problem: Problem, network: Network, placing: Mapping[int, Chain | None], stay: float
    ) -> None:
        self.problem, self.network = problem, network
        self.placing: dict[int, Chain | None] = dict(placing)
        self.room: Floats = room_after(problem, network, placing)
        self.demands = np.array([unit.demand for unit in problem.units], dtype=np.float64)
        self.worth = np.array(
            [
                unit.weight + (stay * unit.size if unit.now else 0.0)
                if unit.pinned is None
                else np.inf
                for unit in problem.units
            ]
        )
        self._count()

    def run(self, *, until: float) -> dict[int, Chain | None]:
        """The plan after all exchanges that gain something, or as far as time allows."""
        standing = pinned(self.problem)
        waits = [at for at in serve_first(self.problem) if self.placing.get(at) is None]
        waits.sort(key=lambda at: -self.worth[at])
        failed: set[object] = set()
        for index in waits:
            if time.monotonic() > until:
                break
            progress.moved()
            unit = self.problem.units[index]
            kind = (unit.demand, unit.weight, origin_of(unit))
            if index in standing or self.placing.get(index) or kind in failed:
                continue
            if not self._let_on(index):
                failed.add(kind)
        return self.placing

    def _count(self) -> None:
        """Who is on what, as pairs."""
        pairs = [
            (index, self.network.index[number])
            for index, chain in self.placing.items()
            if chain and np.isfinite(self.worth[index])
            for number in chain
        ]
        table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        self.who: NDArray[np.int64] = table[:, 0]
        self.where: NDArray[np.int64] = table[:, 1]

    def _let_on(self, index: int) -> bool:
        unit = self.problem.units[index]
        lighter = self.worth[self.who] < unit.weight
        soft = self.room.copy()
        np.add.at(soft, self.where[lighter], self.demands[self.who[lighter]])
        chain = self.network.way(unit.demand, origin_of(unit), soft)
        if chain is None:
            return False
        leave = self._who_leaves(index, chain, lighter)
        if leave is None or self.worth[leave].sum() >= unit.weight - 1e-9:
            return False
        for other in leave:
            self._take_off(int(other))
        self._put_on(index, chain)
        for other in sorted(leave, key=lambda one: -self.worth[one]):
            self._find_another(int(other))
        self._count()
        return True

    def _who_leaves(
        self, index: int, chain: Chain, lighter: NDArray[np.bool_]
    ) -> NDArray[np.int64] | None:
        """Lighter ones whose places are enough, the least weight for what is lacking first."""
        steps = [self.network.index[number] for number in chain]
        lacking = np.maximum(0.0, self.demands[index] - self.room[steps])
        chosen: list[int] = []
        on_way = lighter & np.isin(self.where, steps)
        while lacking.any():
            gives = self._gives(on_way, steps, lacking)
            gives = {one: much for one, much in gives.items() if one not in chosen}
            if not gives:
                return None
            best = min(gives, key=lambda one: (self.worth[one] / gives[one], one))
            chosen.append(best)
            for at, step in enumerate(steps):
                if self._is_on(best, step):
                    lacking[at] = np.maximum(0.0, lacking[at] - self.demands[best])
        return np.array(chosen, dtype=np.int64)

    def _gives(
        self, on_way: NDArray[np.bool_], steps: list[int], lacking: Floats
    ) -> dict[int, float]:
        """How much of what is lacking each of them holds."""
        gives: dict[int, float] = {}
        for at, step in enumerate(steps):
            there = self.who[on_way & (self.where == step)]
            much = np.minimum(self.demands[there], lacking[at]).sum(axis=1)
            for one, amount in zip(there[much > 0].tolist(), much[much > 0].tolist(), strict=True):
                gives[one] = gives.get(one, 0.0) + amount
        return gives

    def _is_on(self, index: int, step: int) -> bool:
        return self.network.vehicles[step].pk in (self.placing[index] or ())

    def _take_off(self, index: int) -> None:
        unit = self.problem.units[index]
        self.network.take(self.room, self.placing[index] or (), unit.demand, times=-1)
        self.placing[index] = None

    def _put_on(self, index: int, chain: Chain) -> None:
        self.network.take(self.room, chain, self.problem.units[index].demand)
        self.placing[index] = chain

    def _find_another(self, index: int) -> None:
        unit = self.problem.units[index]
        chain = self.network.way(unit.demand, origin_of(unit), self.room)
        if chain is not None:
            self._put_on(index, chain)
