"""What an officer's move would break, read from the rows that it touches alone: the board asks at
every drag."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from crisis.allocation.breaches import Breach, Rule, in_order, of_unit, overfull, passed_over
from crisis.allocation.models import Placement, Plan
from crisis.allocation.problem import (
    Chain,
    Demand,
    Member,
    Problem,
    Unit,
    Vehicle,
    classes_of,
    counted_demand,
)
from crisis.allocation.reading import FAR_FUTURE, chains_of, vehicle_of
from crisis.allocation.selectors import used_places
from crisis.seats.models import Party, Traveller
from crisis.seats.states import KeptBack, Priority, Wish
from crisis.transports.models import Transport
from crisis.transports.states import PlaceClass, TransportStatus


def would_break(
    *,
    plan: Plan,
    party: Party,
    chain: Chain | None,
    travellers: Collection[int] | None = None,
) -> list[Breach]:
    """Which rules it breaks to put a party, or these of its travellers, on this chain, or on none;
    the gravest first. Nothing is written."""
    family = going(party)
    moving = [one for one in family if travellers is None or one.pk in travellers]
    if not moving:
        return []
    unit = _unit(moving)
    vehicles = {one.pk: vehicle_of(one) for one in _transports(chain or ())}
    stands = _stands(plan, family)
    found: list[Breach] = []
    others = {stands.get(one.pk) for one in family if one not in moving}
    if any(other != chain for other in others):
        found.append(Breach(Rule.FAMILY_PARTED, party=party.pk))
    if chain:
        found += of_unit(_problem(vehicles, [unit]), vehicles, unit, chain)
        found += overfull(vehicles, _taken(plan, vehicles, unit, stands, chain))
        found += _passing_over(plan, unit, chain)
    return in_order(found)


def going(party: Party) -> list[Traveller]:
    return list(Traveller.objects.filter(party=party, wish=Wish.GOING).order_by("pk"))


def classes_for(travellers: Collection[Traveller]) -> dict[int, PlaceClass]:
    """The class of place that each takes, by traveller."""
    return classes_of([_member(one) for one in travellers])


def _transports(chain: Chain) -> Iterator[Transport]:
    found = Transport.objects.exclude(status=TransportStatus.CANCELLED).filter(pk__in=chain)
    yield from found.select_related("origin", "destination")


def _member(one: Traveller) -> Member:
    return Member(
        one.pk, PlaceClass(one.place_class), Priority(one.effective_priority), one.kept_back
    )


def _unit(travellers: Collection[Traveller]) -> Unit:
    asked = [one.asked_at.timestamp() for one in travellers if one.asked_at]
    first = next(iter(travellers))
    return Unit(
        party=first.party_id,
        members=tuple(_member(one) for one in travellers),
        start=next((one.assembly_id for one in travellers if one.assembly_id), None),
        asked_at=min(asked, default=FAR_FUTURE),
    )


def _problem(vehicles: dict[int, Vehicle], units: list[Unit]) -> Problem:
    return Problem(tuple(vehicles.values()), tuple(units))


def _stands(plan: Plan, family: Collection[Traveller]) -> dict[int, Chain | None]:
    chains = chains_of(plan.operation)
    rows = Placement.objects.filter(plan=plan, traveller__in=[one.pk for one in family])
    return {
        traveller: chains[journey] if journey else None
        for traveller, journey in rows.values_list("traveller", "journey")
    }


def _taken(
    plan: Plan,
    vehicles: dict[int, Vehicle],
    unit: Unit,
    stands: dict[int, Chain | None],
    chain: Chain,
) -> dict[int, Demand]:
    """What is taken on the chain's transports when these people have moved there."""
    used = used_places(plan)
    taken: dict[int, Demand] = {}
    for number in vehicles:
        counted = used[number].copy()
        for traveller, place_class in classes_of(unit.members).items():
            counted[place_class] += (number in chain) - (number in (stands.get(traveller) or ()))
        taken[number] = counted_demand(counted)
    return taken


def _passing_over(plan: Plan, unit: Unit, chain: Chain) -> Iterator[Breach]:
    """Somebody more urgent who waits for places such as these."""
    rows = Placement.objects.filter(
        plan=plan, journey=None, reason=KeptBack.NO_ROOM, traveller__kept_back=""
    ).exclude(traveller__party=unit.party)
    parties: dict[int, list[Traveller]] = defaultdict(list)
    for row in rows.select_related("traveller"):
        parties[row.traveller.party_id].append(row.traveller)
    units = [unit, *(_unit(members) for members in parties.values())]
    found = passed_over(_problem({}, units), {0: chain}, 0)
    if found is not None:
        yield found
