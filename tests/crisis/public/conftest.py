"""An alert that was sent, and the people who hold its links."""

from typing import Any

import pytest

from tests.support import scene


@pytest.fixture
def people(held_clock: Any, db: None) -> dict[str, Any]:
    return scene.port_vila()


@pytest.fixture
def incident(people: dict[str, Any], post: Any, officer: Any) -> Any:
    return scene.declare(post, officer, people=6)
