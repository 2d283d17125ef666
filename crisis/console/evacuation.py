"""What the planner's board shows: transports and how full they are, who has no place yet, and what
a gate gets on paper."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from crisis.allocation.models import Placement, Plan
from crisis.allocation.selectors import Load, adopted_plan, loads
from crisis.boarding.models import Passage
from crisis.boarding.states import ScanKind
from crisis.evacuation.labels import Labels
from crisis.evacuation.models import Manifest
from crisis.evacuation.rows import Row
from crisis.evacuation.selectors import rows_of
from crisis.seats.models import Party, Traveller
from crisis.seats.parties import ORDER
from crisis.seats.states import KeptBack, Priority, Wish
from crisis.transports.models import EvacuationOperation, Transport
from crisis.transports.states import PlaceClass, TransportStatus
from registry.models import Person

WAITING_SHOWN = 50  # parties
PARTIES_SHOWN = 200  # of one transport


@dataclass(frozen=True, slots=True)
class Card:
    """One transport on the board: what the plan puts on it, and what its gates recorded."""

    load: Load
    boarded: int
    missing: int

    @property
    def transport(self) -> Transport:
        return self.load.transport


@dataclass(frozen=True, slots=True)
class PartyLine:
    """A party as the board shows it: its people by name, why it goes first, why it waits."""

    party: Party
    travellers: list[Traveller]
    names: list[str]
    priority: Priority
    reasons: list[str]
    fixed: bool

    @property
    def needs(self) -> list[str]:
        """Classes of place besides a seat."""
        kinds = (one.place_class for one in self.travellers)
        return [str(PlaceClass(kind).label) for kind in kinds if kind != PlaceClass.SEAT]


def cards(operation: EvacuationOperation, plan: Plan | None) -> list[Card]:
    """Every transport in order of departure."""
    gates = _gates(operation)
    return [
        Card(
            load,
            gates[load.transport.pk][ScanKind.BOARDED],
            gates[load.transport.pk][ScanKind.NO_SHOW] + gates[load.transport.pk][ScanKind.REFUSED],
        )
        for load in _loads(operation, plan)
    ]


def _loads(operation: EvacuationOperation, plan: Plan | None) -> list[Load]:
    if plan is not None:
        return loads(plan)
    transports = operation.transports.exclude(status=TransportStatus.CANCELLED)
    return [Load(one) for one in transports.select_related("origin", "destination")]


def _gates(operation: EvacuationOperation) -> dict[int, dict[str, int]]:
    """Transport → state → people, listed or not."""
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = Passage.objects.filter(transport__operation=operation).values_list("transport", "state")
    for transport, state, people in rows.annotate(people=Count("pk")):
        counts[transport][state] = people
    return counts


def parties_on(plan: Plan, transport: Transport, *, names: bool) -> list[PartyLine]:
    """The parties that a plan puts on a transport, the most urgent first."""
    placed = plan.placements.filter(journey__legs__transport=transport)
    aboard = Traveller.objects.filter(pk__in=placed.values("traveller"))
    first = placed.filter(traveller__party__in=_first_parties(aboard, PARTIES_SHOWN))
    return _lines(first, names=names)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Those without a place: the first parties in order, and how many there are in all."""

    lines: list[PartyLine]
    parties: int
    people: int


def waiting(operation: EvacuationOperation, plan: Plan | None, *, names: bool) -> Waiting:
    """Who wants to go and is on no journey of the plan: those it left out, and those who came
    after it was made."""
    going = _without_place(operation, plan)
    counted = going.aggregate(people=Count("pk"), parties=Count("party", distinct=True))
    first = _first_parties(going, WAITING_SHOWN)
    travellers = list(going.filter(party__in=first).select_related("party"))
    reasons = _reasons(plan, travellers)
    lines = _grouped(travellers, reasons, frozenset(), names=names)
    return Waiting(lines, counted["parties"], counted["people"])


def _without_place(operation: EvacuationOperation, plan: Plan | None) -> QuerySet[Traveller]:
    going = operation.travellers.filter(wish=Wish.GOING)
    if plan is None:
        return going
    return going.exclude(pk__in=plan.placements.filter(journey__isnull=False).values("traveller"))


