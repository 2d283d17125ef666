"""Finding operations and what belongs to them. Outside one's jurisdiction a thing is not there."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.staff.models import User
from crisis.staff.selectors import posts_of, within_jurisdiction
from crisis.transports.chains import check_chain
from crisis.transports.models import (
    Corridor,
    EvacuationOperation,
    Journey,
    Place,
    SelfEvacuation,
    SelfEvacuee,
    Transport,
)
from crisis.transports.states import (
    ON_THE_WAY,
    Disclosure,
    OperationState,
    SelfEvacuationState,
    TransportStatus,
)
from registry.models import Jurisdiction, Person, Post
from registry.selectors.merging import one_with
from registry.selectors.people import persons_by_ids

# A crossing that nobody looked at for this long may have closed since.
STALE = timedelta(hours=12)
# What has arrived stays on the list of the post that waited, for the next shift.
STILL_SHOWN = timedelta(hours=24)


def operations_for(user: User) -> QuerySet[EvacuationOperation]:
    """Those of this user's posts."""
    found = within_jurisdiction(EvacuationOperation.objects.all(), user, "incident__post")
    return found.select_related("incident__post", "opened_by", "ended_by")


def operation_for(user: User, incident_id: int) -> EvacuationOperation:
    """The operation of an incident; Http404 where there is none or it is another post's."""
    return get_object_or_404(operations_for(user), incident=incident_id)


def operation_of(incident: Incident) -> EvacuationOperation | None:
    return EvacuationOperation.objects.filter(incident=incident).first()


# -- Places --------------------------------------------------------------------------------------


def shown_places(operation: EvacuationOperation, *, passenger: bool) -> QuerySet[Place]:
    """Places in use that may be told: to everybody those that may be published, to who has
    confirmed a place on a transport (`passenger`) the others too. Who works there is in none."""
    places = operation.places.filter(retired_at=None).defer("contact")
    return places if passenger else places.filter(disclosure=Disclosure.PUBLIC)


def place_for(operation: EvacuationOperation, pk: int) -> Place:
    return get_object_or_404(operation.places.select_related("operation__incident__post"), pk=pk)


# -- Transports ----------------------------------------------------------------------------------


def transports_of(operation: EvacuationOperation) -> QuerySet[Transport]:
    return operation.transports.select_related("origin", "destination")


def transport_for(operation: EvacuationOperation, pk: int) -> Transport:
    rows = transports_of(operation).select_related("operation__incident__post")
    return get_object_or_404(rows, pk=pk)


def journeys_of(operation: EvacuationOperation) -> list[tuple[Journey, list[Transport], str]]:
    """Every journey with its transports in order, and what is wrong with it in words: empty where
    each leg begins where the last one ended, and not before."""
    found = []
    places = ("legs__transport__origin", "legs__transport__destination")
    for journey in operation.journeys.order_by("pk").prefetch_related(*places):
        transports = [leg.transport for leg in journey.legs.all()]
        found.append((journey, transports, _what_is_wrong(operation, transports)))
    return found


def _what_is_wrong(operation: EvacuationOperation, transports: list[Transport]) -> str:
    try:
        check_chain(operation, transports)
    except DomainError as error:
        return str(error)
    return ""


def arriving_for(user: User) -> QuerySet[Transport]:
    """What is on its way, or was until lately, to places where this user's posts receive people,
    whichever post's incident it is."""
    lately = clock.now() - STILL_SHOWN
    rows = Transport.objects.filter(destination__post__in=posts_of(user))
    rows = rows.exclude(status=TransportStatus.CANCELLED)
    rows = rows.exclude(status=TransportStatus.ARRIVED, status_at__lt=lately)
    return rows.select_related("origin", "destination__post", "operation__incident__post").order_by(
        "arrives_at", "pk"
    )


# -- Corridors -----------------------------------------------------------------------------------


