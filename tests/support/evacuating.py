"""An incident in Port Vila with people who answered, and an operation that brings them out."""

from datetime import date, timedelta
from typing import Any

from config.kernel import clock
from crisis.allocation.models import Placement, Plan
from crisis.allocation.states import PlanState
from crisis.hazards.models import HazardKind
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState, ResponseLevel
from crisis.rollcall.models import Standing
from crisis.seats.models import Party, Traveller
from crisis.seats.states import Priority
from crisis.transports.models import EvacuationOperation, Place, Transport
from crisis.transports.services.journeys import journey_of
from crisis.transports.states import PlaceClass, PlaceKind, TransportKind
from registry.models import Household, Person

ADULT = date(1985, 3, 8)
CHILD = date(2016, 3, 8)
_COORDINATES = {
    "VLI": (-17.699, 168.320),
    "SUV": (-18.043, 178.559),
    "CAN": (23.392, 113.299),
}


def make_incident(post: Any, officer: Any) -> Incident:
    """A declared incident without any audience."""
    now = clock.now()
    return Incident.objects.create(
        post=post,
        title="维拉港地震",
        hazard=HazardKind.EARTHQUAKE,
        response_level=ResponseLevel.RED,
        state=IncidentState.DECLARED,
        occurred_at=now,
        countries=["VU"],
        template="earthquake",
        declaration_key=f"key-{post.code}",
        content_hash="0" * 64,
        submitted_by=officer,
        submitted_at=now,
        declared_at=now,
    )


def stand(incident: Incident, name: str, **fields: Any) -> Person:
    """`stand(incident, "王小明", condition="needs_help", household=home)`: a person with their
    standing; a field that is none of the standing's is the person's."""
    where = {
        key: fields.pop(key)
        for key in ("condition", "movement", "wants_out", "answered_at")
        if key in fields
    }
    person = Person.objects.create(
        name=name, registered_at=clock.now(), **{"birth_date": ADULT, **fields}
    )
    Standing.objects.create(
        incident=incident,
        person_ref=person.pk,
        certain=True,
        reason=1,
        updated_at=clock.now(),
        **where,
    )
    return person


def make_operation(incident: Incident, planner: Any) -> EvacuationOperation:
    """An operation with an assembly point (`VLI`), a safe haven (`SUV`) and home (`CAN`)."""
    operation = EvacuationOperation.objects.create(
        incident=incident, name="维拉港撤离行动", opened_by=planner, opened_at=clock.now()
    )
    make_place(operation, PlaceKind.ASSEMBLY, "维拉港机场", "Port Vila airport", "VU", "VLI")
    make_place(operation, PlaceKind.HAVEN, "苏瓦安置点", "Suva shelter", "FJ", "SUV", beds=200)
    make_place(operation, PlaceKind.HOME, "广州", "Guangzhou", "CN", "CAN")
    return operation


_ZONES = {"VU": "Pacific/Efate", "FJ": "Pacific/Fiji", "CN": "Asia/Shanghai"}


def make_place(
    operation: EvacuationOperation,
    kind: str,
    name_zh: str,
    name_en: str,
    country: str,
    code: str,
    **fields: Any,
) -> Place:
    latitude, longitude = _COORDINATES.get(code, (-17.7, 168.3))
    return Place.objects.create(
        operation=operation,
        kind=kind,
        name_zh=name_zh,
        name_en=name_en,
        country=country,
        code=code,
        latitude=latitude,
        longitude=longitude,
        time_zone=_ZONES[country],
        **fields,
    )


def make_transport(
    operation: EvacuationOperation,
    number: str = "MU9001",
    *,
    origin: str = "VLI",
    destination: str = "SUV",
    hours: float = 6,
    lasts_h: float = 2,
    **fields: Any,
) -> Transport:
    """Leaves `hours` from now and takes `lasts_h`; places by their code."""
    places = {place.code: place for place in operation.places.all()}
    departs = clock.now() + timedelta(hours=hours)
    return Transport.objects.create(
        operation=operation,
        number=number,
        origin=places[origin],
        destination=places[destination],
        departs_at=departs,
        arrives_at=departs + timedelta(hours=lasts_h),
        status_at=clock.now(),
        **{"kind": TransportKind.FLIGHT, "seats": 10, **fields},
    )


def make_party(operation: EvacuationOperation, *people: Person, **fields: Any) -> Party:
    """These people as one party of travellers who want to go."""
    number = operation.parties.count() + 1
    party = Party.objects.create(operation=operation, number=number)
    for person in people:
        Traveller.objects.create(
            operation=operation,
            person_ref=person.pk,
            party=party,
            updated_at=clock.now(),
            **{"priority": Priority.ADULT, **fields},
        )
    return party


def make_plan(
    operation: EvacuationOperation,
    planner: Any,
    places: dict[Person, list[Transport]],
    place_class: str = PlaceClass.SEAT,
) -> Plan:
    """An adopted plan that puts each of these travellers on these transports, one after another;
    a plan that was adopted before is replaced."""
    now = clock.now()
    operation.plans.filter(state=PlanState.ADOPTED).update(state=PlanState.REPLACED)
    plan = Plan.objects.create(
        operation=operation,
        number=operation.plans.count() + 1,
        state=PlanState.ADOPTED,
        made_by=planner,
        made_at=now,
        adopted_by=planner,
        adopted_at=now,
        method="greedy",
        seconds=0.1,
        unserved=0,
        bound=0,
    )
    for person, transports in places.items():
        Placement.objects.create(
            plan=plan,
            traveller=Traveller.objects.get(operation=operation, person_ref=person.pk),
            journey=journey_of(operation=operation, transports=transports),
            place_class=place_class,
        )
    return plan


def make_home(label: str = "王家") -> Household:
    return Household.objects.create(label=label)


def seal_on(
    incident: Incident, transport: Transport, people: list[Person], planner: Any, **places: str
) -> Any:
    """A sealed version of the manifest with these people on this transport; `places` is the class
    of place by name («wang=…») where it is not a seat. Each is a party of one household."""
    from crisis.evacuation.drawing import row_for
    from crisis.evacuation.models import Manifest
    from crisis.evacuation.services import seal_manifest
    from crisis.evacuation.services.drafting import write_rows
    from crisis.seats.parties import Candidate, seat
    from crisis.seats.roster import _record

    manifest = Manifest.objects.create(
        incident=incident,
        version=incident.manifests.count() + 1,
        drafted_by=planner,
        drafted_at=clock.now(),
    )
    wanted = [
        Candidate(
            person_ref=one.pk, household=one.household_id, asked=True, condition="safe",
            movement="in_area", wants_out=True, needs=tuple(one.needs), record=_record(one, ""),
        )
        for one in people
    ]  # fmt: skip
    rows = [
        row_for(
            one.position,
            one.party,
            one,
            places.get(one.candidate.record["name"], "seat"),
            [transport],
        )
        for one in seat(wanted)
    ]
    write_rows(manifest, rows)
    return seal_manifest(manifest=manifest, planner=planner)
