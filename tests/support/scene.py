"""A small Port Vila for the pages: a few people and one incident."""

from datetime import UTC, datetime
from typing import Any

from config.kernel import clock
from crisis.incidents.drafts import IncidentDraft
from crisis.incidents.models import Incident
from crisis.incidents.services import declare_incident, expand_incident
from crisis.rollcall.models import DueStep
from crisis.rollcall.services.timers import work_due_steps
from crisis.rollcall.states import StepKind
from notifications import tokens
from notifications.models import Delivery
from registry.drafts import PersonDraft, Place
from registry.models import Household, Person
from registry.services.people import add_contact_point, register_person
from registry.services.whereabouts import set_residence

PORT_VILA = Place(
    country="VU", latitude=-17.7333, longitude=168.3167, accuracy_m=1000, city="维拉港"
)
BEYOND = Place(country="VU", latitude=-18.9, longitude=168.1, accuracy_m=1000, city="埃罗芒阿")
QUAKE_AT = datetime(2024, 12, 17, 1, 47, 25, tzinfo=UTC)


def settle(
    name: str,
    *,
    phone: str = "",
    openid: str = "",
    place: Place = PORT_VILA,
    household: Household | None = None,
    **facts: Any,
) -> Person:
    """A registered person with verified addresses."""
    person = register_person(draft=PersonDraft(name=name, **facts), household=household)
    for channel, address in (("sms", phone), ("wechat", openid)):
        if address:
            add_contact_point(
                person=person, channel=channel, address=address, verified_at=clock.now()
            )
    set_residence(person=person, place=place)
    return person


def port_vila() -> dict[str, Person]:
    """Six inside 100 km of the epicentre, one of them without an address, and one just beyond."""
    home = Household.objects.create(label="陈")
    return {
        "wang": settle(
            "王小明",
            phone="+6785550101",
            openid="oWang0123456789abcdefghijklm",
            passport_name="WANG/XIAOMING",
            document_number="E12345678",
        ),
        "li": settle("李娜", openid="oLiNa0123456789abcdefghijklm"),
        "chen": settle("陈伟", openid="oChen0123456789abcdefghijklm", household=home),
        "chen_wife": settle("陈芳", openid="oChen0123456789abcdefghijklm", household=home),
        "silent": settle("赵无声"),
        "smith": settle(
            "Mary Smith", openid="oSmith123456789abcdefghijklm", language="en", nationality="GB"
        ),
        "beyond": settle("孙远", phone="+6785550107", place=BEYOND),
    }


# Efate and the sea around it, where all but one of the people are.
POLYGON = {
    "type": "Polygon",
    "coordinates": [
        [[167.6, -18.2], [168.9, -18.2], [168.9, -17.1], [167.6, -17.1], [167.6, -18.2]]
    ],
}
NO_CIRCLE = {"latitude": None, "longitude": None, "radius_m": None}


def draft(post: Any, **changes: Any) -> IncidentDraft:
    fields: dict[str, Any] = {
        "post_id": post.pk,
        "title": "维拉港地震",
        "hazard": "earthquake",
        "response_level": "red",
        "occurred_at": QUAKE_AT,
        "latitude": -17.6914,
        "longitude": 168.0842,
        "radius_m": 100_000.0,
        "countries": (),
        "template": "earthquake_tsunami",
        "variables": {
            "place": "维拉港",
            "place_en": "Port Vila",
            "magnitude": "7.3",
            "event": "地震",
            "event_en": "earthquake",
        },
    }
    return IncidentDraft(**fields | changes)


def declare(post: Any, officer: Any, *, people: int, **changes: Any) -> Incident:
    """A declared incident with its deliveries written; nothing has been handed over.

    Each is an event of its own, however much it looks like another.
    """
    incident = declare_incident(
        draft=draft(post, **changes),
        officer=officer,
        declaration_key=f"scene-{Incident.objects.count()}",
        confirmed_count=people,
        another_than=list(Incident.objects.values_list("pk", flat=True)),
    )
    expand_incident(incident.pk)
    return incident


def link_of(person: Person) -> str:
    """The check-in address of this person's newest message that carries one."""
    linked = Delivery.objects.filter(persons__person_ref=person.pk, token_hash__isnull=False)
    delivery = linked.order_by("pk")[0]
    return f"/c/{tokens.token_for(delivery.key)}/"


def remind_now(incident: Incident) -> None:
    """The next reminder comes due at this moment and goes out."""
    DueStep.objects.create(incident=incident, kind=StepKind.REMINDER, due_at=clock.now())
    while work_due_steps():
        pass
