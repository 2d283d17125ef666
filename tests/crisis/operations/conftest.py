"""Somebody on duty, and a house in which nothing is wrong."""

from datetime import timedelta

import pytest

from config.kernel import beats, clock
from crisis.staff.duty import Contact, assign_duty

DUTY_PHONE = "+6785550199"


@pytest.fixture
def put_on_duty():
    """`put_on_duty(user, post, phone=…)`: on duty from an hour ago for eight hours."""

    def put(user, post=None, *, from_hours=-1.0, hours=8.0, phone=DUTY_PHONE, **contact):
        begins_at = clock.now() + timedelta(hours=from_hours)
        return assign_duty(
            user=user,
            post=post,
            begins_at=begins_at,
            ends_at=begins_at + timedelta(hours=hours),
            contact=Contact(phone=phone, **contact),
            actor="test",
        )

    return put


@pytest.fixture
def quiet_house(administrator, put_on_duty):
    """Watched, swept, and somebody on duty."""
    put_on_duty(administrator)
    step = {"lane": "records", "took_s": 0.01, "ago_s": 0.2, "failures": 0}
    beats.beat(kind=beats.STEPS, host="a", name="steps of 7", pid=7, detail={"work_inbox": step})
    beats.beat(kind=beats.WATCH, host="a", name="watch", pid=1, detail={"broker_away_s": 0.0})
