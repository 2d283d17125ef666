"""Asking a silent person's relatives: on an officer's word, once, and never taken for an answer."""

import pytest

from config.kernel.errors import DomainError
from crisis.incidents.services import retract_incident_wave, stand_down_incident
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services import record_status, release_to_contacts
from crisis.rollcall.states import EventKind
from notifications.models import Reply, Wave
from notifications.selectors import words_of_contacts
from notifications.services.replies import note_reply
from registry.services.people import add_emergency_contact

pytestmark = pytest.mark.django_db
MOTHER = "+8613800000001"


@pytest.fixture
def wang(alerted, people):
    add_emergency_contact(person=people["wang"], name="王母", relation="母亲", phone=MOTHER)
    return people["wang"]


@pytest.fixture
def release(alerted, officer):
    return lambda person, by=officer: release_to_contacts(
        incident=alerted, person_ref=person.pk, officer=by
    )


def test_contact_reads_whose_contact_they_are_by_the_first_character(wang, release, gateway, send):
    wave = release(wang)
    send(wave)
    [delivery] = wave.deliveries.all()
    assert delivery.address == MOTHER
    text = wave.texts["sms"]["zh-hans"]
    assert "您是王*的紧急联系人" in text
    assert "小明" not in str(wave.texts)
    assert gateway.calls[-1].text == text


def test_message_to_a_relative_alerts_nobody(wang, release, send):
    before = RollCallEvent.objects.filter(person_ref=wang.pk).count()
    send(release(wang))
    assert RollCallEvent.objects.filter(person_ref=wang.pk).count() == before


@pytest.mark.parametrize(
    "words", ["1", "平安", "联系上了，他没事", "不安全", "3", "全家平安", "退订", "打错了"]
)
def test_no_word_of_a_relative_is_the_persons_own_answer(
    wang, release, send, hear, standing, words
):
    send(release(wang))
    before = standing(wang)
    hear(MOTHER, words)
    after = standing(wang)
    facets = ("condition", "movement", "contact", "possible_help", "wants_out", "answered_at")
    assert [getattr(after, facet) for facet in facets] == [
        getattr(before, facet) for facet in facets
    ]
    assert not Wave.objects.filter(kind="who_else").exists()


def test_relative_who_knows_of_need_opens_help(wang, release, send, hear, standing):
    send(release(wang))
    hear(MOTHER, "2")
    assert standing(wang).condition == "needs_help"


def test_relatives_words_wait_for_an_officer(wang, release, send, hear, alerted, officer):
    send(release(wang))
    hear(MOTHER, "联系上了，他没事")
    [reply] = words_of_contacts([alerted.source])
    assert reply.text == "联系上了，他没事"
    line = RollCallEvent.objects.get(kind=EventKind.CONTACT_WORD)
    assert line.person_ref == wang.pk
    assert note_reply(reply=reply, by=officer.username) is True
    assert note_reply(reply=reply, by=officer.username) is False
    assert not words_of_contacts([alerted.source]).exists()
    assert Reply.objects.filter(pk=reply.pk).exists()


def test_contacts_are_asked_once(wang, release):
    release(wang)
    with pytest.raises(DomainError) as refusal:
        release(wang)
    assert refusal.value.code == "already_sent"


def test_who_has_answered_is_not_asked_after(wang, release, hear):
    hear("+6785550101", "1")
    with pytest.raises(DomainError) as refusal:
        release(wang)
    assert refusal.value.code == "not_silent"


def test_death_silences_messages_to_contacts(wang, release):
    Standing.objects.filter(person_ref=wang.pk).update(condition="deceased")
    with pytest.raises(DomainError) as refusal:
        release(wang)
    assert refusal.value.code == "not_silent"


def test_missing_person_may_be_asked_after(wang, release, alerted, officer):
    record_status(
        incident=alerted, person_ref=wang.pk, kind=EventKind.MISSING, officer=officer, note="失踪"
    )
    assert release(wang).kind == "contact"


def test_nobody_to_ask(people, release):
    with pytest.raises(DomainError) as refusal:
        release(people["li"])
    assert refusal.value.code == "no_contacts"


def test_incident_that_is_over_asks_nobody(wang, release, alerted, officer):
    stand_down_incident(incident=alerted, officer=officer)
    with pytest.raises(DomainError) as refusal:
        release(wang)
    assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize("who", ["outsider", "liaison", "planner", "auditor"])
def test_who_may_not_release(wang, release, request, who):
    with pytest.raises(DomainError) as refusal:
        release(wang, by=request.getfixturevalue(who))
    assert refusal.value.status in (403, 404)
    assert not Wave.objects.filter(kind="contact").exists()


def test_relative_hears_of_a_retraction_too(wang, release, send, alerted, officer):
    send(release(wang))
    retraction = retract_incident_wave(
        incident=alerted, wave=Wave.objects.get(kind="initial"), officer=officer
    )
    assert MOTHER in {delivery.address for delivery in retraction.deliveries.all()}
