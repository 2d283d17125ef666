"""Webhooks: verified, kept raw, answered at once. The rest happens later."""

import pytest
from django.db import InterfaceError, OperationalError

from notifications.models import Inbound
from tests.support.pushes import INBOUND, STATUS, push, receipt_form, reply_form

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def test_signed_push_is_kept_and_answered(client):
    answer = push(client, INBOUND, reply_form("+6785550001", "1"))
    assert answer.status_code == 200
    assert b"<Response" in answer.content
    row = Inbound.objects.get()
    assert row.gateway == "twilio"
    assert row.worked_at is None


@pytest.mark.parametrize("path", [INBOUND, STATUS])
def test_forged_signature_is_refused_and_nothing_kept(client, path):
    assert push(client, path, reply_form("+6785550001", "1"), token="guess").status_code == 403
    unsigned = client.post(path, "Body=1&MessageSid=SM1", content_type=FORM)
    assert unsigned.status_code == 403
    assert not Inbound.objects.exists()


def test_signature_of_another_body_or_address_is_refused(client, settings):
    from notifications.gateways.twilio import signature

    form = reply_form("+6785550001", "1")
    url = f"{settings.PUBLIC_URL}{INBOUND}"
    signed = signature(settings.TWILIO_TOKEN.encode(), url, list(form.items()))
    headers = {"X-Twilio-Signature": signed}
    for path, body in [(INBOUND, "Body=2&MessageSid=SM1"), (STATUS, "Body=1&MessageSid=SM1")]:
        answer = client.post(path, body, content_type=FORM, headers=headers)
        assert answer.status_code == 403


def test_wechat_without_signature_is_refused(client):
    xml = "<xml><MsgType>text</MsgType><FromUserName>o</FromUserName></xml>"
    assert client.post("/webhooks/wechat", xml, content_type="text/xml").status_code == 403
    assert client.get("/webhooks/wechat?echostr=x").status_code == 403
    assert not Inbound.objects.exists()


def test_repeated_push_is_kept_once(client):
    for _ in range(3):
        assert push(client, STATUS, receipt_form("SM1")).status_code == 200
    assert Inbound.objects.count() == 1
    push(client, STATUS, receipt_form("SM1", "sent"))
    assert Inbound.objects.count() == 2


def test_key_in_the_callback_address_is_kept(client):
    push(client, STATUS, receipt_form("SM1"), query="?key=abc123")
    assert Inbound.objects.get().body.endswith("&_key=abc123")


def test_ten_megabytes_are_refused(client):
    answer = client.post(INBOUND, b"x" * 10_000_000, content_type=FORM)
    assert answer.status_code == 413
    assert not Inbound.objects.exists()


def test_negative_length_is_no_server_error(client):
    answer = client.post(INBOUND, b"x", content_type=FORM, CONTENT_LENGTH="-1")
    assert 400 <= answer.status_code < 500


def test_reply_of_ten_thousand_characters_is_kept(client):
    text = "救" * 10_000
    assert push(client, INBOUND, reply_form("+6785550001", text)).status_code == 200
    assert Inbound.objects.get().body.count("%E6%95%91") == 10_000


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError])
def test_database_that_is_away_makes_the_provider_push_again(client, monkeypatch, failure):
    def refuse(**_):
        raise failure("gone")

    monkeypatch.setattr("notifications.views.store_inbound", refuse)
    assert push(client, INBOUND, reply_form("+6785550001", "1")).status_code == 503


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_not_allowed(client, method):
    assert getattr(client, method)(INBOUND).status_code == 405
