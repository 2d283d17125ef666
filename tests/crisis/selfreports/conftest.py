"""Port Vila with an incident, and people whom nobody looked for."""

from collections.abc import Callable
from typing import Any

import pytest

from crisis.incidents.models import Incident
from crisis.selfreports.models import SelfReport
from crisis.selfreports.services import keep_report, take_in
from crisis.selfreports.services.receiving import new_key
from crisis.selfreports.told import Told
from tests.support import scene

CLIENT = b"c" * 16


@pytest.fixture
def people(held_clock: Any, db: None) -> dict[str, Any]:
    return scene.port_vila()


@pytest.fixture
def incident(people: dict[str, Any], post: Any, officer: Any) -> Incident:
    return scene.declare(post, officer, people=6)


@pytest.fixture
def report(incident: Incident) -> Callable[..., SelfReport]:
    """`report(name=…, word=…)`: somebody hands the form in and it is understood."""

    def hand_in(*, key: str = "", client: bytes = CLIENT, **said: Any) -> SelfReport:
        told = Told(**{"country": "VU", "word": "safe"} | said)
        kept = keep_report(incident=incident, key=key or new_key(), told=told, client=client)
        return take_in(kept.pk)

    return hand_in


@pytest.fixture
def leader() -> Callable[[SelfReport], int]:
    return lambda report: report.people.get(leads=True).person_ref