def _first_parties(travellers: QuerySet[Traveller], count: int) -> list[int]:
    """The most urgent parties, by their most urgent member."""
    best: dict[int, int] = {}
    rows = travellers.values_list("party", "priority", "ordered_priority")
    for party, priority, ordered in rows:
        rank = ORDER[Priority(ordered or priority)]
        best[party] = min(rank, best.get(party, rank))
    return sorted(best, key=lambda party: (best[party], party))[:count]


def _reasons(plan: Plan | None, travellers: Sequence[Traveller]) -> dict[int, str]:
    """Traveller → why they have no place; nothing of those whom no plan has considered."""
    said = {one.pk: one.kept_back for one in travellers if one.kept_back}
    if plan is None:
        return said
    placements = Placement.objects.filter(plan=plan, traveller__in=travellers, journey=None)
    return {**dict(placements.values_list("traveller", "reason")), **said}


def _lines(placements: QuerySet[Placement], *, names: bool) -> list[PartyLine]:
    found = list(placements.select_related("traveller__party"))
    fixed = frozenset(one.traveller.party_id for one in found if one.fixed)
    return _grouped([one.traveller for one in found], {}, fixed, names=names)


def _grouped(
    travellers: Iterable[Traveller],
    reasons: dict[int, str],
    fixed: frozenset[int],
    *,
    names: bool,
) -> list[PartyLine]:
    parties: dict[int, list[Traveller]] = defaultdict(list)
    for one in sorted(travellers, key=lambda one: one.pk):
        parties[one.party_id].append(one)
    called = _names(parties.values()) if names else {}
    lines = [
        PartyLine(
            party=members[0].party,
            travellers=members,
            names=[called[one.person_ref] for one in members if one.person_ref in called],
            priority=min((one.effective_priority for one in members), key=ORDER.__getitem__),
            reasons=_words(reasons.get(one.pk, "") for one in members),
            fixed=members[0].party_id in fixed,
        )
        for members in parties.values()
    ]
    return sorted(lines, key=lambda line: (ORDER[line.priority], line.party.number))


def _words(codes: Iterable[str]) -> list[str]:
    return [str(KeptBack(code).label) for code in dict.fromkeys(codes) if code]


def _names(parties: Iterable[list[Traveller]]) -> dict[int, str]:
    refs = [one.person_ref for members in parties for one in members]
    return dict(Person.objects.filter(pk__among=refs).values_list("pk", "name"))


def board_context(operation: EvacuationOperation, *, names: bool) -> dict[str, Any]:
    """Everything the board's own part shows."""
    plan = adopted_plan(operation)
    shown = cards(operation, plan)
    return {
        "operation": operation,
        "plan": plan,
        "cards": shown,
        "waiting": waiting(operation, plan, names=names),
        "waiting_shown": WAITING_SHOWN,
        "totals": _totals(operation, plan),
    }


def _totals(operation: EvacuationOperation, plan: Plan | None) -> dict[str, int]:
    wishes = operation.travellers.aggregate(
        going=Count("pk", filter=Q(wish=Wish.GOING)),
        staying=Count("pk", filter=Q(wish=Wish.STAYING)),
        gone=Count("pk", filter=Q(wish=Wish.GONE)),
    )
    placed = plan.placements.filter(journey__isnull=False).count() if plan else 0
    boarded = Passage.objects.filter(
        transport__operation=operation, state=ScanKind.BOARDED, person_ref__isnull=False
    )
    return {
        **wishes,
        "placed": placed,
        "boarded": boarded.values("person_ref").distinct().count(),
    }


def gate_rows(manifest: Manifest, transport: Transport) -> list[dict[str, str]]:
    """The cells of one transport's list on paper, in the order of the manifest."""
    labels = Labels()
    shown = ("name", "document_number", "party", "needs")
    return [
        {name: labels.cell(row, name) for name in shown}
        | {"spelled": row.text("passport_name"), "place_class": _class_on(row, transport)}
        for row in rows_of(manifest, transport=transport)
    ]


def _class_on(row: Row, transport: Transport) -> str:
    kinds = (kind for number, kind in row.legs if number == transport.pk)
    return next((str(PlaceClass(kind).label) for kind in kinds), "")
