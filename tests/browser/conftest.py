"""Port Vila for the browser: everything is committed, because the server reads it elsewhere."""

from typing import Any

import pytest

from tests.support import scene


@pytest.fixture
def people(transactional_db: Any, held_clock: Any) -> dict[str, Any]:
    return scene.port_vila()


@pytest.fixture
def incident(people: dict[str, Any], post: Any, officer: Any) -> Any:
    return scene.declare(post, officer, people=6)


@pytest.fixture(autouse=True)
def stream_elsewhere(settings: Any) -> None:
    """No event stream runs beside the live server: a closed port, so that pages fall back."""
    settings.STREAM_URL = "http://127.0.0.1:9"
