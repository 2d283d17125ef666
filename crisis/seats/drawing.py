"""What each traveller's row has to say, from what was gathered. Writes nothing to the database."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from crisis.seats.gathered import Gathered
from crisis.seats.models import Traveller
from crisis.seats.nearest import nearest
from crisis.seats.parties import Candidate, ranked
from crisis.seats.readiness import papers_of, places_for, what_holds
from crisis.seats.states import KeptBack, Papers, Priority, Visa, Wish
from crisis.seats.wishes import Word, child_wish, wish_of
from crisis.transports.states import PlaceClass


def draw(rows: Collection[Traveller], found: Gathered) -> None:
    """Set on these rows what follows; what an officer set stays."""
    _set_wishes(rows, found)
    parties: dict[int, list[Traveller]] = defaultdict(list)
    for row in rows:
        parties[row.party.number].append(row)
    for party in parties.values():
        _set_order(party, found)
    gave_up = _gave_up(rows, found)
    for row in rows:
        _set_readiness(row, found, row.party_id in gave_up)
        row.asked_at = _asked_at(row, found)
        point = found.points.get(row.person_ref)
        if point and found.assembly:
            row.assembly_id = nearest(point, found.assembly)


def _set_wishes(rows: Iterable[Traveller], found: Gathered) -> None:
    """First of those who spoke, then of the children who come with them."""
    families: dict[int, list[Wish]] = defaultdict(list)
    children = []
    for row in rows:
        if _comes_along(row, found):
            children.append(row)
            continue
        word = found.said.get(row.person_ref, Word())
        row.wish = wish_of(found.stands.get(row.person_ref), word)
        if home := found.homes.get(row.person_ref):
            families[home].append(Wish(row.wish))
    for row in children:
        stand = found.stands.get(row.person_ref)
        own = wish_of(stand, Word())
        # A child who was carried out is out, whatever the parents said.
        row.wish = own if own in (Wish.OUT, Wish.GOING) else child_wish(
            families[found.homes.get(row.person_ref, 0)]
        )  # fmt: skip


def _comes_along(row: Traveller, found: Gathered) -> bool:
    one = found.candidates.get(row.person_ref)
    return one is not None and not one.asked and row.person_ref not in found.said


def _set_order(party: Collection[Traveller], found: Gathered) -> None:
    """Priority and class of place of those who go; they depend on who goes with them."""
    going = {
        row.person_ref: found.candidates[row.person_ref]
        for row in party
        if row.wish == Wish.GOING and row.person_ref in found.candidates
    }
    order = {one.person_ref: rank for rank, one, _ in ranked(list(going.values()))}
    places = places_for(list(going.values()))
    for row in party:
        row.priority = order.get(row.person_ref) or row.priority or Priority.ADULT
        if row.class_by_id is None:
            row.place_class = places.get(row.person_ref) or row.place_class or PlaceClass.SEAT


def _set_readiness(row: Traveller, found: Gathered, gave_up: bool) -> None:
    one: Candidate | None = found.candidates.get(row.person_ref)
    documents = one.documents if one else None
    if row.papers_by_id is None and documents is not None:
        row.papers = papers_of(documents, found.day)
    if row.kept_by_id is None:
        obstacles = documents.obstacles if documents else ()
        held = what_holds(Papers(row.papers), Visa(row.visa), obstacles)
        row.kept_back = held or (KeptBack.DECLINED if gave_up else "")


def _asked_at(row: Traveller, found: Gathered) -> datetime | None:
    """When they first asked; else when they answered, where the log says no more."""
    one, word = found.candidates.get(row.person_ref), found.said.get(row.person_ref, Word())
    if word.first_asked or one is None or not one.asked:
        return word.first_asked
    return one.answered_at


def _gave_up(rows: Iterable[Traveller], found: Gathered) -> set[int]:
    """Parties that gave their place up, and of whom nobody has asked again since."""
    asked: dict[int, list[datetime]] = defaultdict(list)
    for row in rows:
        word = found.said.get(row.person_ref)
        if word and word.last_asked:
            asked[row.party_id].append(word.last_asked)
    return {
        party
        for party, offer in found.declined.items()
        if offer.answered_at and not any(at > offer.answered_at for at in asked[party])
    }
