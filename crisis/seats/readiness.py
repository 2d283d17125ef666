"""How ready somebody is to travel: papers, what stands against it, and what place they need. Pure.

Unknown is never no: whoever's papers nobody has looked at is planned for and checked at the gate.
Only what is known to be missing keeps somebody back, and an officer may let them go all the same.
"""

from collections.abc import Collection
from datetime import date

from crisis.seats.parties import Candidate, Documents
from crisis.seats.states import KeptBack, Papers, Visa
from crisis.transports.states import PlaceClass
from registry.models.person import DocumentKind, Obstacle

# IATA: an infant is under two years; each adult holds one.
LAP_UNDER = 2
# With these nobody passes a border officer, whatever document they hold.
HOLDING = frozenset({Obstacle.WITHHELD, Obstacle.OVERSTAY, Obstacle.DETAINED, Obstacle.NO_GUARDIAN})
WITHOUT_PAPERS = frozenset({Papers.EXPIRED, Papers.LOST, Papers.ISSUING})
# 旅行证: who is brought home on one, because there is no passport to travel on.
NEEDS_TRAVEL_DOCUMENT = frozenset({Papers.EXPIRED, Papers.LOST})


def papers_of(documents: Documents | None, day: date) -> Papers:
    """What these documents are worth on a day, as far as the registry can say it."""
    if documents is None:
        return Papers.UNKNOWN
    if Obstacle.LOST in documents.obstacles or documents.kind == DocumentKind.NONE:
        return Papers.LOST
    if documents.expires_on is None or not documents.numbered:
        return Papers.UNKNOWN
    if documents.expires_on < day:
        return Papers.EXPIRED
    return Papers.ISSUED if documents.kind == DocumentKind.TRAVEL_DOCUMENT else Papers.READY


def what_holds(papers: Papers, visa: Visa, obstacles: Collection[str]) -> KeptBack | None:
    """Why somebody must not travel yet; the first that applies."""
    rules = (
        (KeptBack.OBSTACLE, HOLDING & set(obstacles)),
        # An employer who keeps the passport leaves its owner without one.
        (KeptBack.NO_PAPERS, papers in WITHOUT_PAPERS),
        (KeptBack.NO_VISA, visa == Visa.MISSING),
    )
    return next((reason for reason, holds in rules if holds), None)


def places_for(party: Collection[Candidate]) -> dict[int, PlaceClass]:
    """The class of place that each of a party needs, by person.

    A stretcher or a wheelchair before all else; an infant goes on the lap of an adult of the
    party, one on each, the youngest first, and whoever finds no lap has a seat.
    """
    laps = sum(not one.is_minor for one in party)
    infants = sorted(
        (one for one in party if is_infant(one)), key=lambda one: (one.age or 0, one.person_ref)
    )
    on_laps = {one.person_ref for one in infants[:laps]}
    return {one.person_ref: _place(one, one.person_ref in on_laps) for one in party}


def is_infant(one: Candidate) -> bool:
    """Under two; where no birth date is known, whoever was registered as an infant."""
    return one.age < LAP_UNDER if one.age is not None else "infant" in one.needs


def _place(one: Candidate, on_lap: bool) -> PlaceClass:
    if "stretcher" in one.needs:
        return PlaceClass.STRETCHER
    if "wheelchair" in one.needs:
        return PlaceClass.WHEELCHAIR
    return PlaceClass.LAP if on_lap else PlaceClass.SEAT
