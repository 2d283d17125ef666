"""Who stands on a new version: from the plan that is adopted, else from the roll call.

From a plan: everybody who has a journey in it, in the parties of the operation, with the transports
they take. Not who was kept back since, and nobody whom there is not to bring out any more (arrived,
dead, found to be somebody else of the list). Whoever stood on the sealed version before and is
under way since, or whose transport has left, stays on the list as they stood there, so that the
newest version tells of the whole operation and a departure never reads as a removal.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.allocation.models import Placement, Plan
from crisis.allocation.selectors import adopted_plan
from crisis.evacuation.models import ManifestLeg
from crisis.evacuation.rows import Leg, Row, entries_of, row_of
from crisis.evacuation.selectors import last_sealed
from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Condition, Movement
from crisis.seats.parties import ORDER, Candidate, Reason, Seat, ranked, seat
from crisis.seats.roster import candidates, candidates_of
from crisis.seats.states import Wish
from crisis.transports.models import JourneyLeg, Place, Transport
from crisis.transports.selectors import operation_of
from crisis.transports.states import TransportStatus

GONE = (TransportStatus.DEPARTED, TransportStatus.ARRIVED)
UNDER_WAY = (Movement.EVACUATING, Movement.EVACUATED)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The rows of a version in order. `kept_back` are people who have a place in the plan and were
    kept back after it was made."""

    plan: Plan | None
    rows: list[Row]
    kept_back: int = 0


def draw(incident: Incident, *, day: date) -> Drawn:
    """The rows as they stand now. `day` is the day on which ages count. Raises DomainError
    plan_outdated where the plan puts people on a transport that was cancelled."""
    operation = operation_of(incident)
    plan = adopted_plan(operation) if operation else None
    if plan is None:
        seats = seat(candidates(incident, day=day))
        return Drawn(None, [row_for(one.position, one.party, one) for one in seats])
    return _from_plan(incident, plan, day)


def row_for(
    position: int,
    party: int,
    one: Seat,
    place_class: str = "",
    legs: Sequence[Transport] = (),
) -> Row:
    """The row of a person in a seat of this class on these transports, in order."""
    candidate = one.candidate
    data = {
        **candidate.record,
        "condition": candidate.condition,
        "movement": candidate.movement,
        "reasons": [list(reason) for reason in one.reasons],
    }
    if legs:
        data |= {"place_class": place_class, "legs": [_told(transport) for transport in legs]}
    taken: tuple[Leg, ...] = tuple((transport.pk, place_class) for transport in legs)
    return Row(position, candidate.person_ref, party, one.priority, data, taken)


def _told(transport: Transport) -> dict[str, Any]:
    """What a transport is when the row is written; times are local to the place of departure."""
    zone = ZoneInfo(transport.origin.time_zone)
    return {
        "number": transport.number,
        "from": _named(transport.origin),
        "to": _named(transport.destination),
        "departs_at": transport.departs_at.astimezone(zone).isoformat(timespec="minutes"),
    }


def _named(place: Place) -> dict[str, str]:
    return {"code": place.code, "zh": place.name_zh, "en": place.name_en}


# -- From a plan ---------------------------------------------------------------------------


def _from_plan(incident: Incident, plan: Plan, day: date) -> Drawn:
    placements = plan.placements.filter(journey__isnull=False).exclude(traveller__wish=Wish.OUT)
    placed = list(placements.select_related("traveller__party"))
    held = [one for one in placed if one.traveller.kept_back]
    going = {one.traveller.person_ref: one for one in placed if not one.traveller.kept_back}
    people = candidates_of(incident, list(going), day=day)
    alive = [
        (going[ref], candidate)
        for ref, candidate in people.items()
        if candidate.condition != Condition.DECEASED
    ]
    carried = _carried(incident, people.keys())
    drawn = _in_order(alive, _journeys(plan))
    rows = [replace(row, position=number) for number, row in enumerate([*drawn, *carried], 1)]
    return Drawn(plan, rows, len(held))


