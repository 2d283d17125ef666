"""Ways through the transports: from where a unit gathers to where it is out of danger.

A way has a small cost between 0 and 1, which decides between ways that serve the same people: the
own assembly point before a neighbouring one, early before late, few changes before many, home
before a haven from which something goes on.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crisis.allocation.problem import Chain, Demand, Problem, Unit, pinned, used

Floats = NDArray[np.float64]

# How far people are sent to another assembly point than their own: about an hour by road.
NEAR_KM = 50.0
_ELSEWHERE, _PER_NEAR, _LATE, _LEG, _NOT_HOME = 0.35, 0.2, 0.25, 0.02, 0.1
_UNKNOWN_START = 0.1

Origin = tuple[int | None, Chain]  # where a unit gathers, and what it has taken already


def origin_of(unit: Unit) -> Origin:
    return (None, unit.behind) if unit.behind else (unit.start, ())


class Network:
    """The transports of a problem as a graph without rings: later ones follow earlier ones."""

    def __init__(self, problem: Problem) -> None:
        self.vehicles = problem.vehicles
        self.reach = problem.reach
        self.index = {vehicle.pk: at for at, vehicle in enumerate(self.vehicles)}
        self.room: Floats = _room(problem)
        self.follows = self._follows()
        self.change = np.where(self.follows, 0.0, np.inf)
        self.before = [np.flatnonzero(self.follows[:, at]) for at in range(len(self.vehicles))]
        onward = self.follows.any(axis=1)
        out = np.array([vehicle.out for vehicle in self.vehicles], dtype=bool)
        self.end_cost: Floats = np.where(out, _NOT_HOME * onward, np.inf)
        self.is_open = np.array([vehicle.is_open for vehicle in self.vehicles], dtype=bool)
        self._starts: dict[Origin, Floats] = {}

    def _follows(self) -> NDArray[np.bool_]:
        """Which transport can follow which: it leaves from where the other arrived, not before."""
        origin = np.array([one.origin for one in self.vehicles], dtype=np.int64)
        destination = np.array([one.destination for one in self.vehicles], dtype=np.int64)
        departs = np.array([one.departs_at for one in self.vehicles])
        arrives = np.array([one.arrives_at for one in self.vehicles])
        same = destination[:, None] == origin[None, :]
        in_time: NDArray[np.bool_] = arrives[:, None] <= departs[None, :]
        return same & in_time

    def starts(self, origin: Origin) -> Floats:
        """What it costs to begin with each transport; infinite where that cannot be."""
        if origin not in self._starts:
            self._starts[origin] = self._begin(origin)
        return self._starts[origin]

    def _begin(self, origin: Origin) -> Floats:
        place, behind = origin
        if behind:
            last = self.index.get(behind[-1])
            costs = (
                np.full(len(self.vehicles), np.inf) if last is None else self.change[last].copy()
            )
        else:
            costs = np.array([self._set_out(place, one.origin) for one in self.vehicles])
        return np.where(self.is_open, costs + self._late(), np.inf)

    def _set_out(self, place: int | None, origin: int) -> float:
        if place is None:
            return _UNKNOWN_START if any(origin in to for to in self.reach.values()) else np.inf
        km = self.reach.get(place, {}).get(origin)
        if km is None:
            return np.inf
        return _ELSEWHERE + _PER_NEAR * km / NEAR_KM if km else 0.0

    def _late(self) -> Floats:
        departs = np.array([one.departs_at for one in self.vehicles])
        if not len(departs):
            return departs
        span = max(1.0, float(departs.max() - departs.min()))
        return _LATE * (departs - departs.min()) / span

    def fits(self, demand: Demand, room: Floats) -> NDArray[np.bool_]:
        """On which transports there is room for that many."""
        enough: NDArray[np.bool_] = room >= np.array(demand)
        return np.logical_and.reduce(enough, axis=1)

    def way(
        self, demand: Demand, origin: Origin, room: Floats, *, last: int | None = None
    ) -> Chain | None:
        """The best way on which there is room, or None; `last` is the transport to end with, which
        else is any that leads out of danger."""
        leg = np.where(self.fits(demand, room), _LEG, np.inf)
        cost, came = self._relax(self.starts(origin) + leg, leg)
        ends = cost + self.end_cost
        if last is not None:
            ends = np.where(np.arange(len(cost)) == self.index[last], cost, np.inf)
        if not len(ends) or not np.isfinite(ends.min()):
            return None
        return self.back(int(ends.argmin()), came)

    def _relax(self, cost: Floats, leg: Floats) -> tuple[Floats, NDArray[np.int64]]:
        came = np.full(len(cost), -1, dtype=np.int64)
        while len(cost):
            over = cost[:, None] + self.change
            best = over.argmin(axis=0)
            better = over[best, np.arange(len(cost))] + leg
            wins = better < cost - 1e-12
            if not wins.any():
                break
            cost, came = np.where(wins, better, cost), np.where(wins, best, came)
        return cost, came

    def back(self, at: int, came: NDArray[np.int64]) -> Chain:
        chain: list[int] = []
        while at >= 0:
            chain.append(self.vehicles[at].pk)
            at = int(came[at])
        return tuple(reversed(chain))

    def cost(self, chain: Chain, origin: Origin) -> float:
        """What this way costs from there; infinite where it cannot be gone."""
        steps = [self.index[number] for number in chain]
        if not steps:
            return np.inf
        cost = float(self.starts(origin)[steps[0]]) + _LEG * len(steps)
        cost += sum(float(self.change[a, b]) for a, b in pairwise(steps))
        return cost + float(self.end_cost[steps[-1]])

    def ways(self, origin: Origin, most: int) -> list[Chain] | None:
        """Every way from there, whatever the room; None where there are more than `most`."""
        found: list[Chain] = []
        paths: list[list[int]] = [
            [int(at)] for at in np.flatnonzero(np.isfinite(self.starts(origin)))
        ]
        while paths:
            path = paths.pop()
            if np.isfinite(self.end_cost[path[-1]]):
                found.append(tuple(self.vehicles[at].pk for at in path))
            following = np.flatnonzero(self.follows[path[-1]] & self.is_open)
            paths += [[*path, int(at)] for at in following]
            if len(found) > most or len(paths) > most:
                return None
        return found

    def cheapest(self, demands: Floats, prices: Floats, starts: Floats, own: float) -> "Cheapest":
        """For many kinds of unit at once: the cheapest ways when places have prices.

        `demands` is kinds × resources, `prices` transports × resources, `starts` kinds ×
        transports; `own` is how much the ways' own small costs count.
        """
        kinds = len(demands)
        size = demands[:, -1] + demands[:, 3]
        leg = demands @ prices.T + own * _LEG * size[:, None]
        leg[~((demands[:, None, :] <= self.room[None, :, :]).all(axis=2))] = np.inf
        cost = leg + _times(own * size, starts)
        came = np.full(cost.shape, -1, dtype=np.int64)
        rows = np.arange(kinds)
        for at, before in enumerate(self.before):
            if not len(before):
                continue
            pick = before[cost[:, before].argmin(axis=1)]
            via = cost[rows, pick] + leg[:, at]
            wins = via < cost[:, at]
            cost[wins, at], came[wins, at] = via[wins], pick[wins]
        return Cheapest(self, cost + _times(own * size, self.end_cost), came)

    def take(self, room: Floats, chain: Chain, demand: Demand, times: int = 1) -> None:
        """Take places for `demand` on every transport of the chain."""
        steps = [self.index[number] for number in chain if number in self.index]
        room[steps] -= times * np.array(demand)


class Cheapest:
    """What it costs each kind to end with each transport, and by which way."""

    def __init__(self, network: Network, ends: Floats, came: NDArray[np.int64]) -> None:
        self._network, self._ends, self._came = network, ends, came
        self.costs: Floats = ends.min(axis=1, initial=np.inf)

    def below(self, limits: Floats, most: int) -> list[tuple[int, Chain]]:
        """Kind and way, for up to `most` ways of each kind that cost less than its limit."""
        worth = self._ends < limits[:, None]
        found: list[tuple[int, Chain]] = []
        for kind in np.flatnonzero(worth.any(axis=1)):
            ends = np.flatnonzero(worth[kind])
            best = ends[self._ends[kind, ends].argsort(kind="stable")[:most]]
            found += [(int(kind), self._network.back(int(at), self._came[kind])) for at in best]
        return found


def _times(factors: Floats, costs: Floats) -> Floats:
    """Kinds × transports; what cannot be stays infinite, also nought times."""
    can = np.isfinite(costs)
    return np.where(can, factors[:, None] * np.where(can, costs, 0.0), np.inf)


def _room(problem: Problem) -> Floats:
    """Places left by transport when those who stand have theirs; less than none on one that is
    closed, so that nothing fits."""
    room = np.array([vehicle.room for vehicle in problem.vehicles], dtype=np.float64)
    taken = used(problem, pinned(problem))
    for at, vehicle in enumerate(problem.vehicles):
        if vehicle.pk in taken:
            room[at] = np.maximum(0, room[at] - np.array(taken[vehicle.pk]))
        if not vehicle.is_open:
            room[at] = -1
    return room.reshape(len(problem.vehicles), len(Demand()))
