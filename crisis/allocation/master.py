"""The linear programme behind a plan: how many units of each kind go which way.

Units that need the same places from the same origin and weigh the same are one kind, so thousands
of families become some hundreds of whole numbers. Rows say how many there are of a kind, and how
many places of a class there are on a transport; a column is a kind on a way. HiGHS solves it, first
in fractions, which prices the places, then in whole numbers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import NDArray

from config.kernel import progress
from crisis.allocation.network import Floats, Network, Origin, origin_of
from crisis.allocation.problem import Chain, Demand, Problem, serve_first

# To give one more person of the least urgent step a place, up to three others are moved.
MOVE_COST = 0.25
# A process that shows no progress for 15 s is taken for dead (crisis/operations/lookout.py).
AT_A_TIME_S = 10.0
# So near to the best plan, as a part of the weight served, the search for what is left may end.
NEAR = 0.0001


@dataclass(slots=True)
class Kind:
    """Interchangeable units, by index, who asked first first."""

    demand: Demand
    weight: int
    origin: Origin
    now: Chain | None
    units: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.demand.heads + self.demand.laps


def kinds_of(problem: Problem) -> list[Kind]:
    """The units to decide on, in kinds."""
    kinds: dict[tuple[object, ...], Kind] = {}
    for index in serve_first(problem):
        unit = problem.units[index]
        key = (unit.demand, unit.weight, origin_of(unit), unit.now)
        if key not in kinds:
            kinds[key] = Kind(unit.demand, unit.weight, origin_of(unit), unit.now)
        kinds[key].units.append(index)
    return list(kinds.values())


Numbers = NDArray[np.int32]
Column = tuple[int, Chain]  # a kind by index, and its way


class Master:
    """Rows and columns in HiGHS; values are minimised, so what serves somebody counts below 0."""

    def __init__(self, network: Network, kinds: Sequence[Kind], *, own: float) -> None:
        """`own`: how much the ways' small costs count for each person, against weights."""
        self.network, self.kinds, self.own = network, kinds, own
        self.columns: list[Column] = []
        self.known: set[Column] = set()
        self.scarce = _scarce(network, kinds)
        self.row = {place: len(kinds) + at for at, place in enumerate(self.scarce)}
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        # Columns come on: what was best before is still feasible, and the primal goes on from it.
        self.solver.setOptionValue("simplex_strategy", 4)
        # The small costs decide between plans that serve the same people: no gap is small enough.
        self.solver.setOptionValue("mip_rel_gap", 0.0)
        self.solver.setOptionValue("mip_abs_gap", 1e-6)
        self._add_rows()

    def _add_rows(self) -> None:
        limits = [float(len(kind.units)) for kind in self.kinds]
        limits += [float(self.network.room[place]) for place in self.scarce]
        self.limits = np.array(limits)
        nothing = np.zeros(0, np.int32)
        starts = np.zeros(len(limits), np.int32)
        least = np.full(len(limits), -highspy.kHighsInf)
        self.solver.addRows(len(limits), least, self.limits, 0, starts, nothing, np.zeros(0))

    def value(self, column: Column) -> float:
        """What one unit of this kind on this way is worth."""
        kind, chain = self.kinds[column[0]], column[1]
        worth = kind.weight - self.own * kind.size * self.network.cost(chain, kind.origin)
        return worth + (MOVE_COST * kind.size if chain == kind.now else 0.0)

    def add(self, columns: Iterable[Column]) -> int:
        """Those that are new; how many that were."""
        fresh = [column for column in dict.fromkeys(columns) if column not in self.known]
        if not fresh:
            return 0
        self.known.update(fresh)
        self.columns += fresh
        starts, rows, values = self._entries(fresh)
        costs = np.array([-self.value(column) for column in fresh])
        most = np.array([float(len(self.kinds[kind].units)) for kind, _ in fresh])
        self.solver.addCols(
            len(fresh), costs, np.zeros(len(fresh)), most, len(rows), starts, rows, values
        )
        return len(fresh)

    def _entries(self, columns: Sequence[Column]) -> tuple[Numbers, Numbers, Floats]:
        starts: list[int] = []
        rows: list[int] = []
        values: list[float] = []
        for kind, chain in columns:
            starts.append(len(rows))
            rows.append(kind)
            values.append(1.0)
            for number in chain:
                for resource, amount in enumerate(self.kinds[kind].demand):
                    row = self.row.get((self.network.index[number], resource))
                    if amount and row is not None:
                        rows.append(row)
                        values.append(float(amount))
        return (
            np.array(starts, np.int32),
            np.array(rows, np.int32),
            np.array(values, np.float64),
        )

    def solve(self, *, time_limit_s: float) -> bool:
        """Solve as it stands, for a while; whether the solver came to the end of it. Asked again,
        fractions go on from where they are."""
        while_s = min(max(0.05, time_limit_s), AT_A_TIME_S)
        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + while_s)
        self.solver.run()
        progress.moved()
        return bool(self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def prices(self) -> tuple[Floats, Floats]:
        """What one more unit of each kind is worth, and one more place by transport and class."""
        duals = np.maximum(0.0, -np.array(self.solver.getSolution().row_dual))
        places = np.zeros(self.network.room.shape)
        for place, row in self.row.items():
            places[place] = duals[row]
        return duals[: len(self.kinds)], places

    def amounts(self) -> dict[Column, float]:
        """How many of each kind go each way."""
        found = np.array(self.solver.getSolution().col_value)
        return {self.columns[at]: float(found[at]) for at in np.flatnonzero(found > 1e-9)}

    def hold(self, amounts: Mapping[Column, int]) -> None:
        """From now on, no fewer than these, and a plan that is near enough to the best."""
        every = np.arange(len(self.columns), dtype=np.int32)
        least = np.array([float(amounts.get(column, 0)) for column in self.columns])
        most = np.array([float(len(self.kinds[kind].units)) for kind, _ in self.columns])
        self.solver.changeColsBounds(len(every), every, least, most)
        self.solver.setOptionValue("mip_rel_gap", NEAR)

    def in_whole_numbers(self, first: Mapping[Column, int]) -> None:
        """From now on, no half families; `first` is a plan to improve."""
        self.solver.setOptionValue("simplex_strategy", 1)
        every = np.arange(len(self.columns), dtype=np.int32)
        whole = np.full(len(every), int(highspy.HighsVarType.kInteger), np.uint8)
        self.solver.changeColsIntegrality(len(every), every, whole)
        values = np.array([float(first.get(column, 0)) for column in self.columns])
        self.solver.setSolution(len(every), every, values)

    def least_left(self) -> float:
        """A bound on the minimised value that the search in whole numbers has proved."""
        return float(self.solver.getInfo().mip_dual_bound)


def _scarce(network: Network, kinds: Sequence[Kind]) -> list[tuple[int, int]]:
    """Transport and resource, where there could be more demand than room."""
    wanted: dict[int, float] = defaultdict(float)
    for kind in kinds:
        for resource, amount in enumerate(kind.demand):
            wanted[resource] += amount * len(kind.units)
    return [
        (at, resource)
        for at, row in enumerate(network.room)
        for resource, room in enumerate(row)
        if 0 <= room < wanted[resource]
    ]
