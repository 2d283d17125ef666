"""Aftershocks: a strong one asks everybody again, a weak one only the new and the stale."""

from datetime import timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.incidents.models import Incident
from crisis.incidents.series import STALE_AFTER, asks_everybody, mainshocks_for, series_of
from crisis.incidents.services import declare_incident, expand_incident, link_incident
from crisis.operations.whole import count_wave
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services.timers import work_due_steps
from notifications.models import Delivery, Wave
from tests.support.scene import draft, settle

pytestmark = pytest.mark.django_db
WANG, LI = "+6785550101", "oLiNa0123456789abcdefghijklm"
HOUR = 3600


@pytest.fixture
def aftershock(post, officer, alerted):
    """`aftershock("5.9", people=6)`: declared two hours after what it follows, and written."""

    def declare(magnitude="5.9", *, people=6, follows=alerted, key="after", **changes):
        words = dict(draft(post).variables) | {"magnitude": magnitude}
        found = declare_incident(
            draft=draft(
                post, variables=words, follows_id=follows.pk if follows else None,
                occurred_at=clock.now(), title="余震", **changes,
            ),
            officer=officer, declaration_key=key, confirmed_count=people,
        )  # fmt: skip
        expand_incident(found.pk)
        return found

    return declare


def told(incident):
    found = Delivery.objects.filter(wave__source=incident.source)
    return {delivery.address for delivery in found}


def test_magnitude_decides(alerted, post):
    def asks(magnitude):
        words = dict(draft(post).variables) | {"magnitude": magnitude}
        return asks_everybody(draft(post, variables=words), alerted)

    assert [asks(m) for m in ("6.2", "6.3", "7.9", "", "强")] == [False, True, True, True, True]


def test_weak_one_asks_those_who_have_not_answered_and_takes_answers_along(
    alerted, aftershock, hear, held_clock, people
):
    hear(WANG, "1")
    held_clock(60)
    hear("+6785550199", "1")  # nobody's
    held_clock(2 * HOUR)
    answered_at = Standing.objects.get(person_ref=people["wang"].pk).answered_at
    found = aftershock()
    assert found.audience_count == 6
    assert WANG not in told(found)
    assert LI in told(found)
    wang = Standing.objects.get(incident=found, person_ref=people["wang"].pk)
    assert (wang.condition, wang.contact, wang.answered_at) == ("safe", "answered", answered_at)
    assert wang.untold
    [line] = RollCallEvent.objects.filter(incident=found, person_ref=people["wang"].pk)
    assert line.source_key.startswith("carried:")
    wave = Wave.objects.get(source=found.source)
    assert count_wave(wave).whole
    held_clock(15 * 60)
    while work_due_steps():
        pass
    reminders = Delivery.objects.filter(wave__source=found.source, wave__kind="reminder")
    assert WANG not in {delivery.address for delivery in reminders}


def test_strong_one_asks_everybody_again(aftershock, hear, held_clock, people):
    hear(WANG, "1")
    held_clock(2 * HOUR)
    found = aftershock("6.3")
    assert WANG in told(found)
    wang = Standing.objects.get(incident=found, person_ref=people["wang"].pk)
    assert wang.condition == "unknown"


def test_stale_answer_and_open_call_are_asked_again(alerted, aftershock, hear, held_clock):
    hear(WANG, "2")
    held_clock(60)
    first = aftershock()
    assert WANG in told(first)
    held_clock(60)
    hear(WANG, "1")
    held_clock((STALE_AFTER + timedelta(minutes=5)).total_seconds())
    assert WANG in told(aftershock(key="second"))


def test_newcomer_is_asked(aftershock, hear, held_clock):
    hear(WANG, "1")
    held_clock(2 * HOUR)
    settle("新来", phone="+6785550111")
    found = aftershock(people=7)
    assert "+6785550111" in told(found)
    assert WANG not in told(found)


def test_series_is_linked_by_hand_and_taken_apart(alerted, aftershock, officer, post, held_clock):
    held_clock(2 * HOUR)
    found = aftershock(follows=None)
    assert list(series_of(alerted)) == [alerted]
    link_incident(incident=found, mainshock=alerted, officer=officer)
    assert list(series_of(Incident.objects.get(pk=found.pk))) == [alerted, found]
    assert list(mainshocks_for([post.pk])) == [alerted]
    for incident, mainshock in ((alerted, found), (found, found)):
        with pytest.raises(DomainError) as refused:
            link_incident(incident=incident, mainshock=mainshock, officer=officer)
        assert refused.value.code == "bad_mainshock"
    link_incident(incident=found, mainshock=None, officer=officer)
    assert list(series_of(alerted)) == [alerted]


def test_what_cannot_be_a_mainshock_is_refused(alerted, aftershock, held_clock):
    held_clock(2 * HOUR)
    for changes in ({"hazard": "flood", "template": "general"}, {"follows": Incident(pk=999)}):
        with pytest.raises(DomainError) as refused:
            aftershock(**changes)
        assert refused.value.code == "bad_mainshock"
