"""The emulator's WeChat side against wechatpy: client, crypto and parser."""

import os
from typing import Any

import pytest
import requests
from wechatpy import WeChatClient, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException
from wechatpy.utils import check_signature

from tests.support.emulator import Emulator, Hooks

APPID, SECRET = os.environ["GUIHANG_WECHAT_APPID"], os.environ["GUIHANG_WECHAT_SECRET"]
CALLBACK_TOKEN = os.environ["GUIHANG_WECHAT_CALLBACK_TOKEN"]
AES_KEY = os.environ["GUIHANG_WECHAT_AES_KEY"]
TEMPLATE = os.environ["GUIHANG_WECHAT_TEMPLATE"]
OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ_"
DATA = {"thing1": {"value": "速往高处"}, "character_string5": {"value": "K7M4Q2"}}


def stable_token(emulator: Emulator, **changes: Any) -> dict[str, Any]:
    body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET} | changes
    return requests.post(f"{emulator.url}/cgi-bin/stable_token", json=body, timeout=10).json()


@pytest.fixture
def client(emulator: Emulator) -> WeChatClient:
    made = WeChatClient(
        APPID, SECRET, access_token=stable_token(emulator)["access_token"], auto_retry=False
    )
    made.API_BASE_URL = f"{emulator.url}/cgi-bin/"
    return made


def test_stable_token_stays_the_same_until_it_is_forced(emulator: Emulator):
    first = stable_token(emulator)
    assert 7100 < first["expires_in"] <= 7200
    assert stable_token(emulator)["access_token"] == first["access_token"]
    forced = stable_token(emulator, force_refresh=True)
    assert forced["access_token"] != first["access_token"]
    assert stable_token(emulator, force_refresh=True)["errcode"] == 45009


def test_both_tokens_are_good_in_the_last_minutes(emulator: Emulator, client: WeChatClient):
    emulator.turn(token_seconds=200, forget_tokens=True)
    old, new = (stable_token(emulator)["access_token"] for _ in range(2))
    assert old != new
    for token in (old, new):
        client.session.set(client.access_token_key, token, 100)
        assert client.message.send_template(OPENID, TEMPLATE, DATA)["errcode"] == 0


@pytest.mark.parametrize(("changes", "code"), [({"secret": "x"}, 40125), ({"appid": "x"}, 40013)])
def test_strangers_get_no_token(emulator: Emulator, changes: dict[str, str], code: int):
    assert stable_token(emulator, **changes)["errcode"] == code


def test_template_message_is_accepted(emulator: Emulator, client: WeChatClient):
    answer = client.message.send_template(OPENID, TEMPLATE, DATA, url="http://127.0.0.1/c/t/")
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    (line,) = emulator.lines("accepted")
    assert (line["ref"], line["to"], line["code"]) == (str(answer["msgid"]), OPENID, "K7M4Q2")


@pytest.mark.parametrize(
    ("openid", "template", "data", "code"),
    [
        ("no openid", TEMPLATE, DATA, 40003),
        (OPENID, "another", DATA, 40037),
        (OPENID, TEMPLATE, {}, 47003),
        (OPENID, TEMPLATE, {"thing1": {"value": "长" * 21}}, 47003),
        (OPENID, TEMPLATE, {"phone_number1": {"value": "1" * 18}}, 47003),
    ],
)
def test_refusal_is_what_the_client_raises(
    client: WeChatClient, openid: str, template: str, data: dict[str, Any], code: int
):
    with pytest.raises(WeChatClientException) as refusal:
        client.message.send_template(openid, template, data)
    assert refusal.value.errcode == code


def test_token_that_is_not_ours_is_refused(client: WeChatClient):
    client.session.set(client.access_token_key, "another", 100)
    with pytest.raises(WeChatClientException) as refusal:
        client.message.send_template(OPENID, TEMPLATE, DATA)
    assert refusal.value.errcode == 40001


def test_customer_service_text_is_accepted(emulator: Emulator, client: WeChatClient):
    assert client.message.send_text(OPENID, "请回复1平安")["errcode"] == 0
    assert emulator.lines("accepted")[0]["text"] == "请回复1平安"


def test_sealed_pushes_open_with_the_vendors_crypto(
    emulator: Emulator, client: WeChatClient, hooks: Hooks
):
    answer = client.message.send_template(OPENID, TEMPLATE, DATA)
    emulator.post(f"/phones/{OPENID}/answer", text="平安 <&>]]> 1")
    emulator.post(f"/phones/{OPENID}/position", latitude="-17.74", longitude="168.31")
    emulator.post(f"/phones/{OPENID}/follow", follows="0")
    crypto = WeChatCrypto(CALLBACK_TOKEN, AES_KEY, APPID)
    opened = [
        parse_message(
            crypto.decrypt_message(
                push.body, push.query["msg_signature"], push.query["timestamp"], push.query["nonce"]
            )
        )
        for push in hooks.wait("/webhooks/wechat", 4)
    ]
    by_kind = {getattr(one, "event", one.type): one for one in opened}
    assert by_kind["templatesendjobfinish"].status == "success"
    assert str(by_kind["templatesendjobfinish"].id) == str(answer["msgid"])
    assert by_kind["text"].content == "平安 <&>]]> 1"
    assert (by_kind["text"].source, by_kind["unsubscribe"].source) == (OPENID, OPENID)
    assert by_kind["location"].location_x.startswith("-17.74")


def test_plain_pushes_carry_the_plain_signature(emulator: Emulator, hooks: Hooks):
    emulator.turn(sealed=False)
    emulator.post(f"/phones/{OPENID}/answer", text="1")
    (push,) = hooks.wait("/webhooks/wechat")
    signature, timestamp = push.query["signature"], push.query["timestamp"]
    check_signature(CALLBACK_TOKEN, signature, timestamp, push.query["nonce"])
    assert parse_message(push.body).content == "1"