def _journeys(plan: Plan) -> dict[int, list[Transport]]:
    """The transports of every journey that the plan uses, in order."""
    legs = JourneyLeg.objects.filter(journey__placements__plan=plan).distinct()
    journeys: dict[int, list[Transport]] = defaultdict(list)
    for leg in legs.select_related("transport__origin", "transport__destination"):
        if leg.transport.status == TransportStatus.CANCELLED:
            raise DomainError(
                "plan_outdated",
                _("采用的方案里有已取消的 %(number)s，请先重新分配并采用新方案。")
                % {"number": leg.transport.number},
                {"transport": leg.transport_id},
                status=409,
            )
        journeys[leg.journey_id].append(leg.transport)
    return journeys


Placed = tuple[Placement, Candidate]


def _in_order(alive: Iterable[Placed], journeys: dict[int, list[Transport]]) -> Iterator[Row]:
    """Parties by their most urgent member, then by who asked first; in a party as `ranked` has it,
    but for the priority that an officer ordered."""
    parties: dict[int, list[Placed]] = defaultdict(list)
    for placement, candidate in alive:
        parties[placement.traveller.party.number].append((placement, candidate))
    for number, party in sorted(parties.items(), key=_urgency):
        places = {candidate.person_ref: placement for placement, candidate in party}
        for one in _seats(number, party):
            placement = places[one.candidate.person_ref]
            legs = journeys[placement.journey_id or 0]
            yield row_for(0, number, one, placement.place_class, legs)


def _urgency(pair: tuple[int, list[Placed]]) -> tuple[int, float, int]:
    number, party = pair
    travellers = [placement.traveller for placement, _ in party]
    best = min(ORDER[one.effective_priority] for one in travellers)
    first = min((one.asked_at.timestamp() for one in travellers if one.asked_at), default=2e10)
    return best, first, number


def _seats(number: int, party: list[Placed]) -> list[Seat]:
    """The party's people in order, each with the priority that counts and why."""
    travellers = {candidate.person_ref: placement.traveller for placement, candidate in party}
    seats = []
    for _rank, candidate, reasons in ranked([candidate for _place, candidate in party]):
        traveller = travellers[candidate.person_ref]
        told: list[tuple[Reason, object]] = [
            (("ordered", None), traveller.ordered_priority),
            (("stays", None), traveller.wish == Wish.STAYING),
            (("unsaid", None), traveller.wish == Wish.UNSAID),
        ]
        more = [reason for reason, holds in told if holds]
        priority = traveller.effective_priority
        seats.append(Seat(0, number, priority, [*reasons, *more], candidate))
    return sorted(seats, key=lambda one: ORDER[one.priority])


def _carried(incident: Incident, drawn: Iterable[int]) -> Iterator[Row]:
    """Those of the sealed version before who are under way, or stand on a transport that has left,
    and are not drawn anew: as they stood. Each human being once."""
    before = last_sealed(incident.pk)
    if before is None:
        return
    same = dict(
        Standing.objects.filter(incident=incident, same_as__isnull=False).values_list(
            "person_ref", "same_as"
        )
    )
    moving = Standing.objects.filter(incident=incident, movement__in=UNDER_WAY)
    left = ManifestLeg.objects.filter(
        Q(transport__status__in=GONE) | Q(entry__person_ref__in=moving.values("person_ref")),
        entry__manifest=before,
    )
    seen = {same.get(ref, ref) for ref in drawn}
    entries = list(entries_of(before).filter(pk__in=left.values("entry")))
    # Of two registrations found to be one human being, the one that was kept goes before.
    for entry in sorted(
        entries, key=lambda one: same.get(one.person_ref) not in (None, one.person_ref)
    ):
        human = same.get(entry.person_ref, entry.person_ref)
        if human not in seen:
            seen.add(human)
            yield row_of(entry)
