"""Which rules a plan breaks. Pure, like the problem: an officer may decide against a rule, and sees
at once which."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import models
from django.utils.translation import gettext_lazy as _

from crisis.allocation.problem import (
    CLASSES,
    Chain,
    Demand,
    Placing,
    Problem,
    Unit,
    Vehicle,
    used,
)
from crisis.transports.states import PlaceClass


class Rule(models.TextChoices):
    """What can be broken, the gravest first."""

    NOT_RUNNING = "not_running", _("运输工具已取消或已出发")
    NOT_CONNECTING = "not_connecting", _("各段接不上")
    TOO_MANY = "too_many", _("席位不够")
    TOO_HEAVY = "too_heavy", _("超过载重")
    KEPT_BACK = "kept_back", _("有人暂时不能走")
    NOT_GOING = "not_going", _("有人不走了，还占着席位")
    LAP_ALONE = "lap_alone", _("怀抱婴儿没有成人同行")
    FAMILY_PARTED = "family_parted", _("同行的人被分开")
    NOT_OUT = "not_out", _("行程没有到达安全地点")
    FAR_START = "far_start", _("不从最近的集合点出发")
    PASSED_OVER = "passed_over", _("更急的人还没有席位")


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule: on which transport (`used` of `room` places of a class), or for which party
    and which of its travellers. References only."""

    rule: Rule
    transport: int | None = None
    party: int | None = None
    traveller: int | None = None
    place_class: PlaceClass | None = None
    used: int = 0
    room: int = 0


def breaches(problem: Problem, placing: Placing) -> list[Breach]:
    """Every rule that this placing breaks, the gravest first.

    `placing` gives each unit's whole chain by index; a unit that is not in it has no place.
    """
    found = [
        *overfull(problem.by_number, used(problem, placing)),
        *_of_parties(problem, placing),
    ]
    return in_order(found)


def in_order(found: Sequence[Breach]) -> list[Breach]:
    ranks = list(Rule)
    return sorted(
        found, key=lambda one: (ranks.index(one.rule), one.transport or 0, one.party or 0)
    )


def overfull(vehicles: Mapping[int, Vehicle], taken: Mapping[int, Demand]) -> Iterator[Breach]:
    """Where more people are than places or payload."""
    for number, demand in taken.items():
        vehicle = vehicles.get(number)
        if vehicle is None:
            continue
        for place_class, has, room in zip(
            CLASSES, demand[: len(CLASSES)], vehicle.places, strict=True
        ):
            if has > room:
                yield Breach(Rule.TOO_MANY, number, place_class=place_class, used=has, room=room)
        if demand.heads > vehicle.heads:
            yield Breach(Rule.TOO_HEAVY, number, used=demand.heads, room=vehicle.heads)


def _of_parties(problem: Problem, placing: Placing) -> Iterator[Breach]:
    parties: dict[int, list[int]] = defaultdict(list)
    for index, unit in enumerate(problem.units):
        parties[unit.party].append(index)
    vehicles = problem.by_number
    for party, units in parties.items():
        if len({placing.get(index) for index in units}) > 1:
            yield Breach(Rule.FAMILY_PARTED, party=party)
        for index in units:
            if chain := placing.get(index):
                yield from of_unit(problem, vehicles, problem.units[index], chain)


def of_unit(
    problem: Problem, vehicles: Mapping[int, Vehicle], unit: Unit, chain: Chain
) -> Iterator[Breach]:
    """What is wrong with these people on this chain, whoever else is on it."""
    legs = [vehicles[number] for number in chain if number in vehicles]
    yield from _of_chain(unit, chain, legs)
    sets_out = bool(legs) and legs[0].is_open and not unit.behind
    if sets_out and unit.start is not None and legs[0].origin != unit.start:
        yield Breach(Rule.FAR_START, legs[0].pk, unit.party)
    for member in unit.members:
        if member.kept_back:
            yield Breach(Rule.KEPT_BACK, party=unit.party, traveller=member.traveller)
    if all(member.place_class == PlaceClass.LAP for member in unit.members):
        yield Breach(Rule.LAP_ALONE, party=unit.party)


def _of_chain(unit: Unit, chain: Chain, legs: Sequence[Vehicle]) -> Iterator[Breach]:
    running = {leg.pk for leg in legs}
    for number in chain:
        if number not in running:
            yield Breach(Rule.NOT_RUNNING, number, unit.party)
    for before, after in pairwise(legs):
        if before.destination != after.origin or before.arrives_at > after.departs_at:
            yield Breach(Rule.NOT_CONNECTING, after.pk, unit.party)
    if legs and not legs[-1].out:
        yield Breach(Rule.NOT_OUT, legs[-1].pk, unit.party)


def passed_over(problem: Problem, placing: Placing, index: int) -> Breach | None:
    """Whether somebody more urgent waits who could have had these places."""
    unit, chain = problem.units[index], placing.get(index)
    if not chain:
        return None
    for other, waiting in enumerate(problem.units):
        if placing.get(other) or waiting.kept_back or waiting.urgency >= unit.urgency:
            continue
        if waiting.start == unit.start and all(
            needs <= has for needs, has in zip(waiting.demand, unit.demand, strict=True)
        ):
            return Breach(Rule.PASSED_OVER, party=waiting.party)
    return None
