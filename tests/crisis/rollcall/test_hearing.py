"""What messages and answers mean for the roll call."""

import pytest
from django.db.models import F

from config.kernel import clock
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.selectors import counts, standings
from crisis.rollcall.states import EventKind
from notifications import tokens
from notifications.gateways.base import ReplySeen
from notifications.models import Batch, Delivery, Inbound, Wave
from notifications.services import replies, telling
from notifications.services.links import LinkAnswer, delivery_of_token, record_link_reply
from notifications.services.pushed import Push
from notifications.states import DeliveryState, Meaning
from registry.models import ContactPoint, Whereabouts
from tests.support.pushes import receipt_form, store
from tests.support.waves import REFUSED

pytestmark = pytest.mark.django_db
WANG = "+6785550101"


def assert_sums(incident):
    found = counts(incident)
    for facet in (found.condition, found.movement, found.contact):
        assert sum(facet.values()) == found.in_audience == incident.audience_count
    return found


def say(address, meaning_text, **where):
    """A WeChat message, as the gateway has read it."""
    inbound = Inbound.objects.create(
        gateway="wechat", event_id=str(Inbound.objects.count()), body="x", received_at=clock.now()
    )
    push = Push(inbound.pk, inbound.gateway, inbound.body, inbound.received_at)
    replies.store_replies(
        [(push, ReplySeen(address=address, text=meaning_text, event_id="e", **where))]
    )


CHEN = "oChen0123456789abcdefghijklm"
LI = "oLiNa0123456789abcdefghijklm"


# -- Messages ------------------------------------------------------------------------------


def test_counts_are_right_before_anything_is_written(post, officer, people):
    from crisis.incidents.services import declare_incident
    from tests.support.scene import draft

    incident = declare_incident(
        draft=draft(post), officer=officer, declaration_key="k", confirmed_count=6
    )
    found = assert_sums(incident)
    assert not Standing.objects.exists()
    assert (found.condition["unknown"], found.contact["not_contacted"], found.silent) == (6, 6, 6)


def test_accepted_message_makes_everybody_behind_it_alerted(alerted, people, standing):
    found = assert_sums(alerted)
    assert found.contact["alerted"] == 5
    assert found.unaddressed == 1
    assert standing(people["chen_wife"]).contact == "alerted"
    assert standing(people["silent"]).contact == "not_contacted"


def test_refused_message_alerts_nobody(incident, gateway, send, people, standing):
    gateway.decide = lambda message, times: REFUSED
    send(*Wave.objects.all())
    found = assert_sums(incident)
    assert found.contact["not_contacted"] == 6
    assert RollCallEvent.objects.filter(kind=EventKind.UNREACHED).exists()


def test_who_got_none_of_the_messages_is_not_alerted(alerted, people, standing):
    """A provider took both messages: one arrives, then neither."""
    sms, wechat = Delivery.objects.filter(persons__person_ref=people["wang"].pk).order_by("channel")
    for lost, contact in ((sms, "alerted"), (wechat, "not_contacted")):
        Delivery.objects.filter(pk=lost.pk).update(state=DeliveryState.UNDELIVERED)
        Batch.objects.update(untold=True)
        telling.tell_outcomes()
        assert standing(people["wang"]).contact == contact
    assert_sums(alerted)


def test_each_cause_is_written_once(alerted, people):
    before = RollCallEvent.objects.count()
    Delivery.objects.update(told_state="")
    Batch.objects.update(untold=True)
    telling.tell_outcomes()
    assert RollCallEvent.objects.count() == before
    for delivery in Delivery.objects.filter(channel="sms"):
        store(receipt_form(delivery.provider_ref), event_id="a")
        store(receipt_form(delivery.provider_ref), event_id="b")
    from notifications.services import inbox

    inbox.work_inbox()
    telling.tell_outcomes()
    assert RollCallEvent.objects.count() == before
    assert not Delivery.objects.exclude(told_state=F("state")).exists()


# -- Answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "condition", "movement", "wants_out", "possible_help"),
    [
        ("1", "safe", "in_area", False, False),
        ("2", "needs_help", "in_area", False, False),
        ("3", "safe", "left_area", False, False),
        ("4", "safe", "in_area", True, False),
        ("不安全", "unknown", "in_area", False, True),
        ("你们是谁", "unknown", "in_area", False, True),
    ],
)
def test_answer_moves_the_standing(
    alerted, people, hear, standing, text, condition, movement, wants_out, possible_help
):
    hear(WANG, text)
    found = standing(people["wang"])
    assert (found.condition, found.movement) == (condition, movement)
    assert (found.wants_out, found.possible_help) == (wants_out, possible_help)
    assert found.contact == "answered"
    assert found.answered_at == clock.now()
    assert_sums(alerted)


def test_safe_then_help_gets_through_and_no_receipt_lowers_it(
    alerted, people, hear, standing, held_clock
):
    hear(WANG, "1")
    held_clock(60)
    hear(WANG, "2")
    held_clock(60)
    Delivery.objects.update(told_state="", state="delivered")
    Batch.objects.update(untold=True)
    telling.tell_outcomes()
    assert standing(people["wang"]).condition == "needs_help"


