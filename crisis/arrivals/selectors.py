"""Reading arrivals and stays. A place belongs to the incident's post and to the post that receives
there; to everybody else it is not there (404)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from crisis.arrivals.minors import Present, is_adult, lone
from crisis.arrivals.models import Arrival, Stay
from crisis.arrivals.reconciling import Who
from crisis.arrivals.states import RECEIVING
from crisis.boarding.models import Passage, WalkIn
from crisis.boarding.states import ScanKind
from crisis.evacuation.models import Manifest, ManifestEntry, ManifestLeg
from crisis.rollcall.models import Standing
from crisis.seats.models import Traveller
from crisis.staff.models import User
from crisis.staff.selectors import posts_of
from crisis.transports.models import EvacuationOperation, Place, Transport
from crisis.transports.states import PlaceKind, TransportStatus
from registry.models import Person
from registry.selectors.people import persons_by_ids


def places_for(user: User) -> QuerySet[Place]:
    """Where people arrive: of operations of this user's posts, and where one of these receives,
    whoever's the incident is. Assembly points are not among them."""
    posts = posts_of(user).values("pk")
    mine = Q(operation__incident__post__in=posts) | Q(post__in=posts)
    arriving = ~Q(kind=PlaceKind.ASSEMBLY)
    found = Place.objects.filter(mine & arriving)
    return found.select_related("operation__incident__post", "post")


def place_for(user: User, pk: int) -> Place:
    return get_object_or_404(places_for(user), pk=pk)


def stay_for(user: User, pk: int) -> Stay:
    stays = Stay.objects.select_related(
        "place__operation__incident__post", "place__post", "walk_in", "onward"
    )
    return get_object_or_404(stays.filter(place__in=places_for(user).values("pk")), pk=pk)


def arrival_for(user: User, pk: int) -> Arrival:
    found = Arrival.objects.select_related(
        "place__operation__incident__post", "place__post", "walk_in"
    )
    return get_object_or_404(found.filter(place__in=places_for(user).values("pk")), pk=pk)


def is_out(place: Place) -> bool:
    """Whether whoever arrives here is out of the area: a safe haven, home, or a terminal where
    another post receives (docs/decisions/evacuated-takes-two-facts.md)."""
    if place.kind in RECEIVING:
        return True
    elsewhere = place.post_id not in (None, place.operation.incident.post_id)
    return place.kind == PlaceKind.TERMINAL and elsewhere


def has_list(place: Place) -> bool:
    """Whether the place keeps a list of who stays there."""
    return place.kind in RECEIVING


def arrivals_in(operation_id: int) -> QuerySet[Arrival]:
    """Those that count."""
    return Arrival.objects.filter(place__operation=operation_id, undone_at=None)


def known_to(operation: EvacuationOperation, refs: Collection[int]) -> set[int]:
    """Those of these people whom the operation knows: by roll call, plan, list or gate."""
    known: set[int] = set()
    for rows in (
        Standing.objects.filter(incident=operation.incident_id),
        Traveller.objects.filter(operation=operation),
        ManifestEntry.objects.filter(manifest__incident=operation.incident_id),
        Passage.objects.filter(transport__operation=operation),
    ):
        found = rows.filter(person_ref__among=list(refs)).values_list("person_ref", flat=True)
        known |= {ref for ref in found if ref is not None}
    return known


def here(place: Place) -> QuerySet[Stay]:
    """Who stays there now."""
    rows = Stay.objects.filter(place=place, left_at=None)
    return rows.select_related("walk_in", "place", "onward")


def transports_to(place: Place) -> QuerySet[Transport]:
    """What comes here, in order of departure, cancelled ones included: they are said to be."""
    return Transport.objects.filter(destination=place).order_by("departs_at", "pk")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody by name, as far as it is still held. `note` is a walk-in's."""

    who: Who
    name: str
    passport_name: str = ""
    document: str = ""
    needs: tuple[str, ...] = ()
    note: str = ""


def named(whos: Iterable[Who]) -> dict[Who, Named]:
    """These people by name; of one who was erased the number alone."""
    wanted = list(whos)
    people = persons_by_ids([who.ref for who in wanted if not who.walk_in])
    strangers = WalkIn.objects.in_bulk([who.ref for who in wanted if who.walk_in])
    return {who: _named(who, people, strangers) for who in wanted}


def _named(who: Who, people: Mapping[int, Person], strangers: Mapping[int, WalkIn]) -> Named:
    if who.walk_in:
        one = strangers.get(who.ref)
        return Named(who, one.name, "", one.document, (), one.note) if one else Named(who, "?")
    person = people.get(who.ref)
    if person is None:
        return Named(who, f"#{who.ref}")
    return Named(
        who, person.name, person.passport_name, person.document_number, tuple(person.needs)
    )


def who_of(row: Stay | Arrival | Passage) -> Who:
    """The row's human being: a walk-in who was matched is the person."""
    known = row.walk_in.person_ref if row.walk_in else row.person_ref
    return Who(row.walk_in_id or 0, True) if known is None else Who(known)


