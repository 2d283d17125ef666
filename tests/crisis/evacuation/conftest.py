"""An incident in Port Vila, and people who answer."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from config.kernel import clock
from crisis.hazards.models import HazardKind
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState, ResponseLevel
from crisis.rollcall.models import Standing
from registry.addresses import address_index
from registry.models import Channel, ContactPoint, Household, Person

ADULT = date(1985, 3, 8)
CHILD = date(2016, 3, 8)


@pytest.fixture
def incident(post: Any, officer: Any, held_clock: object) -> Incident:
    return make_incident(post, officer)


@pytest.fixture
def foreign_incident(other_post: Any, outsider: Any, held_clock: object) -> Incident:
    """An incident of another post."""
    return make_incident(other_post, outsider)


def make_incident(post: Any, officer: Any) -> Incident:
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


@pytest.fixture
def home(db: None) -> Household:
    return Household.objects.create(label="王家")


@pytest.fixture
def stand(incident: Incident) -> Callable[..., Person]:
    """`stand("王小明", condition="needs_help", household=home)`: a person and their standing."""

    def make(name: str, *, phone: str = "", **fields: Any) -> Person:
        where = {
            key: fields.pop(key)
            for key in ("condition", "movement", "wants_out", "answered_at")
            if key in fields
        }
        person = Person.objects.create(
            name=name, registered_at=clock.now(), **{"birth_date": ADULT, **fields}
        )
        if phone:
            give_phone(person, phone)
        Standing.objects.create(
            incident=incident,
            person_ref=person.pk,
            certain=True,
            reason=1,
            updated_at=clock.now(),
            **where,
        )
        return person

    return make


def give_phone(person: Person, phone: str, preference: int = 1) -> ContactPoint:
    return ContactPoint.objects.create(
        person=person,
        channel=Channel.SMS,
        address=phone,
        address_index=address_index("sms", phone),
        preference=preference,
    )
