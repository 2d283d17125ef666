"""Port Vila, minutes after the shock: six people inside, one beyond."""

from collections.abc import Callable
from typing import Any

import pytest

from crisis.incidents.models import Incident
from crisis.incidents.services import declare_incident
from registry.models import Person
from tests.support.scene import draft, port_vila
from tests.support.waves import Scripted


@pytest.fixture
def people(held_clock: object, db: None) -> dict[str, Person]:
    return port_vila()


@pytest.fixture
def submit(post: Any, officer: Any, people: object) -> Callable[..., Incident]:
    """`submit(radius_m=5)`: declare the scene's draft with changes; nothing is expanded yet.

    Each is an event of its own, however much it looks like another.
    """

    def declare(*, by: Any = None, count: int = 6, key: str = "key-1", **changes: Any) -> Incident:
        return declare_incident(
            draft=draft(post, **changes),
            officer=by or officer,
            declaration_key=key,
            confirmed_count=count,
            another_than=list(Incident.objects.values_list("pk", flat=True)),
        )

    return declare


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """One scripted gateway in the place of both channels."""
    scripted = Scripted()
    for module in ("sending", "recovery"):
        monkeypatch.setattr(f"notifications.services.{module}.gateway_for", lambda _: scripted)
    return scripted
