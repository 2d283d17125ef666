"""crisis/advisories/selectors.py: what is in force, where and when"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from crisis.advisories.models import Advisory, Level
from crisis.advisories.selectors import (
    binding,
    history,
    in_force,
    in_force_everywhere,
    level_text,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOON = datetime(2024, 12, 17, 12, tzinfo=UTC)


@pytest.fixture
def advise(officer: Any) -> Callable[..., Advisory]:
    def make(
        level: int, country: str = "VU", start: int = 0, end: int = 10, **fields: Any
    ) -> Advisory:
        """`start` and `end` are days after noon."""
        return Advisory.objects.create(
            country=country,
            level=level,
            reason="…",
            starts_at=NOON + start * DAY,
            expires_at=NOON + end * DAY,
            issued_by=officer,
            issued_at=NOON,
            **fields,
        )

    return make


def test_without_an_advisory_none_is_in_force(post: Any) -> None:
    assert in_force("VU", NOON) is None
    with translation.override("zh-hans"):
        assert level_text(None) == "当前无级别提醒"
        assert level_text(Level.DO_NOT_TRAVEL) == "暂勿前往"


def test_the_highest_level_binds(advise: Any) -> None:
    for level in (1, 3, 2):
        advise(level)
    assert in_force("VU", NOON) is Level.DO_NOT_TRAVEL


def test_a_country_is_not_its_neighbour(advise: Any) -> None:
    advise(3, "FJ")
    assert in_force("VU", NOON) is None


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOON - timedelta(microseconds=1), None),
        (NOON, Level.RECONSIDER_TRAVEL),
        (NOON + 10 * DAY - timedelta(microseconds=1), Level.RECONSIDER_TRAVEL),
        (NOON + 10 * DAY, None),
    ],
)
def test_it_holds_from_its_start_until_before_its_end(
    advise: Any, at: datetime, expected: Level | None
) -> None:
    advise(2)
    assert in_force("VU", at) is expected


def test_what_was_withdrawn_later_held_before(advise: Any) -> None:
    advise(3, withdrawn_at=NOON + DAY)
    assert in_force("VU", NOON + DAY - timedelta(seconds=1)) is Level.DO_NOT_TRAVEL
    assert in_force("VU", NOON + DAY) is None


def test_when_the_higher_ends_the_lower_binds_again(advise: Any) -> None:
    advise(3, end=1)
    advise(1, end=10)
    assert in_force("VU", NOON + 2 * DAY) is Level.EXERCISE_CAUTION


def test_a_region_binds_in_the_region_alone(advise: Any) -> None:
    advise(1)
    advise(3, region="设法特")
    assert in_force("VU", NOON) is Level.EXERCISE_CAUTION
    assert in_force("VU", NOON, "设法特") is Level.DO_NOT_TRAVEL
    assert in_force("VU", NOON, "桑马") is Level.EXERCISE_CAUTION


def test_of_two_equal_the_longer_binds(advise: Any) -> None:
    advise(2, end=3)
    longer = advise(2, end=5)
    assert binding("VU", NOON) == longer


def test_everywhere_names_each_place_once_highest_first(advise: Any) -> None:
    advise(1)
    advise(2)
    advise(3, region="设法特")
    advise(3, "FJ", start=1)
    advise(1, "AU")
    found = [(one.country, one.region, one.level) for one in in_force_everywhere(NOON)]
    assert found == [("VU", "设法特", 3), ("VU", "", 2), ("AU", "", 1)]


def test_history_is_newest_first_and_whole(advise: Any) -> None:
    old, new = advise(1, start=-20, end=-10), advise(3, withdrawn_at=NOON)
    advise(2, "FJ")
    assert list(history("VU")) == [new, old]
