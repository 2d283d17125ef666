"""Signing in by WeChat: one scan, a code to who scanned, and nothing told to others."""

import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from config.kernel import clock
from config.kernel.encryption import seal
from config.kernel.errors import DomainError
from crisis.citizens.models import WeChatSignIn
from crisis.citizens.services import wechat_door
from crisis.citizens.services.wechat_door import ask_for_code, door_numbered, open_door, prove
from notifications import tokens
from notifications.gateways import gateway_for
from notifications.models import Delivery, Wave
from notifications.services.inbox import store_inbound, work_inbox
from notifications.services.messages import Row, message_for
from notifications.services.sending import send_batch
from registry.models import ContactPoint
from registry.services.people import add_contact_point, leave_registry
from tests.support.citizens import bind_wechat, code_at, push_scan
from tests.support.emulator import emulator_process, hooks_server
from tests.support.waves import due_now

pytestmark = pytest.mark.django_db
OPENID, OTHER = "oWang0123456789abcdefghijklm", "oOther123456789abcdefghijklm"
BROWSER = b"b" * 16


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """`later(minutes=…)`: real time goes on; it stands at the beginning of an hour."""
    hour = clock.real_now().replace(minute=0, second=0, microsecond=0)
    passed = [timedelta()]
    monkeypatch.setattr(clock, "real_now", lambda: hour + passed[0])

    def go_on(**by):
        passed[0] += timedelta(**by)

    return go_on


def opened():
    return open_door(client=BROWSER)[0]


def ask(door):
    door.refresh_from_db()
    ask_for_code(door=door, client=BROWSER, language="zh-hans")


def enters(door, code):
    door.refresh_from_db()
    return prove(door=door, code=code, client=BROWSER)


@pytest.mark.parametrize("event", ["SCAN", "subscribe"])
def test_account_that_scanned_gets_the_code_that_proves_it(citizen, wechat_scenes, event):
    bind_wechat(citizen, OPENID)
    door = opened()
    push_scan(wechat_scenes[0], OPENID, event=event)
    ask(door)
    code = code_at(OPENID, channel="wechat")
    assert enters(door, code)
    assert [h.person for h in wechat_door.holders_behind(door)] == [citizen]
    assert not enters(door, code)  # once


def test_scan_alone_sends_nothing_and_proves_nothing(citizen, wechat_scenes):
    bind_wechat(citizen, OPENID)
    door = opened()
    push_scan(wechat_scenes[0], OPENID)
    door.refresh_from_db()
    assert (door.proved_at, Wave.objects.count()) == (None, 0)


def test_scene_is_128_random_bits_and_stands_only_as_a_hash(wechat_scenes):
    opened()
    opened()
    assert len(set(wechat_scenes)) == 2
    assert {len(scene) for scene in wechat_scenes} == {22}
    row = WeChatSignIn.objects.latest("pk")
    assert bytes(row.scene_hash) == hashlib.sha256(wechat_scenes[1].encode()).digest()[:16]


def test_second_account_that_scans_changes_nothing(citizen, wechat_scenes):
    bind_wechat(citizen, OTHER)
    door = opened()
    push_scan(wechat_scenes[0], OPENID)
    push_scan(wechat_scenes[0], OTHER, number=2)
    ask(door)
    assert not Wave.objects.exists()


@pytest.mark.parametrize("minutes", [4, 6])
def test_scene_is_good_for_five_minutes(citizen, wechat_scenes, later, minutes):
    bind_wechat(citizen, OPENID)
    door = opened()
    later(minutes=minutes)
    push_scan(wechat_scenes[0], OPENID)
    assert (door_numbered(door.pk) is not None) is (minutes == 4)


def test_code_is_refused_when_the_scenes_time_is_over(citizen, wechat_scenes, later):
    bind_wechat(citizen, OPENID)
    door = opened()
    push_scan(wechat_scenes[0], OPENID)
    ask(door)
    later(minutes=6)  # the code itself would be good for ten
    assert not enters(door, code_at(OPENID, channel="wechat"))
    assert door_numbered(door.pk) is None
    assert wechat_door.forget_old() == 1


def retired(person):
    bind_wechat(person, OPENID)
    ContactPoint.objects.update(retired_at=clock.now())


def left(person):
    bind_wechat(person, OPENID)
    leave_registry(person=person)


def unproved(person):
    add_contact_point(person=person, channel="wechat", address=OPENID)


