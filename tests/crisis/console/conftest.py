"""Port Vila with an incident, and a browser that is logged in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.support import scene


@pytest.fixture
def people(held_clock: Any, db: None) -> dict[str, Any]:
    return scene.port_vila()


@pytest.fixture
def incident(people: dict[str, Any], post: Any, officer: Any) -> Any:
    return scene.declare(post, officer, people=6)


@pytest.fixture
def as_user() -> Callable[[Any], Client]:
    def log_in(user: Any) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in
