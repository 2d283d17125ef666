"""What a plan has to decide, in numbers. Pure: no database, so that it can be argued and measured.

A unit is a party, or the part of one that an officer parted from the rest: people who go on the
same transports or do not go. It takes one chain of transports from where it gathers to where people
are out of danger, and on each of them a place of the right class for everybody.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from crisis.seats.states import Priority
from crisis.transports.states import PlaceClass

CLASSES = (PlaceClass.SEAT, PlaceClass.WHEELCHAIR, PlaceClass.STRETCHER, PlaceClass.LAP)
# Each step is worth five of the next: one urgent person outweighs any household of the next step.
STEP = 5
RANKS = {priority: rank for rank, priority in enumerate(Priority)}
WEIGHTS = {priority: STEP ** (len(Priority) - 1 - rank) for priority, rank in RANKS.items()}
# What a passenger weighs with hand baggage: standard mass of an adult, (EU) 965/2012 AMC1
# CAT.POL.MAB.100(e). Infants on a lap weigh nothing by the same rule.
MASS_KG = 84
NO_LIMIT = 1_000_000  # places; where there is no limit on what passengers may weigh

Chain = tuple[int, ...]  # transports by number, in the order in which they are taken


class Demand(NamedTuple):
    """How many places of each class a unit needs, and how many of it weigh something."""

    seats: int = 0
    wheelchairs: int = 0
    stretchers: int = 0
    laps: int = 0
    heads: int = 0


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A transport: from where to where, when (UTC, seconds), and how many places by CLASSES.

    `heads` is how many people its payload carries. `out`: who arrives there is out of danger.
    `is_open`: people can still be put on it.
    """

    pk: int
    origin: int
    destination: int
    departs_at: float
    arrives_at: float
    places: tuple[int, int, int, int]
    heads: int = NO_LIMIT
    out: bool = False
    is_open: bool = True

    @property
    def room(self) -> Demand:
        return Demand(*self.places, self.heads)


@dataclass(frozen=True, slots=True)
class Member:
    """One traveller; `kept_back` is the code of why they must not go yet."""

    traveller: int
    place_class: PlaceClass = PlaceClass.SEAT
    priority: Priority = Priority.ADULT
    kept_back: str = ""


@dataclass(frozen=True)
class Unit:
    """People who go together. `start` is the place where they gather, None where nobody knows.

    `behind` are the transports that they have taken already, `pinned` a chain that stands whatever
    happens (an officer's, or one that was offered), `now` where they are in the plan from which as
    few as possible are to be moved. `asked_at` in seconds; who asked first goes first among equals.
    """

    party: int
    members: tuple[Member, ...]
    start: int | None = None
    asked_at: float = 0.0
    behind: Chain = ()
    pinned: Chain | None = None
    now: Chain | None = None

    @property
    def size(self) -> int:
        return len(self.members)

    @cached_property
    def demand(self) -> Demand:
        return demand_of(classes_of(self.members).values())

    @cached_property
    def weight(self) -> int:
        return sum(WEIGHTS[member.priority] for member in self.members)

    @cached_property
    def urgency(self) -> int:
        """The most urgent member's rank; 0 goes first."""
        return min(RANKS[member.priority] for member in self.members)

    @cached_property
    def kept_back(self) -> str:
        """Why this unit stays: one who must not go keeps the others, who are not left alone."""
        return next((member.kept_back for member in self.members if member.kept_back), "")

    @property
    def order(self) -> tuple[int, float, int, int]:
        return (self.urgency, self.asked_at, self.party, self.members[0].traveller)


@dataclass(frozen=True, slots=True)
class Problem:
    """Everybody who wants to go, and what runs. `vehicles` in order of departure.

    `reach` tells for each place where people gather from which places they can set out, and how
    far that is in kilometres (0 for the place itself).
    """

    vehicles: tuple[Vehicle, ...]
    units: tuple[Unit, ...]
    reach: Mapping[int, Mapping[int, float]] = field(default_factory=dict)

    @property
    def by_number(self) -> dict[int, Vehicle]:
        return {vehicle.pk: vehicle for vehicle in self.vehicles}


Placing = Mapping[int, Chain | None]  # by the unit's index in the problem


def classes_of(members: Iterable[Member]) -> dict[int, PlaceClass]:
    """The class that each takes, by traveller. One adult holds one infant: a further infant takes
    a seat, as airlines do."""
    members = list(members)
    arms = sum(member.place_class != PlaceClass.LAP for member in members)
    taken: dict[int, PlaceClass] = {}
    for member in members:
        on_lap = member.place_class == PlaceClass.LAP
        arms -= on_lap
        taken[member.traveller] = (
            PlaceClass.SEAT if on_lap and arms < 0 else PlaceClass(member.place_class)
        )
    return taken


def demand_of(classes: Iterable[PlaceClass]) -> Demand:
    return counted_demand(Counter(classes))


def counted_demand(counted: Mapping[PlaceClass, int]) -> Demand:
    seats, wheelchairs, stretchers, laps = (counted.get(one, 0) for one in CLASSES)
    return Demand(seats, wheelchairs, stretchers, laps, seats + wheelchairs + stretchers)


def heads_of(*, payload_kg: int | None, baggage_kg: int | None) -> int:
    """How many people a payload carries, each with the baggage they may bring."""
    if payload_kg is None:
        return NO_LIMIT
    return payload_kg // (MASS_KG + (baggage_kg or 0))


def used(problem: Problem, placing: Placing) -> dict[int, Demand]:
    """What is taken on each transport that anybody is on."""
    taken: dict[int, list[int]] = {}
    for index, chain in placing.items():
        demand = problem.units[index].demand
        for number in chain or ():
            row = taken.setdefault(number, [0] * len(demand))
            row[:] = [has + more for has, more in zip(row, demand, strict=True)]
    return {number: Demand(*row) for number, row in taken.items()}


def unserved(problem: Problem, placing: Placing) -> int:
    """The weight of those who may go and have no place."""
    return sum(
        unit.weight
        for index, unit in enumerate(problem.units)
        if placing.get(index) is None and not unit.kept_back
    )


def serve_first(problem: Problem) -> list[int]:
    """The units that a plan decides on, by index, the most urgent first."""
    free = (
        index
        for index, unit in enumerate(problem.units)
        if unit.pinned is None and not unit.kept_back
    )
    return sorted(free, key=lambda index: problem.units[index].order)


def pinned(problem: Problem) -> dict[int, Chain]:
    """Who stands where they stand."""
    return {
        index: unit.pinned for index, unit in enumerate(problem.units) if unit.pinned is not None
    }