@pytest.mark.parametrize("before", [retired, left, unproved, lambda person: None])
def test_account_that_is_nobodys_gets_nothing_and_no_code_is_right(citizen, wechat_scenes, before):
    before(citizen)
    door = opened()
    push_scan(wechat_scenes[0], OPENID)
    ask(door)
    assert not Wave.objects.exists()
    assert not enters(door, "000000")


def test_code_sent_to_a_phone_opens_no_wechat_door(citizen, wechat_scenes):
    """One purpose, two channels: each has a code of its own."""
    bind_wechat(citizen, OPENID)
    wechat_door.send_code(channel="sms", address="+6785550101", purpose="sign_in")
    door = opened()
    push_scan(wechat_scenes[0], OPENID)
    ask(door)
    assert not enters(door, code_at("+6785550101"))


def test_unfollowing_shuts_the_door(citizen, wechat_scenes):
    bind_wechat(citizen, OPENID)
    door = opened()
    push_scan(wechat_scenes[0], OPENID)
    ask(door)
    push_scan("", OPENID, event="unsubscribe", number=2)
    assert not enters(door, code_at(OPENID, channel="wechat"))


def test_second_wish_within_a_minute_sends_nothing_and_says_nothing(citizen, wechat_scenes, later):
    bind_wechat(citizen, OPENID)
    door = opened()
    push_scan(wechat_scenes[0], OPENID)
    ask(door)
    ask(door)
    assert Wave.objects.count() == 1
    later(minutes=1)
    ask(door)
    assert Wave.objects.count() == 2


def test_message_with_a_code_brings_no_link_and_no_mark(citizen, wechat_scenes):
    bind_wechat(citizen, OPENID)
    door = opened()
    push_scan(wechat_scenes[0], OPENID)
    ask(door)
    delivery = Delivery.objects.get()
    assert delivery.token_hash is None
    row = Row(delivery.pk, seal(OPENID, "address"), "zh-hans", delivery.key, 0, 1)
    message = message_for(delivery.wave, "wechat", row)
    assert message.link == ""
    assert message.text["thing2"] == f"验证码{tokens.one_time_code(delivery.key)}"
    assert "{" not in "".join(message.text.values())
    assert tokens.one_time_code(delivery.key) not in str(delivery.wave.texts)


@pytest.mark.parametrize("known", [True, False])
def test_tries_end_alike_for_a_known_and_an_unknown_account(citizen, wechat_scenes, known):
    if known:
        bind_wechat(citizen, OPENID)
    door = opened()
    push_scan(wechat_scenes[0], OPENID)
    for _ in range(20):
        assert not enters(door, "000000")
    with pytest.raises(DomainError) as refusal:
        enters(door, "000000")
    assert refusal.value.code == "too_many_tries"


def test_qr_codes_and_wishes_are_limited_by_client(wechat_scenes):
    for _ in range(wechat_door.PER_CLIENT_AN_HOUR):
        door = opened()
        ask(door)
    for refused in (opened, lambda: ask(door)):
        with pytest.raises(DomainError) as refusal:
            refused()
        assert (refusal.value.code, refusal.value.status) == ("too_many_codes", 429)


def test_wechat_that_is_away_is_said_and_leaves_no_row(settings):
    settings.WECHAT_URL = "http://127.0.0.1:9"
    with pytest.raises(DomainError) as refusal:
        opened()
    assert (refusal.value.code, refusal.value.status) == ("wechat_away", 503)
    assert not WeChatSignIn.objects.exists()


def test_code_comes_through_the_emulator(citizen, tmp_path, settings):
    """The whole way: QR code, the phone's scan, the signed push, the template message, the code."""
    bind_wechat(citizen, OPENID)
    with hooks_server() as hooks, emulator_process(tmp_path, app_url=hooks.url) as emulator:
        settings.WECHAT_URL, settings.PUBLIC_URL = emulator.url, hooks.url
        emulator.post(f"/phones/{OPENID}/follow", follows="1")
        door, text = open_door(client=BROWSER)
        emulator.post(urlsplit(text).path, openid=OPENID)
        told = hooks.wait("/webhooks/wechat", 2)[-1]
        gateway = gateway_for("wechat")
        assert gateway.verify(told)
        body = gateway.body_to_keep(told)
        store_inbound(gateway="wechat", event_id=gateway.event_id(body), body=body)
        work_inbox()
        ask(door)
        for batch in due_now(Wave.objects.get(kind="code")):
            send_batch(batch)
        [line] = emulator.lines("accepted")
        code = tokens.one_time_code(Delivery.objects.get().key)
        assert (line["to"], line["channel"]) == (OPENID, "wechat")
        assert f"验证码{code}" in line["text"]
        assert enters(door, code)
