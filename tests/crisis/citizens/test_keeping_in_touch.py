"""Asking people to confirm once a year, and telling emergency contacts that they were named."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.kernel import clock
from config.kernel.models import AuditEntry
from crisis.citizens.models import Asking
from crisis.citizens.services.confirming import ask_to_confirm, confirm_registration, let_rest
from crisis.citizens.services.naming import tell_contacts
from crisis.citizens.tasks import keep_in_touch
from crisis.incidents.services import stand_down_incident
from crisis.rollcall.models import Standing
from notifications.models import Delivery, Reply, Wave
from notifications.services import inbox
from notifications.states import DeliveryState
from registry.drafts import PersonDraft
from registry.models import ContactPoint, EmergencyContact, Person
from registry.services.people import (
    add_contact_point,
    add_emergency_contact,
    leave_registry,
    register_person,
)
from tests.support.pushes import reply_form, store
from tests.support.scene import declare, settle

pytestmark = pytest.mark.django_db
DAY, HOUR = 86_400.0, 3_600.0
PHONE, AT_HOME = "+6785550101", "+8613800138001"
Advance = Callable[[float], None]
_said = 0


@pytest.fixture
def wang(held_clock: Advance, post: Any) -> Person:
    """Registered at 13:00 in Port Vila, 10:00 in China."""
    return settle("王小明", phone=PHONE, passport_name="WANG/XIAOMING")


@pytest.fixture
def contact(wang: Person) -> EmergencyContact:
    return add_emergency_contact(person=wang, name="王妈妈", relation="母", phone=AT_HOME)


def sent(kind: str) -> list[str]:
    """Addresses of this kind's messages, which now have left."""
    deliveries = Delivery.objects.filter(wave__kind=kind).order_by("pk")
    deliveries.filter(called_at=None).update(called_at=clock.now(), state=DeliveryState.ACCEPTED)
    return [delivery.address for delivery in deliveries]


def say(phone: str, text: str) -> Reply:
    global _said
    _said += 1
    store(reply_form(phone, text, f"SMq{_said}"))
    inbox.work_inbox()
    return Reply.objects.order_by("-pk")[0]


# -- Confirming ------------------------------------------------------------------------------


def test_a_year_is_asked_two_reminders_and_then_dormant(wang: Person, held_clock: Advance) -> None:
    held_clock(364 * DAY)
    assert ask_to_confirm(most=9) == 0
    held_clock(2 * DAY)
    assert ask_to_confirm(most=9) == 1
    assert ask_to_confirm(most=9) == 0
    for _ in range(2):
        held_clock(31 * DAY)
        assert let_rest(most=9) == 0
        assert ask_to_confirm(most=9) == 1
    held_clock(31 * DAY)
    assert ask_to_confirm(most=9) == 0
    assert let_rest(most=9) == 1
    wang.refresh_from_db()
    assert wang.dormant_at == clock.now()
    assert sent("confirm") == [PHONE] * 3


def test_the_dormant_are_alerted_and_one_word_wakes_them(
    wang: Person, held_clock: Advance, post: Any, officer: Any
) -> None:
    held_clock(366 * DAY)
    ask_to_confirm(most=9)
    sent("confirm")
    Person.objects.update(dormant_at=clock.now())
    assert declare(post, officer, people=1).audience_count == 1
    assert say(PHONE, "1").meaning == "safe"
    wang.refresh_from_db()
    assert (wang.confirmed_at, wang.dormant_at) == (clock.now(), None)
    assert not Asking.objects.exists()


def test_who_confirmed_is_left_alone_for_a_year(wang: Person, held_clock: Advance) -> None:
    held_clock(366 * DAY)
    child = register_person(draft=PersonDraft(name="王小小"))
    Person.objects.filter(pk=child.pk).update(registered_by=wang)
    assert confirm_registration(person_ids=[wang.pk], by=f"person:{wang.pk}") == 2
    assert ask_to_confirm(most=9) == 0
    held_clock(366 * DAY)
    assert ask_to_confirm(most=9) == 1


def test_nobody_is_asked_at_night_nor_in_an_incident(
    wang: Person, held_clock: Advance, post: Any, officer: Any
) -> None:
    held_clock(366 * DAY + 9 * HOUR)  # 22:00 in Port Vila
    assert ask_to_confirm(most=9) == 0
    held_clock(15 * HOUR)
    incident = declare(post, officer, people=1)
    assert ask_to_confirm(most=9) == 0
    stand_down_incident(incident=incident, officer=officer)
    held_clock(31 * DAY)
    assert ask_to_confirm(most=9) == 1


def test_no_more_are_asked_than_allowed(wang: Person, held_clock: Advance) -> None:
    for n in range(5):
        settle(f"人{n}", phone=f"+67855502{n:02d}")
    held_clock(366 * DAY)
    assert [ask_to_confirm(most=4), ask_to_confirm(most=4)] == [4, 2]
    assert Wave.objects.filter(kind="confirm", signature="驻瓦努阿图使馆").count() == 2


