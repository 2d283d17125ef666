"""Binding WeChat: one QR code, one account, ten minutes; told through the real webhook's rows."""

import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.citizens.models import WeChatBinding
from crisis.citizens.services import binding
from crisis.citizens.services.binding import begin_binding, state_of
from notifications.emulator.world import xml_of
from notifications.gateways import gateway_for
from notifications.models import Inbound, ProviderToken
from notifications.services.inbox import store_inbound, work_inbox
from registry.models import ConsentPurpose, ContactPoint
from registry.services.consents import give_consent, withdraw_consent
from registry.services.people import add_contact_point, leave_registry
from tests.support.emulator import emulator_process, hooks_server

pytestmark = pytest.mark.django_db
OPENID, OTHER = "oWang0123456789abcdefghijklm", "oOther123456789abcdefghijklm"


@pytest.fixture
def scenes(monkeypatch):
    """What WeChat was asked to put into QR codes."""
    asked = []

    def make(scene, *, seconds):
        asked.append(scene)
        return f"http://weixin.qq.com/q/{len(asked)}"

    monkeypatch.setattr(binding, "make_qr", make)
    return asked


@pytest.fixture
def agreed(citizen):
    give_consent(person=citizen, purpose=ConsentPurpose.WECHAT, given_by=citizen)
    return citizen


def push(event, openid, key="", *, number=1):
    xml = xml_of(
        ToUserName="gh_1", FromUserName=openid, CreateTime=str(1734400000 + number),
        MsgType="event", Event=event, EventKey=key,
    )  # fmt: skip
    store_inbound(gateway="wechat", event_id=f"event.{number}.{openid}", body=xml)
    work_inbox()


def bound(person):
    points = ContactPoint.objects.filter(person=person, channel="wechat", retired_at=None)
    return [point.address for point in points if point.verified_at]


@pytest.mark.parametrize(("event", "mark"), [("subscribe", "qrscene_"), ("SCAN", "")])
def test_account_that_scans_is_bound(agreed, scenes, event, mark):
    row, text = begin_binding(person=agreed)
    assert text == "http://weixin.qq.com/q/1"
    assert state_of(row) == "waiting"
    push(event, OPENID, mark + scenes[0])
    row.refresh_from_db()
    assert (bound(agreed), state_of(row)) == ([OPENID], "bound")
    assert AuditEntry.objects.filter(act="contact.verified", detail__channel="wechat").exists()


def test_scene_is_128_random_bits_and_stands_only_as_a_hash(agreed, scenes):
    begin_binding(person=agreed)
    begin_binding(person=agreed)
    assert len(set(scenes)) == 2
    assert {len(scene) for scene in scenes} == {22}
    row = WeChatBinding.objects.latest("pk")
    assert bytes(row.scene_hash) == hashlib.sha256(scenes[1].encode()).digest()[:16]


def test_same_account_scanning_again_changes_nothing(agreed, scenes):
    row, _ = begin_binding(person=agreed)
    for number in (1, 2):
        push("SCAN", OPENID, scenes[0], number=number)
    row.refresh_from_db()
    assert (bound(agreed), row.others) == ([OPENID], 0)


def test_second_account_is_not_bound_and_the_person_is_told(agreed, scenes, client_of):
    row, _ = begin_binding(person=agreed)
    push("subscribe", OPENID, f"qrscene_{scenes[0]}")
    push("SCAN", OTHER, scenes[0], number=2)
    row.refresh_from_db()
    assert (bound(agreed), row.others) == ([OPENID], 1)
    assert AuditEntry.objects.filter(act="wechat.second_scan").exists()


def test_expired_code_binds_nobody(agreed, scenes):
    row, _ = begin_binding(person=agreed)
    WeChatBinding.objects.update(expires_at=clock.real_now() - timedelta(minutes=2))
    push("SCAN", OPENID, scenes[0])
    row.refresh_from_db()
    assert (bound(agreed), state_of(row)) == ([], "expired")


def test_newer_code_ends_the_older(agreed, scenes):
    first, _ = begin_binding(person=agreed)
    begin_binding(person=agreed)
    first.refresh_from_db()
    assert state_of(first) == "expired"


@pytest.mark.parametrize("key", ["", "qrscene_", "qrscene_poster-7", "x" * 64, "qrscene_\u202e"])
def test_unknown_scene_means_nobody(agreed, scenes, key):
    begin_binding(person=agreed)
    push("subscribe", OPENID, key)
    assert bound(agreed) == []
    assert Inbound.objects.get().problem == ""


