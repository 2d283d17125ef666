"""An operation in Port Vila, and people of whom some want to go."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.kernel import clock
from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.seats.models import Traveller
from crisis.seats.services import gather_travellers
from crisis.transports.models import EvacuationOperation, Journey
from crisis.transports.services.journeys import journey_of
from registry.models import Household, Person
from tests.crisis.rollcall.conftest import gateway, hear, send
from tests.support import evacuating
from tests.support.evacuating import make_home, make_incident, make_operation, make_transport
from tests.support.scene import settle
from tests.support.waves import number

__all__ = ["gateway", "hear", "send"]


@pytest.fixture
def incident(post: Any, officer: Any, held_clock: object) -> Incident:
    made = make_incident(post, officer)
    made.variables = {
        "place": "维拉港", "place_en": "Port Vila", "event": "地震", "event_en": "earthquake",
        "magnitude": "7.3",
    }  # fmt: skip
    made.save()
    return made


@pytest.fixture
def operation(incident: Incident, planner: Any) -> EvacuationOperation:
    return make_operation(incident, planner)


@pytest.fixture
def home(db: None) -> Household:
    return make_home()


@pytest.fixture
def stand(incident: Incident) -> Callable[..., Person]:
    """`stand("王小明", condition="needs_help", household=home)`: a person and their standing."""
    return lambda name, **fields: evacuating.stand(incident, name, **fields)


@pytest.fixture
def asks(incident: Incident) -> Callable[..., Person]:
    """`asks("王小明", 1)`: somebody with a verified phone, number(1), who wants to go."""

    def make(name: str, phone: int | None = None, **fields: Any) -> Person:
        person = settle(name, phone=number(phone) if phone else "", **fields)
        Standing.objects.create(
            incident=incident, person_ref=person.pk, certain=True, reason=1, updated_at=clock.now()
        )
        entry = Entry(person.pk, EventKind.WANTS_OUT, clock.now(), "asked")
        write_log(incident_id=incident.pk, entries=[entry], source=Source.REPLY)
        return person

    return make


@pytest.fixture
def say(incident: Incident) -> Callable[..., None]:
    """`say(person, EventKind.WANTS_OUT, minutes=3)`: a line of the log, so long from now."""
    keys = iter(range(10_000))

    def write(person: Person, kind: EventKind, *, minutes: float = 0) -> None:
        at = clock.now() + timedelta(minutes=minutes)
        entry = Entry(person.pk, kind, at, f"said:{next(keys)}")
        write_log(incident_id=incident.pk, entries=[entry], source=Source.REPLY)

    return write


@pytest.fixture
def gathered(operation: EvacuationOperation) -> Callable[[], dict[str, Traveller]]:
    """Gather, and return everybody's row by name."""

    def gather() -> dict[str, Traveller]:
        gather_travellers(operation=operation)
        rows = operation.travellers.select_related("party", "operation__incident__post")
        names = dict(Person.objects.values_list("pk", "name"))
        return {names[row.person_ref]: row for row in rows}

    return gather


@pytest.fixture
def journey(operation: EvacuationOperation) -> Journey:
    """One flight of ten seats, in six hours."""
    return journey_of(operation=operation, transports=[make_transport(operation)])
