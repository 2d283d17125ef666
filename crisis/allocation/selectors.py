"""Reading plans: how full each transport is, who waits and why, whom a new plan moves."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from crisis.allocation.breaches import Breach, Rule, in_order
from crisis.allocation.breaches import breaches as breaches_in
from crisis.allocation.models import Placement, Plan, PlanRun
from crisis.allocation.problem import Chain
from crisis.allocation.reading import as_placed, chains_of
from crisis.allocation.states import UNFINISHED, PlanState
from crisis.seats.models import Traveller
from crisis.seats.states import Wish
from crisis.staff.models import User
from crisis.staff.selectors import within_jurisdiction
from crisis.transports.models import EvacuationOperation, Transport
from crisis.transports.states import OPEN_TO_PLAN, PlaceClass, TransportStatus


def plans_for(user: User) -> QuerySet[Plan]:
    """Those of this user's posts."""
    found = within_jurisdiction(Plan.objects.all(), user, "operation__incident__post")
    return found.select_related("operation__incident__post", "made_by", "adopted_by", "based_on")


def plan_for(user: User, pk: int) -> Plan:
    """Http404 where there is none or it is another post's."""
    return get_object_or_404(plans_for(user), pk=pk)


def adopted_plan(operation: EvacuationOperation) -> Plan | None:
    """The plan that holds, where one was adopted."""
    return Plan.objects.filter(operation=operation, state=PlanState.ADOPTED).first()


def unfinished_run(operation: EvacuationOperation) -> PlanRun | None:
    return PlanRun.objects.filter(operation=operation, state__in=UNFINISHED).first()


@dataclass(slots=True)
class Load:
    """What a plan puts on one transport, by class of place."""

    transport: Transport
    used: dict[PlaceClass, int] = field(default_factory=dict)

    @property
    def capacity(self) -> dict[PlaceClass, int]:
        return self.transport.capacity

    @property
    def classes(self) -> list[tuple[PlaceClass, int, int]]:
        """(class, used, capacity), of the classes that there are or that are used."""
        rows = ((one, self.used.get(one, 0), self.capacity[one]) for one in PlaceClass)
        return [row for row in rows if row[1] or row[2]]

    @property
    def people(self) -> int:
        return sum(self.used.values())

    @property
    def percent(self) -> int:
        """How full the seats are; more than 100 where there are too many."""
        return 100 * self.used.get(PlaceClass.SEAT, 0) // max(1, self.transport.seats)

    @property
    def is_over(self) -> bool:
        return any(used > room for _, used, room in self.classes)


def loads(plan: Plan) -> list[Load]:
    """Every transport of the operation in order of departure, with what this plan puts on it; one
    that was cancelled only where somebody is on it still."""
    taken = used_places(plan)
    transports = Transport.objects.filter(operation=plan.operation_id).select_related(
        "origin", "destination"
    )
    return [
        Load(one, dict(taken[one.pk]))
        for one in transports
        if one.status != TransportStatus.CANCELLED or one.pk in taken
    ]


def used_places(plan: Plan) -> dict[int, Counter[PlaceClass]]:
    """People by transport and class of place."""
    chains = chains_of(plan.operation)
    placed = Placement.objects.filter(plan=plan, journey__isnull=False).order_by()
    taken: dict[int, Counter[PlaceClass]] = defaultdict(Counter)
    for row in placed.values("journey", "place_class").annotate(people=Count("pk")):
        for number in chains[row["journey"]]:
            taken[number][PlaceClass(row["place_class"])] += row["people"]
    return taken


def people_on(plan: Plan, transport: Transport) -> QuerySet[Placement]:
    """The placements that take this transport, party by party."""
    found = Placement.objects.filter(plan=plan, journey__legs__transport=transport)
    return found.select_related("traveller__party", "journey").order_by(
        "traveller__party__number", "traveller"
    )


def waiting(plan: Plan) -> QuerySet[Placement]:
    """Who has no place in it."""
    found = Placement.objects.filter(plan=plan, journey=None)
    return found.select_related("traveller__party", "traveller__assembly")


def breaches_of(plan: Plan) -> list[Breach]:
    """Every rule that the plan breaks as it stands now."""
    return in_order([*breaches_in(*as_placed(plan)), *_not_going(plan)])


def _not_going(plan: Plan) -> Iterator[Breach]:
    """Who has a place and changed their mind, or left by themselves, since."""
    placed = Placement.objects.filter(plan=plan, journey__isnull=False)
    rows = placed.exclude(traveller__wish=Wish.GOING).order_by("traveller")
    for party, traveller in rows.values_list("traveller__party", "traveller"):
        yield Breach(Rule.NOT_GOING, party=party, traveller=traveller)


def newcomers(plan: Plan) -> int:
    """How many want to go of whom this plan knows nothing yet."""
    going = Traveller.objects.filter(operation=plan.operation_id, wish=Wish.GOING)
    known = Placement.objects.filter(plan=plan).order_by().values("traveller")
    return going.exclude(pk__in=known).count()


@dataclass(frozen=True, slots=True)
class Moved:
    """One traveller whom a plan places otherwise than an earlier one. `before` and `after` are
    chains of transports, None where there is no place. `forced`: the former way runs no more."""

    traveller: Traveller
    before: Chain | None
    after: Chain | None
    forced: bool

    @property
    def lost(self) -> bool:
        return self.after is None

    @property
    def gained(self) -> bool:
        return self.before is None


def moved(plan: Plan, since: Plan) -> list[Moved]:
    """Who has another place, none any more, or one now, family by family."""
    before, after = _chains(since), _chains(plan)
    gone = set(
        Transport.objects.filter(operation=plan.operation_id)
        .exclude(status__in=[*OPEN_TO_PLAN, TransportStatus.DEPARTED, TransportStatus.ARRIVED])
        .values_list("pk", flat=True)
    )
    changed = [pk for pk, chain in after.items() if pk in before and before[pk] != chain]
    people = Traveller.objects.select_related("party").in_bulk(changed)
    found = [
        Moved(people[pk], before[pk], after[pk], bool(gone & set(before[pk] or ())))
        for pk in changed
    ]
    return sorted(found, key=lambda one: (one.traveller.party.number, one.traveller.pk))


def _chains(plan: Plan) -> dict[int, Chain | None]:
    chains = chains_of(plan.operation)
    rows = Placement.objects.filter(plan=plan).values_list("traveller", "journey")
    return {traveller: chains[journey] if journey else None for traveller, journey in rows}


def counts(plan: Plan) -> dict[str, Any]:
    """How many have a place, and how many wait for which reason."""
    rows = Placement.objects.filter(plan=plan).order_by().values_list("reason")
    by_reason = dict(rows.annotate(people=Count("pk")))
    return {"placed": by_reason.pop("", 0), "waiting": by_reason}


def parties_in(plan: Plan, party: int) -> list[Placement]:
    """A party's placements; Http404 where the plan knows none of it."""
    found = Placement.objects.filter(plan=plan, traveller__party=party)
    rows = list(found.select_related("traveller__party", "journey").order_by("traveller"))
    if not rows:
        raise Http404
    return rows
