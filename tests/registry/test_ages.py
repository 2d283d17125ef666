"""Ages and weeks, on the days where they turn."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ages import age_on, due_on_of_week, is_child, pregnancy_week

DAYS = st.dates(date(1950, 1, 1), date(2080, 1, 1))


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 12, 17), date(2024, 12, 16), 13),
        (date(2010, 12, 17), date(2024, 12, 17), 14),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
    ],
)
def test_age_turns_on_the_birthday(born, day, age):
    assert (age_on(born, day), is_child(born, day)) == (age, age < 14)


def test_unknown_age_is_no_childs():
    assert (age_on(None, date(2024, 1, 1)), is_child(None, date(2024, 1, 1))) == (None, False)


@given(DAYS, st.integers(1, 42), st.integers(0, 42))
def test_week_of_pregnancy_goes_on_by_itself(today, week, later):
    due = due_on_of_week(week, today)
    assert pregnancy_week(due, today) == week
    assert pregnancy_week(due, today + timedelta(weeks=later)) == week + later
    assert pregnancy_week(due, today + timedelta(days=6)) == week
