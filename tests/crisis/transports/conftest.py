"""An incident in Port Vila with an operation, and drafts that the services take."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.kernel import clock
from crisis.transports.services import CorridorDraft, PlaceDraft, TransportDraft
from crisis.transports.states import CorridorStatus, Disclosure, PlaceKind, TransportKind
from tests.support.evacuating import make_incident, make_operation


@pytest.fixture
def incident(held_clock: Any, post: Any, officer: Any) -> Any:
    return make_incident(post, officer)


@pytest.fixture
def operation(incident: Any, planner: Any) -> Any:
    return make_operation(incident, planner)


@pytest.fixture
def place_draft() -> Callable[..., PlaceDraft]:
    def draft(**fields: Any) -> PlaceDraft:
        given = {
            "kind": PlaceKind.ASSEMBLY, "name_zh": "市体育场", "country": "VU",
            "latitude": -17.74, "longitude": 168.31, "disclosure": Disclosure.PASSENGERS,
        }  # fmt: skip
        return PlaceDraft(**(given | fields))

    return draft


@pytest.fixture
def transport_draft(operation: Any) -> Callable[..., TransportDraft]:
    def draft(**fields: Any) -> TransportDraft:
        places = {place.code: place for place in operation.places.all()}
        given = {
            "kind": TransportKind.FLIGHT, "number": "MU9001", "origin": places["VLI"],
            "destination": places["SUV"], "departs_at": clock.now() + timedelta(hours=6),
            "arrives_at": clock.now() + timedelta(hours=8), "seats": 10,
        }  # fmt: skip
        return TransportDraft(**(given | fields))

    return draft


@pytest.fixture
def corridor_draft(post: Any, other_post: Any) -> Callable[..., CorridorDraft]:
    def draft(**fields: Any) -> CorridorDraft:
        given = {
            "name": "桑托—劳托卡渡轮", "from_country": "VU", "to_country": "FJ",
            "latitude": -15.51, "longitude": 167.18, "hours": "每日 06:00–18:00",
            "visa_rule": "中国公民免签 30 天", "near_post": post, "far_post": other_post,
            "status": CorridorStatus.OPEN, "disclosure": Disclosure.PUBLIC,
        }  # fmt: skip
        return CorridorDraft(**(given | fields))

    return draft
