"""An incident in Port Vila, and people who answer."""

from collections.abc import Callable
from typing import Any

import pytest

from crisis.incidents.models import Incident
from registry.addresses import address_index
from registry.models import Channel, ContactPoint, Household, Person
from tests.support import evacuating
from tests.support.evacuating import make_home, make_incident


@pytest.fixture
def incident(post: Any, officer: Any, held_clock: object) -> Incident:
    return make_incident(post, officer)


@pytest.fixture
def foreign_incident(other_post: Any, outsider: Any, held_clock: object) -> Incident:
    """An incident of another post."""
    return make_incident(other_post, outsider)


@pytest.fixture
def home(db: None) -> Household:
    return make_home()


@pytest.fixture
def stand(incident: Incident) -> Callable[..., Person]:
    """`stand("王小明", condition="needs_help", household=home)`: a person and their standing."""

    def make(name: str, *, phone: str = "", **fields: Any) -> Person:
        person = evacuating.stand(incident, name, **fields)
        if phone:
            give_phone(person, phone)
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
