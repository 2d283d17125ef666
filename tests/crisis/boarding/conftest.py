"""A gate in Port Vila: the family Wang and 李 on one flight, by a sealed manifest."""

from typing import Any

import pytest

from tests.support.gates import make_gate


@pytest.fixture
def gate(held_clock: Any, post: Any, officer: Any, planner: Any) -> Any:
    return make_gate(post, officer, planner)
