"""Replies find the newest delivery of their address; what finds none stays visible."""

from datetime import UTC, datetime, timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from notifications import selectors, tokens
from notifications.gateways.base import ReplySeen
from notifications.models import Delivery, Inbound, Reply
from notifications.services import inbox, replies
from notifications.services.links import LinkAnswer, delivery_of_token, record_link_reply
from notifications.services.pushed import Push
from notifications.services.recipients import add_recipients
from notifications.states import Meaning, ReplyState
from tests.support.pushes import reply_form, store
from tests.support.waves import make_wave, number, recipient

pytestmark = pytest.mark.django_db
PHONE = number(1)


def called(wave):
    Delivery.objects.filter(wave=wave).update(called_at=clock.real_now(), state="accepted")
    return wave


def hear(address, text, sid="SM1"):
    store(reply_form(address, text, sid))
    inbox.work_inbox()
    return Reply.objects.latest("pk")


def test_answer_belongs_to_the_newest_message_that_left(heard):
    called(make_wave(1, source="incident:1"))
    newest = called(make_wave(1, source="incident:2"))
    make_wave(1, source="incident:3")  # written, but never sent
    reply = hear(PHONE, "1")
    assert reply.state == ReplyState.MATCHED
    assert reply.delivery.wave == newest
    assert [(told.source, told.meaning, told.persons) for told in heard] == [
        ("incident:2", Meaning.SAFE, ((1, True),))
    ]


def test_answer_is_matched_by_address_and_channel(heard):
    called(make_wave(1))
    assert hear(number(2), "1").state == ReplyState.UNMATCHED
    assert heard == []


def test_unmatched_answer_is_kept_and_visible(heard):
    reply = hear("+8613800138000", "我在维拉港, 需要帮助")
    assert list(selectors.unmatched_replies()) == [reply]
    assert reply.text == "我在维拉港, 需要帮助"
    assert reply.address == "+8613800138000"


def test_officer_matches_by_hand_once(heard):
    reply = hear("+8613800138000", "1")
    replies.match_reply(reply=reply, source="incident:1", person_ref=7, by="officer")
    assert [(told.source, told.persons) for told in heard] == [("incident:1", ((7, True),))]
    reply.refresh_from_db()
    assert (reply.state, reply.handled_by) == (ReplyState.MATCHED, "officer")
    assert not selectors.unmatched_replies().exists()
    with pytest.raises(DomainError) as refusal:
        replies.match_reply(reply=reply, source="incident:1", person_ref=8, by="other")
    assert refusal.value.code == "reply_settled"
    assert len(heard) == 1
    assert AuditEntry.objects.filter(act="reply.match").count() == 1


def test_answers_to_a_source_are_those_it_got_and_those_matched_to_it_by_hand(heard):
    called(make_wave(1, source="incident:1"))
    matched, stranger = hear(PHONE, "1"), hear("+8613800138000", "1", sid="SM2")
    assert set(selectors.replies_of("incident:1")) == {matched}
    replies.match_reply(reply=stranger, source="incident:1", person_ref=7, by="officer")
    hear("+8613800138001", "1", sid="SM3")
    assert set(selectors.replies_of("incident:1")) == {matched, stranger}
    assert not selectors.replies_of("incident:2").exists()


def test_dismissed_answer_is_kept_with_its_reason(heard):
    reply = hear("+8613800138000", "广告")
    replies.dismiss_reply(reply=reply, by="officer", reason="advertising")
    reply.refresh_from_db()
    assert reply.state == ReplyState.DISMISSED
    assert reply.text == "广告"
    assert heard == []
    assert AuditEntry.objects.get(act="reply.dismiss").detail["reason"] == "advertising"
    with pytest.raises(DomainError):
        replies.match_reply(reply=reply, source="incident:1", person_ref=7, by="officer")


def test_answer_tells_everybody_behind_a_shared_address(heard):
    wave = make_wave()
    shared = recipient(PHONE, persons=((5, True), (6, True), (7, False)))
    add_recipients(wave=wave, recipients=[shared])
    called(wave)
    hear(PHONE, "2")
    assert heard[0].persons == ((5, True), (6, True), (7, False))


def test_repeated_push_is_one_reply(heard):
    called(make_wave(1))
    for _ in range(3):
        hear(PHONE, "1", sid="SMsame")
    assert Reply.objects.count() == 1
    assert len(heard) == 1


def seen(**fields):
    said = ReplySeen(**{"address": PHONE, "text": "", "event_id": "e"} | fields)
    inbound = Inbound.objects.create(
        gateway="twilio", event_id=str(Inbound.objects.count()), body="x", received_at=clock.now()
    )
    push = Push(inbound.pk, inbound.gateway, inbound.body, inbound.received_at)
    replies.store_replies([(push, said)])
    return Reply.objects.latest("pk")


def test_nobody_answers_in_the_future(held_clock):
    ahead = clock.now() + timedelta(hours=3)
    assert seen(text="1", answered_at=ahead).answered_at == clock.now()
    earlier = datetime(2024, 12, 17, 1, 55, tzinfo=UTC)
    assert seen(text="1", answered_at=earlier).answered_at == earlier


@pytest.mark.parametrize("label", ["", "平安区", "平安", "求助站"])
def test_place_name_beside_a_position_is_nobodys_word(label):
    assert seen(text=label, latitude=-17.7, longitude=168.3).meaning == Meaning.UNKNOWN


def linked_wave():
    wave = make_wave()
    add_recipients(wave=wave, recipients=[recipient("oWang", channel="wechat")])
    return called(wave)


def test_answer_on_the_check_in_page_is_a_reply(heard):
    linked_wave()
    token = tokens.token_for(Delivery.objects.get().key)
    reply = record_link_reply(
        delivery=delivery_of_token(token), answer=LinkAnswer(meaning=Meaning.SAFE)
    )
    assert reply.via == Reply.Via.LINK
    assert list(selectors.replies_of(reply.delivery.wave.source)) == [reply]
    assert heard[0].meaning == Meaning.SAFE
    again = record_link_reply(
        delivery=delivery_of_token(token), answer=LinkAnswer(meaning=Meaning.NEEDS_HELP)
    )
    assert again.pk != reply.pk
    assert len(heard) == 2


@pytest.mark.parametrize("token", ["", "x", "A" * 22, "A" * 5000, "\0", "平安"])
def test_wrong_token_is_unknown(token):
    linked_wave()
    with pytest.raises(DomainError) as refusal:
        record_link_reply(
            delivery=delivery_of_token(token), answer=LinkAnswer(meaning=Meaning.SAFE)
        )
    assert (refusal.value.code, refusal.value.status) == ("unknown_link", 404)


def test_sms_carries_no_token():
    make_wave(1)
    assert Delivery.objects.get().token_hash is None
