"""Stored raw first, understood later, and one bad push costs the others nothing."""

import pytest
from django.db import connection

from notifications.models import Inbound, Reply
from notifications.services import inbox, replies
from tests.support.pushes import reply_form, store

pytestmark = pytest.mark.django_db


def test_push_is_kept_once_and_sealed(db):
    form = reply_form("+6785550001", "平安")
    assert store(form) is True
    assert store(form) is False
    assert "Body=" in Inbound.objects.get().body
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM notifications_inbound")
        assert b"Body" not in bytes(cursor.fetchone()[0])


def test_unreadable_push_keeps_its_problem(db):
    inbox.store_inbound(gateway="twilio", event_id="e1", body="neither fish nor fowl")
    inbox.store_inbound(gateway="wechat", event_id="e2", body="<xml><broken")
    store(reply_form("+6785550001", "1"))
    assert inbox.work_inbox() == 3
    assert Reply.objects.count() == 1
    problems = dict(Inbound.objects.values_list("event_id", "problem"))
    assert problems.pop("SM1.received") == ""
    assert all(problems.values())
    assert inbox.work_inbox() == 0


def test_push_that_breaks_the_work_is_set_aside_and_the_others_are_heard(monkeypatch):
    for number in range(3):
        store(reply_form(f"+678555000{number}", "1", sid=f"SM{number}"))
    understood = replies.store_replies

    def break_on_one(seen):
        if any(said.address.endswith("1") for _, said in seen):
            raise ValueError("a row nobody foresaw")
        understood(seen)

    monkeypatch.setattr(replies, "store_replies", break_on_one)
    with pytest.raises(ExceptionGroup):
        inbox.work_inbox()
    assert Reply.objects.count() == 2
    bad = Inbound.objects.exclude(problem="").get()
    assert (bad.event_id, bad.problem) == ("SM1.received", "failed: ValueError")
    assert inbox.work_inbox() == 0


def test_limit_leaves_the_rest_for_the_next_turn(db):
    for number in range(5):
        store(reply_form("+6785550001", "1", sid=f"SM{number}"))
    assert [inbox.work_inbox(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert Reply.objects.count() == 5


def test_reply_of_ten_thousand_characters_is_kept_whole(db):
    text = "现在路上很乱，" * 1428 + "请帮帮"
    store(reply_form("+6785550001", text))
    inbox.work_inbox()
    reply = Reply.objects.get()
    assert reply.text == text
    assert reply.meaning == "possible_help"