def test_help_opens_help_for_all_behind_the_address(alerted, people, standing):
    say(CHEN, "2")
    assert {standing(people[name]).condition for name in ("chen", "chen_wife")} == {"needs_help"}
    assert assert_sums(alerted).condition["needs_help"] == 2


@pytest.mark.parametrize("text", ["1", "3", "4"])
def test_answer_covers_the_sender_and_asks_once_who_else(alerted, people, standing, text):
    say(CHEN, text)
    assert standing(people["chen"]).condition == "safe"
    other = standing(people["chen_wife"])
    assert (other.condition, other.contact, other.wants_out) == ("unknown", "alerted", False)
    say(CHEN, text)
    asked = Wave.objects.get(template="who_else")
    assert [delivery.address for delivery in asked.deliveries.all()] == [CHEN]


def test_one_question_wave_for_all_who_are_asked(alerted, people, hear):
    say(CHEN, "1")
    say(LI, "1")  # alone behind her address: nothing to ask
    assert Wave.objects.get(template="who_else").deliveries.count() == 1


def test_all_safe_covers_all_and_asks_nobody(alerted, people, standing):
    say(CHEN, "全家平安")
    assert {standing(people[name]).condition for name in ("chen", "chen_wife")} == {"safe"}
    assert not Wave.objects.filter(template="who_else").exists()


def test_all_safe_after_the_question_closes_it(alerted, people, standing, send):
    say(CHEN, "1")
    send(Wave.objects.get(template="who_else"))
    say(CHEN, "全家平安")
    assert standing(people["chen_wife"]).condition == "safe"


def test_stop_is_no_answer_about_the_person(alerted, people, hear, standing):
    hear(WANG, "退订")
    found = standing(people["wang"])
    assert (found.condition, found.contact) == ("unknown", "alerted")


def test_wrong_number_retires_the_address(alerted, people, hear, standing):
    hear(WANG, "打错了")
    assert ContactPoint.objects.get(person=people["wang"], channel="sms").retired_at == clock.now()
    assert ContactPoint.objects.get(person=people["wang"], channel="wechat").retired_at is None
    assert standing(people["wang"]).contact == "alerted"


def test_check_in_page_answers_like_a_message(alerted, people, standing, delivery_to):
    token = tokens.token_for(delivery_to(people["li"], "wechat").key)
    record_link_reply(
        delivery=delivery_of_token(token),
        answer=LinkAnswer(meaning=Meaning.NEEDS_HELP, latitude=-17.75, longitude=168.30),
    )
    assert standing(people["li"]).condition == "needs_help"
    shared = Whereabouts.objects.get(person=people["li"], kind="shared")
    assert (shared.latitude, shared.longitude) == (-17.75, 168.30)
    assert shared.recorded_at == clock.now()


def test_shared_position_becomes_the_senders_whereabouts(alerted, people):
    say(CHEN, "", latitude=-17.70, longitude=168.25, accuracy_m=40.0)
    shared = Whereabouts.objects.get(kind="shared")
    assert shared.person_id == people["chen"].pk
    assert (shared.country, shared.accuracy_m) == ("VU", 40.0)


@pytest.mark.parametrize("accuracy", [None, 1e9, 0.0])
def test_vague_position_is_kept_within_what_the_registry_takes(alerted, people, accuracy):
    say(LI, "1", latitude=-17.70, longitude=168.25, accuracy_m=accuracy)
    assert Whereabouts.objects.filter(kind="shared", latitude__isnull=False).count() == 1


def test_answer_of_somebody_outside_the_audience_is_kept_in_the_log(alerted, people, hear):
    Standing.objects.filter(person_ref=people["wang"].pk).delete()
    hear(WANG, "2")
    assert RollCallEvent.objects.filter(person_ref=people["wang"].pk, kind="needs_help").exists()


def test_answer_after_standing_down_is_still_kept(alerted, people, officer, hear, standing):
    from crisis.incidents.services import stand_down_incident

    stand_down_incident(incident=alerted, officer=officer)
    hear(WANG, "2")
    assert standing(people["wang"]).condition == "needs_help"


def test_standings_are_filtered_by_facet(alerted, people, hear):
    hear(WANG, "2")
    assert standings(alerted, condition="needs_help").get().person_ref == people["wang"].pk
    assert standings(alerted, addressed=False).get().person_ref == people["silent"].pk
    assert standings(alerted).count() == 6


def test_question_that_was_taken_back_is_not_asked_again(alerted, people, officer):
    from crisis.incidents.services import retract_incident_wave

    say(CHEN, "1")
    asked = Wave.objects.get(template="who_else")
    first = Wave.objects.get(kind="initial")
    retract_incident_wave(incident=alerted, wave=first, officer=officer)
    Delivery.objects.filter(wave=asked).delete()
    say(CHEN, "1")
    assert not Delivery.objects.filter(wave__template="who_else").exists()
