"""Calls for help, with and without an incident."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from config.kernel import clock
from crisis.cases.models import Case
from crisis.cases.services import open_case
from crisis.cases.signals import red_cases_wait
from crisis.cases.states import Origin


@pytest.fixture
def call(post: Any, held_clock: object) -> Callable[..., Case]:
    """`call(…)`: somebody calls for help, now, on the public form; anything may differ."""
    numbers = count(1)

    def opened(*, waited: float = 0, **changes: Any) -> Case:
        about: dict[str, Any] = {
            "post": post,
            "origin": Origin.FORM,
            "origin_key": f"test:{next(numbers)}",
            "raised_at": clock.now() - timedelta(seconds=waited),
            "person_name": "张求助",
            "contact": "+6785550199",
            "event": "房屋倒塌，被困二楼",
        }
        return open_case(**about | changes)

    return opened


@pytest.fixture
def told() -> Iterator[list[tuple[str, str]]]:
    """(number, why) of every red case that the floors above were told of."""
    heard: list[tuple[str, str]] = []

    def hear(cases: Sequence[Case], why: str, **_: Any) -> None:
        heard.extend((case.number, why) for case in cases)

    red_cases_wait.connect(hear)
    yield heard
    red_cases_wait.disconnect(hear)
