"""What an operation's travellers are drawn from, read at once: roll call, registry, what stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from crisis.incidents.models import Incident
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services.log import WITHDRAWS
from crisis.rollcall.states import EventKind
from crisis.seats.models import Offer, Traveller
from crisis.seats.parties import Candidate
from crisis.seats.roster import candidates
from crisis.seats.states import OfferState
from crisis.seats.wishes import ASKING, STAYING, Stand, Word, words
from crisis.transports.models import EvacuationOperation
from crisis.transports.states import PlaceKind
from registry.models import Person
from registry.selectors.whereabouts import current_points


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything of some people, or of all. `homes` is the household of each who has one, `same_as`
    who is kept where two registrations were merged, `declined` when a party last gave a place up.
    """

    candidates: dict[int, Candidate]
    travellers: dict[int, Traveller]
    stands: dict[int, Stand]
    same_as: dict[int, int]
    said: dict[int, Word]
    homes: dict[int, int]
    points: dict[int, tuple[float, float]]
    assembly: list[tuple[int, tuple[float, float]]]
    declined: dict[int, Offer]
    day: date


def gather(
    operation: EvacuationOperation, day: date, among: Collection[int] | None = None
) -> Gathered:
    """All that is known; of these people, their families and parties alone where `among` is
    given."""
    incident = operation.incident
    rows = Traveller.objects.filter(operation=operation).select_related("party")
    wanted = None if among is None else _circle(rows, among)
    if wanted is not None:
        rows = rows.filter(person_ref__among=list(wanted))
    travellers = {row.person_ref: row for row in rows.order_by("pk")}
    found = candidates(incident, day=day, among=wanted, with_records=False)
    asked = {one.person_ref: one for one in found}
    said = _said(incident, wanted)
    everybody = asked.keys() | travellers.keys() | said.keys()
    stands, same_as = _stands(incident, everybody, {one.person_ref for one in found if one.asked})
    return Gathered(
        candidates=asked,
        travellers=travellers,
        stands=stands,
        same_as=same_as,
        said=said,
        homes=_homes(everybody),
        points=current_points(everybody),
        assembly=_assembly(operation),
        declined=_declined(operation),
        day=day,
    )


def _circle(rows: QuerySet[Traveller], among: Collection[int]) -> set[int]:
    """These people with everybody whom a change of theirs may concern: the family, for a child may
    have to come along, and the party, whose order may change; and so on, where officers parted a
    family or joined two."""
    people: set[int] = set()
    more = set(among)
    while more:
        people |= more
        ids = list(more)
        homes = Person.objects.filter(pk__among=ids, household__isnull=False).values("household")
        parties = rows.filter(person_ref__among=ids).values("party")
        family = Person.objects.filter(household__in=homes).values_list("pk", flat=True)
        party = rows.filter(party__in=parties).values_list("person_ref", flat=True)
        more = {*family, *party} - people
    return people


def _said(incident: Incident, among: Collection[int] | None) -> dict[int, Word]:
    lines = RollCallEvent.objects.filter(
        incident=incident, kind__in=[*ASKING, STAYING, EventKind.WITHDRAWN]
    )
    if among is not None:
        lines = lines.filter(person_ref__among=list(among))
    rows = list(lines.values_list("person_ref", "kind", "occurred_at", "source_key"))
    back = {
        (person, key.removeprefix(WITHDRAWS))
        for person, kind, _, key in rows
        if kind == EventKind.WITHDRAWN
    }
    return words((person, kind, at) for person, kind, at, key in rows if (person, key) not in back)


def _stands(
    incident: Incident, people: Collection[int], asked: Collection[int]
) -> tuple[dict[int, Stand], dict[int, int]]:
    rows = Standing.objects.filter(incident=incident, person_ref__among=list(people))
    stands: dict[int, Stand] = {}
    same_as: dict[int, int] = {}
    for row in rows.values_list("person_ref", "condition", "movement", "same_as"):
        person, condition, movement, kept = row
        counted = kept is None or kept == person
        stands[person] = Stand(condition, movement, person in asked, counted)
        if kept is not None and not counted:
            same_as[person] = kept
    return stands, same_as


def _homes(people: Collection[int]) -> dict[int, int]:
    rows = Person.objects.filter(pk__among=list(people), household__isnull=False)
    return dict(rows.values_list("pk", "household_id"))


def _assembly(operation: EvacuationOperation) -> list[tuple[int, tuple[float, float]]]:
    places = operation.places.filter(kind=PlaceKind.ASSEMBLY, retired_at=None)
    rows = places.values_list("pk", "latitude", "longitude")
    return [(pk, (latitude, longitude)) for pk, latitude, longitude in rows]


def _declined(operation: EvacuationOperation) -> dict[int, Offer]:
    """The newest offer of each party, of those that ended with a no."""
    newest = {offer.party_id: offer for offer in operation.offers.order_by("pk")}
    return {party: offer for party, offer in newest.items() if offer.state == OfferState.DECLINED}