def test_a_call_for_help_to_a_quiet_message_is_for_a_human(
    wang: Person, held_clock: Advance
) -> None:
    held_clock(366 * DAY)
    ask_to_confirm(most=9)
    sent("confirm")
    assert say(PHONE, "2").state == "unmatched"
    assert say(PHONE, "你们是谁").state == "unmatched"
    wang.refresh_from_db()
    assert wang.confirmed_at is None


def test_an_answer_belongs_to_a_fresh_alert_before_a_quiet_message(
    wang: Person, held_clock: Advance, post: Any, officer: Any
) -> None:
    held_clock(366 * DAY)
    incident = declare(post, officer, people=1)
    sent("initial")
    Standing.objects.update(condition="safe")
    stand_down_incident(incident=incident, officer=officer)
    held_clock(29 * DAY)
    Standing.objects.all().delete()
    from crisis.incidents.models import Incident

    Incident.objects.update(stood_down_at=clock.now() - timedelta(days=40))
    assert ask_to_confirm(most=9) == 1
    sent("confirm")
    assert say(PHONE, "1").source == incident.source
    held_clock(2 * DAY)
    assert say(PHONE, "1").source == "confirm"


def test_who_wants_no_reminders_is_not_asked(wang: Person, held_clock: Advance) -> None:
    held_clock(366 * DAY)
    ask_to_confirm(most=9)
    sent("confirm")
    say(PHONE, "退订")
    held_clock(31 * DAY)
    ask_to_confirm(most=9)
    assert sent("confirm") == [PHONE]


# -- Emergency contacts ----------------------------------------------------------------------


def test_a_contact_is_told_once_by_whom_and_how_to_object(contact: EmergencyContact) -> None:
    assert tell_contacts(most=9) == 1
    assert tell_contacts(most=9) == 0
    assert sent("named") == [AT_HOME]
    texts = Wave.objects.get(kind="named").texts["sms"]
    assert "王*" in texts["zh-hans"]
    assert "小明" not in texts["zh-hans"]
    assert "退出" in texts["zh-hans"]
    assert "STOP" in texts["en"]
    contact.refresh_from_db()
    assert contact.told_at == clock.now()
    entry = AuditEntry.objects.get(act="emergency_contact.told")
    assert entry.detail["basis"] == "statutory"


@pytest.mark.parametrize("word", ["退出", "STOP", "退订", "打错了"])
def test_an_objection_removes_the_naming(contact: EmergencyContact, word: str) -> None:
    tell_contacts(most=9)
    sent("named")
    say(AT_HOME, word)
    assert not EmergencyContact.objects.exists()
    assert AuditEntry.objects.filter(act="emergency_contact.objected").count() == 1
    assert ContactPoint.objects.get().retired_at is None


def test_who_objected_is_neither_told_nor_named_again(
    contact: EmergencyContact, wang: Person
) -> None:
    tell_contacts(most=9)
    sent("named")
    say(AT_HOME, "退出")
    add_emergency_contact(person=wang, name="王妈妈", relation="母", phone=AT_HOME)
    assert tell_contacts(most=9) == 0
    assert not EmergencyContact.objects.exists()
    assert sent("named") == [AT_HOME]


def test_a_contact_who_says_something_else_is_read_by_a_human(contact: EmergencyContact) -> None:
    tell_contacts(most=9)
    sent("named")
    assert say(AT_HOME, "他三天没有消息了").state == "unmatched"
    assert EmergencyContact.objects.exists()


def test_nobody_is_told_at_night_in_china(contact: EmergencyContact, held_clock: Advance) -> None:
    held_clock(12 * HOUR)  # 22:00 in Beijing
    assert tell_contacts(most=9) == 0
    held_clock(12 * HOUR)
    assert tell_contacts(most=9) == 1


def test_nobody_is_told_before_a_phone_is_proved(held_clock: Advance, post: Any) -> None:
    person = register_person(draft=PersonDraft(name="未验"))
    point = add_contact_point(person=person, channel="sms", address=PHONE)
    add_emergency_contact(person=person, name="某", relation="友", phone=AT_HOME)
    assert tell_contacts(most=9) == 0
    ContactPoint.objects.filter(pk=point.pk).update(verified_at=clock.now())
    assert tell_contacts(most=9) == 1


def test_rosters_are_told_only_where_it_is_set(
    contact: EmergencyContact, wang: Person, settings: Any
) -> None:
    Person.objects.update(external_ref="CRBC-1")
    assert tell_contacts(most=9) == 0
    settings.TELL_ROSTER_CONTACTS = True
    assert tell_contacts(most=9) == 1


def test_nobody_is_told_of_who_left_or_whom_an_incident_needs(
    contact: EmergencyContact, wang: Person, post: Any, officer: Any
) -> None:
    declare(post, officer, people=1)
    assert tell_contacts(most=9) == 0
    Standing.objects.all().delete()
    leave_registry(person=wang)
    assert tell_contacts(most=9) == 0


def test_beat_does_all_three(contact: EmergencyContact, held_clock: Advance) -> None:
    held_clock(366 * DAY)
    keep_in_touch()
    assert sorted([*sent("confirm"), *sent("named")]) == sorted([PHONE, AT_HOME])