def corridors_of(operation: EvacuationOperation) -> QuerySet[Corridor]:
    """Those in use; `under_way` is how many parties are on each."""
    rows = operation.corridors.filter(retired_at=None)
    rows = rows.select_related("near_post", "far_post", "checked_by")
    return rows.annotate(under_way=Count("filings", filter=Q(filings__state__in=ON_THE_WAY)))


def corridor_for(operation: EvacuationOperation, pk: int) -> Corridor:
    rows = operation.corridors.select_related("operation__incident__post", "near_post", "far_post")
    return get_object_or_404(rows, pk=pk)


def is_stale(corridor: Corridor) -> bool:
    return clock.now() - corridor.checked_at > STALE


def published_operations() -> QuerySet[EvacuationOperation]:
    """Evacuations under way of incidents that everybody knows of."""
    rows = EvacuationOperation.objects.filter(
        state=OperationState.OPEN, incident__state=IncidentState.DECLARED
    )
    return rows.select_related("incident__post").order_by("-opened_at")


def published_corridors(operation: EvacuationOperation) -> QuerySet[Corridor]:
    return corridors_of(operation).filter(disclosure=Disclosure.PUBLIC)


# -- Who left by themselves ----------------------------------------------------------------------


def waiting_post(corridor: Corridor | None, to_country: str) -> Post | None:
    """Who waits at the other end: the corridor's far post, else the first that serves the country;
    None where none does."""
    if corridor is not None:
        return corridor.far_post
    served = Jurisdiction.objects.filter(country=to_country).select_related("post")
    found = served.order_by("pk").first()
    return found.post if found else None


def zone_of_arrival(
    operation: EvacuationOperation, corridor: Corridor | None, to_country: str
) -> str:
    """By whose clock an arrival is told: that of the post that waits, else of the incident's."""
    return (waiting_post(corridor, to_country) or operation.incident.post).time_zone


def _whole() -> QuerySet[SelfEvacuation]:
    return SelfEvacuation.objects.select_related(
        "operation__incident__post", "corridor__far_post", "receiving_post"
    )


def filings_of(operation: EvacuationOperation) -> QuerySet[SelfEvacuation]:
    """Parties of this operation, whoever is due first."""
    return _whole().filter(operation=operation)


def filing_for(operation: EvacuationOperation, pk: int) -> SelfEvacuation:
    return get_object_or_404(filings_of(operation), pk=pk)


def expected_for(user: User) -> QuerySet[SelfEvacuation]:
    """Parties that this user's posts wait for, or received lately, whichever post's incident it
    is: the list is theirs."""
    lately = clock.now() - STILL_SHOWN
    rows = _whole().filter(receiving_post__in=posts_of(user))
    return rows.filter(
        Q(state__in=ON_THE_WAY) | Q(state=SelfEvacuationState.ARRIVED, arrived_at__gt=lately)
    )


def filings_of_person(person: Person) -> QuerySet[SelfEvacuation]:
    """Those that a registered person stands in, by whichever of their registrations."""
    refs = [ref for ref, kept in one_with([person.pk]).items() if kept == person.pk]
    mine = SelfEvacuee.objects.filter(person_ref__in=refs).values("filing")
    return _whole().filter(pk__in=mine).order_by("-filed_at")


def parties_of(filings: Iterable[SelfEvacuation]) -> dict[int, list[tuple[int | None, str]]]:
    """By filing: (person, name) of each, `person` being None for who is not registered."""
    rows = list(SelfEvacuee.objects.filter(filing__in=list(filings)).order_by("pk"))
    people = persons_by_ids({row.person_ref for row in rows if row.person_ref is not None})
    found: dict[int, list[tuple[int | None, str]]] = defaultdict(list)
    for row in rows:
        if row.person_ref is None:
            found[row.filing_id].append((None, row.name))
        else:
            name = people[row.person_ref].name if row.person_ref in people else ""
            found[row.filing_id].append((row.person_ref, name or f"#{row.person_ref}"))
    return found
