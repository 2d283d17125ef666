"""A declared incident in Port Vila whose messages have left."""

from collections.abc import Callable
from typing import Any

import pytest

from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from notifications.models import Delivery
from notifications.services import inbox, sending, telling
from registry.models import Person
from tests.support.pushes import reply_form, store
from tests.support.scene import declare, port_vila
from tests.support.waves import Scripted, due_now


@pytest.fixture
def people(held_clock: object, db: None) -> dict[str, Person]:
    return port_vila()


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    scripted = Scripted()
    for module in ("sending", "recovery"):
        monkeypatch.setattr(f"notifications.services.{module}.gateway_for", lambda _: scripted)
    return scripted


@pytest.fixture
def incident(post: Any, officer: Any, people: object) -> Incident:
    """Expanded, nothing handed over."""
    return declare(post, officer, people=6)


@pytest.fixture
def alerted(incident: Incident, gateway: Scripted, send: Callable[..., None]) -> Incident:
    send(*incident_waves(incident))
    return incident


def incident_waves(incident: Incident) -> list[Any]:
    from notifications.selectors import waves_of

    return list(waves_of(incident.source))


@pytest.fixture
def send() -> Callable[..., None]:
    """`send(wave, …)`: hand everything over and tell what became of it."""

    def hand_over(*waves: Any) -> None:
        for wave in waves:
            for pk in due_now(wave):
                sending.send_batch(pk)
        while telling.tell_outcomes():
            continue

    return hand_over


@pytest.fixture
def hear() -> Callable[..., None]:
    """`hear("+678…", "1")`: that number writes, and the inbox is worked."""
    numbers = iter(range(10_000))

    def write(address: str, text: str) -> None:
        store(reply_form(address, text, sid=f"SMheard{next(numbers)}"))
        inbox.work_inbox()

    return write


@pytest.fixture
def standing(incident: Incident) -> Callable[[Person], Standing]:
    return lambda person: Standing.objects.get(incident=incident, person_ref=person.pk)


@pytest.fixture
def delivery_to() -> Callable[..., Delivery]:
    """The newest delivery to this person by this channel."""

    def find(person: Person, channel: str) -> Delivery:
        found = Delivery.objects.filter(persons__person_ref=person.pk, channel=channel)
        return found.latest("pk")

    return find