def test_consent_is_asked_for_first_and_must_still_stand(citizen, scenes):
    with pytest.raises(DomainError) as refusal:
        begin_binding(person=citizen)
    assert refusal.value.code == "no_consent"
    give_consent(person=citizen, purpose=ConsentPurpose.WECHAT, given_by=citizen)
    row, _ = begin_binding(person=citizen)
    withdraw_consent(person=citizen, purpose=ConsentPurpose.WECHAT)
    push("SCAN", OPENID, scenes[0])
    row.refresh_from_db()
    assert (bound(citizen), state_of(row)) == ([], "refused")


def test_who_left_meanwhile_is_not_bound(agreed, scenes):
    begin_binding(person=agreed)
    leave_registry(person=agreed)
    push("SCAN", OPENID, scenes[0])
    assert bound(agreed) == []


def test_person_with_too_many_addresses_is_told_and_holds_up_no_push(agreed, scenes):
    for number in range(1, 6):
        add_contact_point(person=agreed, channel="sms", address=f"+678555011{number}")
    row, _ = begin_binding(person=agreed)
    push("SCAN", OPENID, scenes[0])
    row.refresh_from_db()
    assert (bound(agreed), state_of(row)) == ([], "refused")
    assert Inbound.objects.get().problem == ""


def test_unfollowing_retires_the_account_and_a_new_code_brings_it_back(agreed, scenes):
    begin_binding(person=agreed)
    push("SCAN", OPENID, scenes[0])
    push("unsubscribe", OPENID, number=2)
    assert bound(agreed) == []
    assert AuditEntry.objects.filter(act="contact.retired").exists()
    push("subscribe", OPENID, number=3)  # following alone binds nothing
    assert bound(agreed) == []
    begin_binding(person=agreed)
    push("subscribe", OPENID, f"qrscene_{scenes[1]}", number=4)
    assert bound(agreed) == [OPENID]


def test_codes_are_limited_and_forgotten(agreed, scenes):
    for _ in range(binding.CODES_AN_HOUR):
        begin_binding(person=agreed)
    with pytest.raises(DomainError) as refusal:
        begin_binding(person=agreed)
    assert refusal.value.code == "too_many_codes"
    WeChatBinding.objects.update(expires_at=clock.real_now() - timedelta(hours=2))
    assert binding.forget_old() == binding.CODES_AN_HOUR


def test_wechat_that_is_away_is_said(agreed, settings):
    settings.WECHAT_URL = "http://127.0.0.1:9"
    with pytest.raises(DomainError) as refusal:
        begin_binding(person=agreed)
    assert (refusal.value.code, refusal.value.status) == ("wechat_away", 503)


@pytest.mark.parametrize("follows", [False, True])
def test_phone_scans_at_the_emulator(agreed, tmp_path, settings, follows):
    """The whole way: token, QR code, the phone's scan, the signed push, the binding."""
    with hooks_server() as hooks, emulator_process(tmp_path, app_url=hooks.url) as emulator:
        settings.WECHAT_URL, settings.PUBLIC_URL = emulator.url, hooks.url
        if follows:
            emulator.post(f"/phones/{OPENID}/follow", follows="1")
        row, text = begin_binding(person=agreed)
        assert text.startswith(f"{emulator.url}/qr/")
        path = urlsplit(text).path
        picture = f"{emulator.url}/cgi-bin/showqrcode?ticket={path.removeprefix('/qr/')}"
        assert requests.get(picture, timeout=10).content.startswith(b"\x89PNG")
        assert "openid" in emulator.get(path).text
        assert emulator.post(path, openid=OPENID).status_code == 303
        told = hooks.wait("/webhooks/wechat", 1 + follows)[-1]
        gateway = gateway_for("wechat")
        assert gateway.verify(told)
        body = gateway.body_to_keep(told)
        store_inbound(gateway="wechat", event_id=gateway.event_id(body), body=body)
        work_inbox()
        row.refresh_from_db()
        assert (bound(agreed), state_of(row)) == ([OPENID], "bound")
        [line] = emulator.lines("scan")
        assert line["event"] == ("SCAN" if follows else "subscribe")


def test_token_that_was_rejected_is_renewed_once(agreed, tmp_path, settings):
    with emulator_process(tmp_path) as emulator:
        settings.WECHAT_URL = emulator.url
        begin_binding(person=agreed)
        emulator.turn(forget_tokens=True)
        ProviderToken.objects.update(renewed_at=clock.real_now() - timedelta(hours=1))
        _, text = begin_binding(person=agreed)
        assert text.startswith(emulator.url)
