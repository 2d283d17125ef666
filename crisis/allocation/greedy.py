"""The plain pass: the most urgent first, each on the best way that still has room.

It is what an officer would do by hand, the first plan that the solver gets to improve, and the
yardstick that the solver must never fall behind.
"""

from collections.abc import Iterable

from crisis.allocation.network import Floats, Network, Origin, origin_of
from crisis.allocation.problem import Chain, Demand, Placing, Problem, pinned, serve_first


def greedy(problem: Problem) -> dict[int, Chain | None]:
    """A chain for each unit by index, or None; who is pinned stays, who is kept back gets none."""
    network = Network(problem)
    found: dict[int, Chain | None] = dict(pinned(problem))
    order = serve_first(problem)
    # Planning anew first leaves everybody where they are, as far as that still runs.
    staying = [index for index in order if problem.units[index].now is not None]
    room = network.room.copy()
    found |= _stay(problem, network, staying, room)
    rest = [index for index in order if found.get(index) is None]
    return found | fill(problem, network, rest, room)


def _stay(
    problem: Problem, network: Network, order: Iterable[int], room: Floats
) -> dict[int, Chain | None]:
    found: dict[int, Chain | None] = {}
    for index in order:
        unit = problem.units[index]
        if unit.now is not None and fits(network, unit.now, unit.demand, room):
            network.take(room, unit.now, unit.demand)
            found[index] = unit.now
    return found


def fits(network: Network, chain: Chain, demand: Demand, room: Floats) -> bool:
    """Whether there is room for that many on every transport of the chain."""
    open_ones = network.fits(demand, room)
    return all(number in network.index and open_ones[network.index[number]] for number in chain)


def fill(
    problem: Problem, network: Network, order: Iterable[int], room: Floats
) -> dict[int, Chain | None]:
    """Put these on, one after the other, where there is room; `room` is what is left after.

    Room only shrinks, so what was the best way for units of one kind stays it while it has room,
    and a kind that found none finds none later.
    """
    known: dict[tuple[Demand, Origin], Chain | None] = {}
    found: dict[int, Chain | None] = {}
    for index in order:
        unit = problem.units[index]
        kind = (unit.demand, origin_of(unit))
        chain = known.get(kind, ())
        if chain is not None and not (chain and fits(network, chain, kind[0], room)):
            chain = network.way(*kind, room)
            known[kind] = chain
        found[index] = chain
        if chain:
            network.take(room, chain, kind[0])
    return found


def room_after(problem: Problem, network: Network, placing: Placing) -> Floats:
    """What a placing leaves free; negative where it takes more than there is."""
    room = network.room.copy()
    standing = pinned(problem)
    for index, chain in placing.items():
        if chain and index not in standing:
            network.take(room, chain, problem.units[index].demand)
    return room
