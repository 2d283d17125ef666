"""Reminders to the silent, then «暂未联系上», and nothing graver."""

import pytest

from crisis.incidents.services import stand_down_incident
from crisis.rollcall.models import DueStep, RollCallEvent
from crisis.rollcall.selectors import counts
from crisis.rollcall.services.timers import work_due_steps
from notifications.models import Delivery, Wave

pytestmark = pytest.mark.django_db
MINUTES = 60
WANG = "+6785550101"


def reminders():
    return list(Wave.objects.filter(kind="reminder").order_by("pk"))


def addresses(wave):
    return {delivery.address for delivery in wave.deliveries.all()}


def test_nothing_is_due_at_first(alerted, held_clock):
    held_clock(14 * MINUTES)
    assert work_due_steps() == 0


def test_only_the_silent_are_reminded(alerted, people, held_clock, hear):
    hear(WANG, "1")
    held_clock(15 * MINUTES)
    assert work_due_steps() == 1
    [wave] = reminders()
    assert addresses(wave) == {
        "oChen0123456789abcdefghijklm",
        "oLiNa0123456789abcdefghijklm",
        "oSmith123456789abcdefghijklm",
    }
    assert work_due_steps() == 0


def test_who_answered_the_reminder_gets_no_second_one(alerted, held_clock, hear, send):
    held_clock(15 * MINUTES)
    work_due_steps()
    send(*reminders())
    hear(WANG, "1")
    held_clock(25 * MINUTES)
    work_due_steps()
    first, second = reminders()
    assert WANG in addresses(first)
    assert WANG not in addresses(second)


def test_who_still_waits_for_the_alert_is_not_reminded(incident, held_clock, send):
    """A gateway that is out for an hour must not bring the alert and two reminders at once."""
    held_clock(40 * MINUTES)
    assert work_due_steps() == 2
    assert reminders() == []


def test_address_with_a_waiting_message_is_left_out_alone(alerted, held_clock):
    Delivery.objects.filter(channel="sms").update(state="pending")
    held_clock(15 * MINUTES)
    work_due_steps()
    [wave] = reminders()
    assert WANG not in addresses(wave)
    assert "oWang0123456789abcdefghijklm" in addresses(wave)


def test_who_stopped_is_not_reminded(alerted, held_clock, hear):
    hear(WANG, "退订")
    held_clock(15 * MINUTES)
    work_due_steps()
    assert WANG not in addresses(reminders()[0])


def test_unclear_answer_is_no_silence(alerted, held_clock, hear):
    hear(WANG, "你们是谁")
    held_clock(15 * MINUTES)
    work_due_steps()
    assert WANG not in addresses(reminders()[0])


def test_after_an_hour_the_silent_have_not_answered(alerted, people, held_clock, hear, standing):
    hear(WANG, "2")
    held_clock(60 * MINUTES)
    assert work_due_steps() == 3
    assert standing(people["wang"]).contact == "answered"
    assert standing(people["wang"]).condition == "needs_help"
    for name in ("li", "chen"):
        assert standing(people[name]).contact == "no_answer"
    # Nobody asked this one anything: there is no address.
    assert standing(people["silent"]).contact == "not_contacted"
    found = counts(alerted)
    assert found.contact["no_answer"] == 4
    assert found.contact["missing"] == 0
    assert sum(found.contact.values()) == 6


def test_silence_is_noted_again_for_whom_the_message_reached_late(
    incident, gateway, people, held_clock, send, standing
):
    held_clock(60 * MINUTES)
    work_due_steps()
    assert standing(people["li"]).contact == "not_contacted"
    send(*Wave.objects.all())
    assert standing(people["li"]).contact == "alerted"
    held_clock(60 * MINUTES)
    assert work_due_steps() == 1
    assert standing(people["li"]).contact == "no_answer"
    held_clock(600 * MINUTES)
    assert work_due_steps() == 0


def test_late_answer_ends_the_silence(alerted, people, held_clock, hear, standing):
    held_clock(60 * MINUTES)
    work_due_steps()
    hear(WANG, "1")
    assert standing(people["wang"]).contact == "answered"


def test_step_is_worked_once(alerted, held_clock):
    held_clock(60 * MINUTES)
    work_due_steps()
    before = RollCallEvent.objects.count()
    DueStep.objects.filter(kind="silence").update(done_at=None)
    work_due_steps()
    assert RollCallEvent.objects.count() == before


def test_nothing_comes_due_after_standing_down(alerted, officer, held_clock):
    stand_down_incident(incident=alerted, officer=officer)
    held_clock(120 * MINUTES)
    assert work_due_steps() == 0
    assert reminders() == []
    assert not Delivery.objects.filter(wave__kind="reminder").exists()


@pytest.mark.parametrize(("level", "steps"), [("red", 3), ("orange", 3), ("yellow", 2)])
def test_ladder_depends_on_the_level(post, officer, people, level, steps):
    from tests.support.scene import declare

    incident = declare(post, officer, people=6, response_level=level)
    assert incident.steps.count() == steps
    assert incident.steps.latest("due_at").kind == "silence"
