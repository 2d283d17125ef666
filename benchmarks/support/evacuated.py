"""An incident whose people all have a place in an adopted plan: families of three, a bus to the
port and a flight from there, 200 a vehicle."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random

from django.db import transaction

from benchmarks.support.writing import write
from config.kernel import clock
from crisis.allocation.models import Placement, Plan
from crisis.allocation.states import PlanState
from crisis.hazards.models import HazardKind
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState, ResponseLevel
from crisis.rollcall.models import Standing
from crisis.seats.models import Party, Traveller
from crisis.staff.models import User
from crisis.staff.roles import Role
from crisis.transports.models import EvacuationOperation, Place, Transport
from crisis.transports.services.journeys import journey_of
from registry.addresses import address_index
from registry.models import ContactPoint, Jurisdiction, Person, Post
from registry.synthetic import names

A_VEHICLE, A_FAMILY = 200, 3
PIECE = 2_000
PLACES = (
    ("assembly", "的黎波里集合点", "Tripoli assembly", "LY", "TIP", "Africa/Tripoli"),
    ("terminal", "的黎波里港", "Tripoli port", "LY", "LYTIP", "Africa/Tripoli"),
    ("home", "北京", "Beijing", "CN", "PEK", "Asia/Shanghai"),
)


@transaction.atomic
def planned(count: int) -> tuple[Incident, User]:
    """An incident with `count` people in an adopted plan, and the planner who drafts."""
    post, planner = _staff(count)
    incident = _incident(post, planner, count)
    operation = EvacuationOperation.objects.create(
        incident=incident, name="撤离", opened_by=planner, opened_at=clock.now()
    )
    plan = _plan(operation, planner)
    journeys = _journeys(operation, -(-count // A_VEHICLE))
    rng = Random(count)
    for start in range(0, count, PIECE):
        numbers = range(start, min(start + PIECE, count))
        people = _people(count, numbers, rng)
        _standings(incident, people.values())
        _places(operation, plan, journeys, people)
    return incident, planner


def _staff(count: int) -> tuple[Post, User]:
    post = Post.objects.create(
        code=f"B{count}", name_zh="使馆", name_en="Embassy", signature_zh="使馆",
        signature_en="Embassy", duty_phone="+218210000000", time_zone="Africa/Tripoli",
    )  # fmt: skip
    if not Jurisdiction.objects.filter(country="LY").exists():
        Jurisdiction.objects.create(post=post, country="LY")
    planner = User.objects.create(username=f"planner-{count}", role=Role.PLANNER)
    planner.posts.add(post)
    return post, planner


def _incident(post: Post, planner: User, count: int) -> Incident:
    now = clock.now()
    return Incident.objects.create(
        post=post, title="撤离", hazard=HazardKind.EARTHQUAKE, response_level=ResponseLevel.RED,
        state=IncidentState.DECLARED, occurred_at=now, countries=["LY"], template="earthquake",
        declaration_key=f"bench-{count}", content_hash="0" * 64, submitted_by=planner,
        submitted_at=now, declared_at=now,
    )  # fmt: skip


def _plan(operation: EvacuationOperation, planner: User) -> Plan:
    now = clock.now()
    return Plan.objects.create(
        operation=operation, number=1, state=PlanState.ADOPTED, made_by=planner, made_at=now,
        adopted_by=planner, adopted_at=now, method="benchmark", seconds=0, unserved=0, bound=0,
    )  # fmt: skip


def _journeys(operation: EvacuationOperation, vehicles: int) -> list[int]:
    """One journey for every two hundred people: a bus, then a flight."""
    port, terminal, home = (
        Place.objects.create(
            operation=operation, kind=kind, name_zh=zh, name_en=en, country=country, code=code,
            latitude=32.9, longitude=13.2, time_zone=zone,
        )
        for kind, zh, en, country, code, zone in PLACES
    )  # fmt: skip
    leaves = datetime(2031, 2, 22, 6, 0, tzinfo=UTC)
    found = []
    for number in range(vehicles):
        at = leaves + timedelta(hours=number)
        common = {"operation": operation, "seats": A_VEHICLE, "status_at": at}
        bus = Transport.objects.create(
            kind="bus", number=f"{number + 1}号车", origin=port, destination=terminal,
            departs_at=at, arrives_at=at + timedelta(hours=1), **common,
        )  # fmt: skip
        flight = Transport.objects.create(
            kind="flight", number=f"CA{number + 1}", carrier_code="CA", origin=terminal,
            destination=home, departs_at=at + timedelta(hours=2),
            arrives_at=at + timedelta(hours=13), **common,
        )  # fmt: skip
        found.append(journey_of(operation=operation, transports=[bus, flight]).pk)
    return found


def _people(count: int, numbers: range, rng: Random) -> dict[int, int]:
    """Their ids by number."""
    now = clock.now()
    write(Person, [_person(count, number, rng) | {"registered_at": now} for number in numbers])
    refs = {f"bench:{count}:{number}": number for number in numbers}
    rows = Person.objects.filter(external_ref__in=list(refs)).values_list("external_ref", "pk")
    people = {refs[ref]: pk for ref, pk in rows}
    phones = {pk: f"+2189{count // 3_600 % 10}{number:07d}" for number, pk in people.items()}
    write(
        ContactPoint,
        [
            {
                "person_id": pk, "channel": "sms", "address": phone,
                "address_index": address_index("sms", phone), "verified_at": now,
            }
            for pk, phone in phones.items()
        ],
    )  # fmt: skip
    return people


def _person(count: int, number: int, rng: Random) -> dict[str, object]:
    sex = rng.choice("MF")
    name = names.chinese_name(rng, sex, names.surname(rng))
    return {
        "name": name[0],
        "passport_name": name[1],
        "sex": sex,
        "birth_date": date(1950, 1, 1) + timedelta(days=rng.randrange(25_000)),
        "nationality": "CN",
        "document_number": f"E{count % 97:02d}{number:06d}",
        "document_expires_on": date(2033, 5, 1),
        "external_ref": f"bench:{count}:{number}",
        "needs": ["wheelchair"] if number % 40 == 0 else [],
    }


def _standings(incident: Incident, people: Iterable[int]) -> None:
    now = clock.now()
    Standing.objects.bulk_create(
        Standing(
            incident=incident, person_ref=pk, certain=True, reason=1, condition="safe",
            wants_out=True, updated_at=now,
        )
        for pk in people
    )  # fmt: skip


def _places(
    operation: EvacuationOperation, plan: Plan, journeys: list[int], people: dict[int, int]
) -> None:
    now, families = clock.now(), {}
    for number in sorted(people):
        home = number // A_FAMILY
        if home not in families:
            families[home], _ = Party.objects.get_or_create(operation=operation, number=home + 1)
    travellers = Traveller.objects.bulk_create(
        Traveller(
            operation=operation, person_ref=pk, party=families[number // A_FAMILY],
            priority="adult", asked_at=now, updated_at=now,
        )
        for number, pk in people.items()
    )  # fmt: skip
    Placement.objects.bulk_create(
        Placement(
            plan=plan, traveller=traveller, journey_id=journeys[number // A_VEHICLE],
            place_class="seat",
        )
        for number, traveller in zip(people, travellers, strict=True)
    )  # fmt: skip