# -- Whom to expect -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expected:
    """A transport that comes to a place, and who of it: aboard as its gate recorded, and listed.
    `arrived` are those already recorded, `waited_for` the others."""

    transport: Transport
    aboard: frozenset[Who]
    listed: frozenset[Who]
    arrived: frozenset[Who]

    @property
    def waited_for(self) -> frozenset[Who]:
        return (self.aboard | self.listed) - self.arrived

    @property
    def aboard_still(self) -> frozenset[Who]:
        """Aboard, and not recorded yet."""
        return self.aboard - self.arrived


def expected_at(place: Place) -> list[Expected]:
    """What comes to a place, in order of arrival, with whom its gate recorded and whom the newest
    sealed manifest lists; cancelled transports bring nobody."""
    transports = [t for t in transports_to(place) if t.status != TransportStatus.CANCELLED]
    numbers = [transport.pk for transport in transports]
    sides = aboard(numbers), listed_on(place.operation, numbers), arrived_by(numbers)
    found = [
        Expected(transport, *(frozenset(side[transport.pk]) for side in sides))
        for transport in transports
    ]
    return sorted(found, key=lambda one: (one.transport.arrives_at, one.transport.pk))


def listed_on(operation: EvacuationOperation, transports: Collection[int]) -> dict[int, set[Who]]:
    """Whom the newest sealed manifest lists for each of these transports."""
    sealed = Manifest.objects.filter(
        incident=operation.incident_id, state=Manifest.State.SEALED
    ).order_by("-version")
    legs = ManifestLeg.objects.filter(
        entry__manifest__in=sealed[:1].values("pk"), transport__in=transports
    )
    found: dict[int, set[Who]] = defaultdict(set)
    for transport, ref in legs.values_list("transport", "entry__person_ref"):
        found[transport].add(Who(ref))
    return found


def aboard(transports: Collection[int]) -> dict[int, set[Who]]:
    """Whom the gates of these transports recorded as aboard, last of all."""
    return _by_transport(Passage.objects.filter(transport__in=transports, state=ScanKind.BOARDED))


def arrived_by(transports: Collection[int]) -> dict[int, set[Who]]:
    return _by_transport(Arrival.objects.filter(transport__in=transports, undone_at=None))


def _by_transport(rows: QuerySet[Passage] | QuerySet[Arrival]) -> dict[int, set[Who]]:
    """A walk-in who was matched is the person."""
    columns = ("transport", "person_ref", "walk_in", "walk_in__person_ref")
    found: dict[int, set[Who]] = defaultdict(set)
    for transport, person, walk_in, matched in rows.values_list(*columns):
        known = person or matched
        found[transport].add(Who(walk_in, True) if known is None else Who(known))
    return found


# -- Minors without an adult of their own ---------------------------------------------------------


def ties_of(operation_id: int, refs: Collection[int]) -> dict[int, frozenset[tuple[str, int]]]:
    """What binds these people to others: their party in the operation and their household."""
    ties: dict[int, set[tuple[str, int]]] = defaultdict(set)
    parties = Traveller.objects.filter(operation=operation_id, person_ref__among=list(refs))
    for ref, party in parties.values_list("person_ref", "party"):
        ties[ref].add(("party", party))
    homes = Person.objects.filter(pk__among=list(refs), household__isnull=False)
    for ref, home in homes.values_list("pk", "household"):
        ties[ref].add(("home", home))
    return {ref: frozenset(ties[ref]) for ref in refs}


def lone_minors(place: Place, day: datetime) -> set[int]:
    """Stays, by number, of minors at this place who have no adult of their own there."""
    return lone(present(list(here(place)), day))


def present(stays: Collection[Stay], day: datetime) -> list[Present]:
    """These stays, as the rule about lone minors needs them; nothing where there is no minor."""
    if not any(stay.minor for stay in stays):
        return []
    refs = [ref for stay in stays if (ref := stay.whose) is not None]
    operation = next(iter(stays)).place.operation_id
    ties = ties_of(operation, refs)
    births = dict(Person.objects.filter(pk__among=refs).values_list("pk", "birth_date"))
    return [
        Present(
            stay=stay.pk,
            minor=stay.minor,
            adult=not stay.minor and is_adult(births.get(stay.whose or 0), day.date()),
            ties=ties.get(stay.whose or 0, frozenset()),
        )
        for stay in stays
    ]


def party_here(stay: Stay) -> list[Stay]:
    """This stay and those of the same party or household at the same place."""
    if stay.whose is None or stay.left_at is not None:
        return [stay]
    others = [row for row in here(stay.place) if row.whose is not None and row.pk != stay.pk]
    ties = ties_of(stay.place.operation_id, [row.whose or 0 for row in (stay, *others)])
    return [stay, *(row for row in others if ties[row.whose or 0] & ties[stay.whose])]
