"""Made-up families and transports of an evacuation, in numbers: what a plan has to decide on."""

from random import Random

from crisis.allocation.problem import Member, Problem, Unit, Vehicle, heads_of
from crisis.seats.states import Priority
from crisis.transports.states import PlaceClass

HOUR = 3600.0
# How many live together, by share; how urgent they are, by share, in the order of Priority.
SIZES, SIZE_SHARES = (1, 2, 3, 4, 5, 6, 7), (42, 22, 16, 12, 5, 2, 1)
PRIORITY_SHARES = (1, 3, 2, 1, 6, 22, 65)
HAVEN, HOME, PORT = 900, 901, 902
ASSEMBLY = 1  # the first; the others follow


def problem(*, people: int, transports: int, seed: int, room: float = 0.9) -> Problem:
    """So many people, and transports that carry about `room` of them out.

    Half of the transports fly from the assembly points' airports, a third are buses to one port,
    the rest ships from there to a haven, and charters from it. Assembly points come in pairs that
    lie near each other.
    """
    rng = Random(seed)
    points = [ASSEMBLY + at for at in range(max(2, transports // 9))]
    return Problem(
        vehicles=_vehicles(rng, points, people * room, transports),
        units=tuple(_units(rng, points, people)),
        reach={
            point: {point: 0.0, _beside(point, points): 20.0} | {point: 0.0} for point in points
        },
    )


def _beside(point: int, points: list[int]) -> int:
    other = point + 1 if (point - ASSEMBLY) % 2 == 0 else point - 1
    return other if other in points else point


def _vehicles(rng: Random, points: list[int], out: float, count: int) -> tuple[Vehicle, ...]:
    flights, buses = max(1, count // 2), max(1, count // 3)
    ships = max(1, (count - flights - buses) // 2)
    charters = count - flights - buses - ships
    by_ship = out * buses / (flights + buses)
    made = [
        _vehicle(
            rng, points[at % len(points)], HOME, (out - by_ship) / flights, 6 + 48 * rng.random()
        )
        for at in range(flights)
    ]
    made += [
        _vehicle(rng, points[at % len(points)], PORT, by_ship / buses, 30 * rng.random(), lasts=3)
        for at in range(buses)
    ]
    made += [_vehicle(rng, PORT, HAVEN, 1.05 * by_ship / ships, 34 + at) for at in range(ships)]
    made += [
        _vehicle(rng, HAVEN, HOME, 0.7 * by_ship / max(1, charters), 48 + at)
        for at in range(charters)
    ]
    made.sort(key=lambda row: row[2])
    return tuple(
        Vehicle(number, *row, out=row[1] in (HAVEN, HOME), heads=_payload(rng, row[4][0]))
        for number, row in enumerate(made, start=1)
    )


Row = tuple[int, int, float, float, tuple[int, int, int, int]]


def _vehicle(
    rng: Random, origin: int, destination: int, seats: float, hour: float, lasts: float = 6
) -> Row:
    seats = max(4, round(seats * rng.uniform(0.6, 1.4)))
    places = (seats, max(1, seats // 60), max(1, seats // 120), max(2, seats // 25))
    return origin, destination, hour * HOUR, (hour + lasts) * HOUR, places


def _payload(rng: Random, seats: int) -> int:
    """One in four carries less than it has seats for."""
    full = seats * 110
    kilograms = int(full * rng.uniform(0.85, 0.97)) if rng.random() < 0.25 else None
    return heads_of(payload_kg=kilograms, baggage_kg=23)


def _units(rng: Random, points: list[int], people: int) -> list[Unit]:
    units: list[Unit] = []
    placed = 0
    while placed < people:
        size = min(people - placed, rng.choices(SIZES, SIZE_SHARES)[0])
        members = tuple(_member(rng, placed + at + 1, at, size) for at in range(size))
        units.append(
            Unit(
                party=len(units) + 1,
                members=members,
                start=rng.choice(points),
                asked_at=rng.random() * 24 * HOUR,
            )
        )
        placed += size
    return units


def _member(rng: Random, number: int, at: int, size: int) -> Member:
    priority = rng.choices(list(Priority), PRIORITY_SHARES)[0]
    place_class = PlaceClass.SEAT
    if priority == Priority.MEDICAL and rng.random() < 0.3:
        place_class = PlaceClass.STRETCHER
    elif priority == Priority.INFIRM and rng.random() < 0.2:
        place_class = PlaceClass.WHEELCHAIR
    elif at and size > 2 and rng.random() < 0.08:
        place_class = PlaceClass.LAP
    return Member(number, place_class, priority)
