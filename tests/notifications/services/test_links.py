"""A press behind a link counts once, at the moment of the press."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from config.kernel import clock
from notifications import tokens
from notifications.models import Delivery, DeliveryPerson, Reply
from notifications.services.links import (
    LinkAnswer,
    delivery_of_token,
    record_link_reply,
    spoken_for_by,
)
from notifications.services.recipients import add_recipients
from notifications.signals import replies_read
from notifications.states import Meaning, Plan, WaveKind
from tests.support.waves import make_wave, recipient

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    told = []

    def listen(replies, **_):
        told.extend(replies)

    replies_read.connect(listen)
    yield told
    replies_read.disconnect(listen)


@pytest.fixture
def token(held_clock):
    wave = make_wave()
    family = recipient("oWang", channel="wechat")._replace(
        persons=((1, True), (2, False), (3, False))
    )
    add_recipients(wave=wave, recipients=[family])
    held_clock(3600)
    return tokens.token_for(Delivery.objects.get().key)


def say(token, meaning=Meaning.SAFE, **more):
    return record_link_reply(
        delivery=delivery_of_token(token), answer=LinkAnswer(meaning=meaning, **more)
    )


def test_press_that_is_sent_again_changes_nothing(token, heard):
    first = say(token, key="a")
    assert say(token, key="a") == first
    assert say(token, Meaning.NEEDS_HELP, key="b") != first
    assert [reply.meaning for reply in heard] == [Meaning.SAFE, Meaning.NEEDS_HELP]


def test_page_that_is_sent_again_changes_nothing_until_something_else_was_said(token, heard):
    say(token, Meaning.NEEDS_HELP, page_key="p")
    say(token, Meaning.NEEDS_HELP, page_key="p")
    say(token, Meaning.SAFE, page_key="p")
    say(token, Meaning.NEEDS_HELP, page_key="p")
    assert [reply.meaning for reply in heard] == [
        Meaning.NEEDS_HELP, Meaning.SAFE, Meaning.NEEDS_HELP,
    ]  # fmt: skip


def test_press_without_any_key_is_an_answer_each_time(token, heard):
    say(token)
    say(token)
    assert len(heard) == 2


def test_key_of_another_link_is_another_press(token, heard):
    say(token, key="a")
    wave = make_wave()
    add_recipients(wave=wave, recipients=[recipient("oLi", channel="wechat")])
    other = Delivery.objects.get(wave=wave)
    say(tokens.token_for(other.key), key="a")
    assert Reply.objects.count() == 2


@pytest.mark.parametrize(
    ("age", "before"),
    [
        (timedelta(minutes=20), timedelta(minutes=20)),
        (timedelta(0), timedelta(0)),
        (timedelta(minutes=-20), timedelta(0)),  # a clock that was put back
        (timedelta(days=400), timedelta(hours=1)),  # not before the alert
    ],
)
def test_kept_answer_counts_from_its_press(token, age, before):
    reply = say(token, age=age)
    assert clock.now() - reply.answered_at == before
    assert reply.received_at == clock.now()


def test_phone_counts_real_time_in_a_drill_that_runs_faster(token, monkeypatch):
    monkeypatch.setattr(clock, "speed", lambda: 60.0)
    assert clock.now() - say(token, age=timedelta(seconds=30)).answered_at == timedelta(minutes=30)


def test_details_keep_references_and_seal_the_words(token, heard):
    links = {link.person_ref: link.pk for link in DeliveryPerson.objects.all()}
    reply = say(
        token,
        Meaning.DETAILS,
        note="在酒店三楼",
        party=2,
        plan=Plan.WANTS_OUT,
        members={links[2]: Meaning.NEEDS_HELP, 999_999: Meaning.SAFE},
        with_help=True,
    )
    reply.refresh_from_db()
    assert reply.details == {
        "party": 2, "plan": "wants_out", "members": [[2, "needs_help"]], "with_help": True,
    }  # fmt: skip
    assert heard[0].note == reply.text == "在酒店三楼"
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM notifications_reply")
        assert "酒店".encode() not in bytes(cursor.fetchone()[0])


def test_owner_speaks_for_the_others_alone(token):
    delivery = Delivery.objects.get()
    assert [link.person_ref for link in spoken_for_by(delivery)] == [2, 3]
    delivery.wave.kind = WaveKind.CONTACT
    assert spoken_for_by(delivery) == []


presses = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from([Meaning.SAFE, Meaning.NEEDS_HELP])),
    max_size=8,
)


@settings(max_examples=25)
@given(sent=presses)
def test_each_key_counts_once_in_whatever_order_copies_come(sent):
    """Of copies of one press only the first to come is kept."""
    first: dict[str, Meaning] = {}
    for key, meaning in sent:
        first.setdefault(key, meaning)
    wave = make_wave()
    add_recipients(wave=wave, recipients=[recipient("oAny", channel="wechat")])
    own = Delivery.objects.get(wave=wave)
    for key, _ in sent:
        say(tokens.token_for(own.key), first[key], key=key)
    kept = Reply.objects.filter(delivery=own).values_list("client_key", "meaning")
    assert sorted(kept) == sorted((key, str(meaning)) for key, meaning in first.items())
    Reply.objects.filter(delivery=own).delete()
