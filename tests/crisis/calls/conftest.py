"""Port Vila, declared and listed: who is to be telephoned."""

from collections.abc import Callable
from typing import Any

import pytest

from crisis.calls.models import CallEntry
from crisis.calls.services.listing import list_newcomers
from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Source
from registry.models import Person
from tests.support.scene import declare, port_vila


@pytest.fixture
def people(held_clock: object, db: None) -> dict[str, Person]:
    return port_vila()


@pytest.fixture
def incident(post: Any, officer: Any, people: object) -> Incident:
    """Everybody inside has a place on the list; nothing has been handed over."""
    declared = declare(post, officer, people=6)
    list_newcomers()
    return declared


@pytest.fixture
def say(incident: Incident) -> Callable[..., None]:
    """`say(person, EventKind.…)`: a line in the roll call, as a timer or a reply writes it."""
    keys = iter(range(10_000))

    def write(person: Person, kind: EventKind, source: Source = Source.REPLY) -> None:
        from config.kernel import clock

        entry = Entry(person.pk, kind, clock.now(), f"reply:{next(keys)}")
        write_log(incident_id=incident.pk, entries=[entry], source=source)

    return write


@pytest.fixture
def entry(incident: Incident) -> Callable[[Person], CallEntry]:
    return lambda person: CallEntry.objects.get(incident=incident, person_ref=person.pk)


@pytest.fixture
def standing(incident: Incident) -> Callable[[Person], Standing]:
    return lambda person: Standing.objects.get(incident=incident, person_ref=person.pk)
