"""Reads an operation into a problem: who goes with whom from where, and what runs."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from crisis.allocation.models import Placement, Plan
from crisis.allocation.network import NEAR_KM
from crisis.allocation.problem import Chain, Member, Problem, Unit, Vehicle, heads_of
from crisis.seats.models import Offer, Traveller
from crisis.seats.states import OfferState, Priority, Wish
from crisis.transports.models import EvacuationOperation, JourneyLeg, Place, Transport
from crisis.transports.states import (
    OPEN_TO_PLAN,
    PlaceClass,
    PlaceKind,
    TransportStatus,
)
from registry.geography.lines import WGS84

OUT = (PlaceKind.HAVEN, PlaceKind.HOME)
FAR_FUTURE = 4e9  # seconds; who never said when they asked comes last among equals


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where a traveller stands in an earlier plan."""

    chain: Chain | None
    fixed: bool
    reason: str


@dataclass(slots=True)
class _Row:
    """A traveller with what holds of them."""

    member: Member
    party: int
    assembly: int | None
    asked_at: float
    pinned: Chain | None = None
    behind: Chain = ()
    now: Chain | None = None
    left_out: bool = False
    is_new: bool = True

    @property
    def together(self) -> tuple[object, ...]:
        """Members of a party who agree in this are one unit."""
        return (self.pinned, self.behind, self.left_out)


@dataclass(slots=True)
class _Running:
    """The transports, and which chains of them still run."""

    vehicles: dict[int, Vehicle]
    closed: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        self.closed = frozenset(pk for pk, one in self.vehicles.items() if not one.is_open)

    def taken(self, chain: Chain) -> Chain:
        """The legs of it that have left."""
        for at, number in enumerate(chain):
            if number not in self.closed:
                return chain[:at]
        return chain

    def runs(self, chain: Chain) -> bool:
        """Whether what is left of it can be gone: each leg runs and begins where the last ends."""
        rest = chain[len(self.taken(chain)) :]
        if any(number not in self.vehicles or number in self.closed for number in rest):
            return False
        legs = [self.vehicles[number] for number in chain]
        return all(
            before.destination == after.origin and before.arrives_at <= after.departs_at
            for before, after in pairwise(legs)
        )


def read_problem(
    operation: EvacuationOperation,
    *,
    since: Plan | None = None,
    without: Collection[int] = (),
    move_few: bool = False,
) -> Problem:
    """What there is to decide on now.

    `since` is the plan from which officers' placements are kept, and with `move_few` everybody's
    as far as possible. `without`: transports to do without as if they were cancelled.
    """
    transports = [
        one
        for one in _running_transports(operation)
        if one.pk not in without or one.status not in OPEN_TO_PLAN
    ]
    running = _Running({one.pk: _vehicle(one) for one in transports})
    rows = _travellers(operation)
    _stand(rows, running, _stands(since), _offered(operation), move_few)
    return Problem(
        vehicles=tuple(sorted(running.vehicles.values(), key=lambda one: (one.departs_at, one.pk))),
        units=tuple(_units(rows.values(), running)),
        reach=reach_of(operation, transports, {row.assembly for row in rows.values()}),
    )


def as_placed(plan: Plan) -> tuple[Problem, dict[int, Chain | None]]:
    """The operation as this plan has it: a unit for those of a party who go the same way, and the
    chain of each by index."""
    operation = plan.operation
    transports = _running_transports(operation)
    rows, stands = _travellers(operation), _stands(plan)
    together: dict[tuple[int, Chain | None], list[_Row]] = defaultdict(list)
    for pk, row in rows.items():
        stand = stands.get(pk)
        together[row.party, stand.chain if stand else None].append(row)
    running = _Running({one.pk: _vehicle(one) for one in transports})
    problem = Problem(
        vehicles=tuple(running.vehicles.values()),
        units=tuple(_unit(members, running) for members in together.values()),
        reach=reach_of(operation, transports, {row.assembly for row in rows.values()}),
    )
    return problem, {index: chain for index, (_, chain) in enumerate(together)}


def _running_transports(operation: EvacuationOperation) -> list[Transport]:
    found = operation.transports.exclude(status=TransportStatus.CANCELLED)
    return list(found.select_related("origin", "destination"))


def chains_of(operation: EvacuationOperation) -> dict[int, Chain]:
    """The transports of each journey, by the journey's number."""
    legs = JourneyLeg.objects.filter(journey__operation=operation).order_by("journey", "position")
    found: dict[int, list[int]] = defaultdict(list)
    for journey, transport in legs.values_list("journey", "transport"):
        found[journey].append(transport)
    return {journey: tuple(chain) for journey, chain in found.items()}


def vehicle_of(transport: Transport) -> Vehicle:
    """A transport in numbers; `origin` and `destination` should be loaded with it."""
    return _vehicle(transport)


def _vehicle(transport: Transport) -> Vehicle:
    origin, destination = transport.origin, transport.destination
    return Vehicle(
        pk=transport.pk,
        origin=origin.pk,
        destination=destination.pk,
        departs_at=transport.departs_at.timestamp(),
        arrives_at=transport.arrives_at.timestamp(),
        places=(transport.seats, transport.wheelchairs, transport.stretchers, transport.laps),
        heads=heads_of(payload_kg=transport.payload_kg, baggage_kg=transport.baggage_kg),
        # Across a border people are out of danger too, where no haven was opened.
        out=destination.kind in OUT or origin.country != destination.country,
        is_open=transport.status in OPEN_TO_PLAN,
    )


def _travellers(operation: EvacuationOperation) -> dict[int, _Row]:
    wanted = Traveller.objects.filter(operation=operation, wish=Wish.GOING).order_by("pk")
    columns = ("pk", "party_id", "place_class", "priority", "ordered_priority", "kept_back",
               "assembly_id", "asked_at")  # fmt: skip
    rows: dict[int, _Row] = {}
    for pk, party, place_class, priority, ordered, kept, assembly, asked in wanted.values_list(
        *columns
    ):
        member = Member(pk, PlaceClass(place_class), Priority(ordered or priority), kept)
        rows[pk] = _Row(member, party, assembly, asked.timestamp() if asked else FAR_FUTURE)
    return rows


def _stands(plan: Plan | None) -> dict[int, _Stand]:
    if plan is None:
        return {}
    chains = chains_of(plan.operation)
    placements = Placement.objects.filter(plan=plan)
    return {
        traveller: _Stand(chains.get(journey) if journey else None, fixed, reason)
        for traveller, journey, fixed, reason in placements.values_list(
            "traveller", "journey", "fixed", "reason"
        )
    }


def _offered(operation: EvacuationOperation) -> dict[int, Chain]:
    """The chain that a party was offered and has not refused; nobody takes it from them."""
    chains = chains_of(operation)
    live = (OfferState.OFFERED, OfferState.CONFIRMED)
    offers = Offer.objects.filter(operation=operation, state__in=live)
    return {
        party: chains.get(journey, ()) for party, journey in offers.values_list("party", "journey")
    }


def _stand(
    rows: Mapping[int, _Row],
    running: _Running,
    stands: Mapping[int, _Stand],
    offered: Mapping[int, Chain],
    move_few: bool,
) -> None:
    """What holds of each from before."""
    for pk, row in rows.items():
        stand = stands.get(pk)
        if stand is not None:
            row.is_new = False
            _from_plan(row, stand, running, move_few)
        chain = offered.get(row.party)
        if chain and row.pinned is None and not row.behind and running.runs(chain):
            row.pinned = chain
    _follow_family(rows.values())


def _from_plan(row: _Row, stand: _Stand, running: _Running, move_few: bool) -> None:
    if stand.chain is None:
        if stand.fixed:
            row.left_out = True
            row.member = replace(row.member, kept_back=row.member.kept_back or stand.reason)
        return
    taken = running.taken(stand.chain)
    if not running.runs(stand.chain):
        row.behind = taken
    elif taken or stand.fixed:
        row.pinned = stand.chain
    elif move_few:
        row.now = stand.chain


def _follow_family(rows: Iterable[_Row]) -> None:
    """Who came to a family after it got its places goes with it."""
    families: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        families[row.party].append(row)
    for family in families.values():
        chains = {row.pinned for row in family if not row.is_new}
        if len(chains) == 1 and (chain := chains.pop()) is not None:
            for row in family:
                if row.is_new:
                    row.pinned = chain


def _units(rows: Iterable[_Row], running: _Running) -> list[Unit]:
    together: dict[tuple[object, ...], list[_Row]] = defaultdict(list)
    for row in rows:
        together[row.party, *row.together].append(row)
    return [_unit(members, running) for members in together.values()]


def _unit(rows: list[_Row], running: _Running) -> Unit:
    """One who must not go holds up the others, unless they are under way: who leaves them behind
    is for an officer to say."""
    pinned = rows[0].pinned
    held = any(row.member.kept_back for row in rows) and not running.taken(pinned or ())
    starts = Counter(row.assembly for row in rows if row.assembly is not None)
    now = Counter(row.now for row in rows)
    return Unit(
        party=rows[0].party,
        members=tuple(row.member for row in rows),
        start=starts.most_common(1)[0][0] if starts else None,
        asked_at=min(row.asked_at for row in rows),
        behind=rows[0].behind,
        pinned=None if held else pinned,
        now=None if held else now.most_common(1)[0][0],
    )


def reach_of(
    operation: EvacuationOperation, transports: Iterable[Transport], used: Collection[int | None]
) -> dict[int, dict[int, float]]:
    """From which places people who gather somewhere can set out, and how far that is (km).

    A journey begins at an assembly point, where somebody's nearest place is, or where something
    leaves and nothing comes in; a port in between is reached by what goes there.
    """
    places = {place.pk: place for place in Place.objects.filter(operation=operation)}
    leaves = {one.origin_id for one in transports}
    arrives = {one.destination_id for one in transports}
    first = {
        pk
        for pk in leaves
        if places[pk].kind == PlaceKind.ASSEMBLY or pk in used or pk not in arrives
    }
    first = {pk for pk in first if places[pk].kind not in OUT}
    gather = {pk for pk in used if pk is not None} | first
    return {pk: _near(places, pk, first) for pk in gather if pk in places}


def _near(places: Mapping[int, Place], pk: int, first: Collection[int]) -> dict[int, float]:
    here = places[pk]
    found: dict[int, float] = {}
    for other in first:
        there = places[other]
        km = 0.0 if other == pk else _km(here, there)
        if km <= NEAR_KM and here.country == there.country:
            found[other] = km if other == pk else max(km, 0.001)
    return found


def _km(one: Place, other: Place) -> float:
    metres = WGS84.inv(one.longitude, one.latitude, other.longitude, other.latitude)[2]
    return float(metres) / 1000
