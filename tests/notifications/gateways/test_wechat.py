import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from wechatpy.crypto import WeChatCrypto

from notifications.gateways.base import (
    EventSeen,
    Outgoing,
    Pause,
    ReceiptSeen,
    ReplySeen,
    UnreadableBodyError,
    WebhookRequest,
)
from notifications.gateways.wechat import WeChatGateway, crypto
from notifications.gateways.wire import Answer
from notifications.states import Outcome, ReceiptStatus
from tests.support.emulator import FIXTURES, Emulator, Hooks
from tests.support.wire import hand_over, hear

OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ_"
FIELDS = {
    "thing1": "维拉港7.3级地震防海啸",
    "thing2": "速往高处，远离海岸和危楼",
    "thing3": "回复1平安2需要帮助3已离开",
    "phone_number4": "+86-10-12308",
    "character_string5": "K7M4Q2",
}
LINK = "http://127.0.0.1:8000/c/token/"
TEXT_XML = (
    f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{OPENID}</FromUserName>"
    "<CreateTime>1734400000</CreateTime><MsgType>text</MsgType><Content>1</Content>"
    "<MsgId>77</MsgId></xml>"
)


def message(key: str = "key-1", **changes: Any) -> Outgoing:
    return Outgoing(**{"key": key, "address": OPENID, "text": FIELDS, "link": LINK} | changes)


@pytest.fixture
def gateway(pointed: Emulator, db: None) -> WeChatGateway:
    ready = WeChatGateway()
    ready.prepare()
    return ready


# -- Hand over ---------------------------------------------------------------------------


def test_message_is_accepted_and_named(pointed: Emulator, gateway: WeChatGateway):
    (result,) = hand_over(gateway, message())
    assert result.outcome == Outcome.ACCEPTED
    (line,) = pointed.lines("accepted")
    assert (line["to"], line["key"], line["ref"]) == (OPENID, "key-1", result.provider_ref)
    assert line["text"].splitlines() == list(FIELDS.values())
    assert line["code"] == "K7M4Q2"


def test_second_call_with_the_same_key_is_recognised(pointed: Emulator, gateway: WeChatGateway):
    pointed.turn(reset=1)
    (first,) = hand_over(gateway, message())
    pointed.turn(reset=0)
    (second,) = hand_over(gateway, message())
    assert (first.outcome, second.outcome) == (Outcome.UNKNOWN, Outcome.ACCEPTED)
    (line,) = pointed.lines("accepted")
    assert second.provider_ref == line["ref"]


def test_second_call_is_a_duplicate_where_the_key_is_ignored(
    pointed: Emulator, gateway: WeChatGateway
):
    pointed.turn(honour_key="none")
    hand_over(gateway, message())
    hand_over(gateway, message())
    assert [line["dup"] for line in pointed.lines("accepted")] == [False, True]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"address": "no openid"}, "40003"),
        ({"text": FIELDS | {"thing1": "长" * 21}}, "47003"),
        ({"text": FIELDS | {"nothing9": "x"}}, "47003"),
        ({"text": FIELDS | {"thing2": ""}}, "47003"),
    ],
)
def test_message_that_never_can_be_sent_is_refused(
    gateway: WeChatGateway, changes: dict[str, Any], code: str
):
    (result,) = hand_over(gateway, message(**changes))
    assert (result.outcome, result.provider_code) == (Outcome.REFUSED, code)


def test_who_ceased_to_follow_is_refused(pointed: Emulator, gateway: WeChatGateway, hooks: Hooks):
    hand_over(gateway, message())
    pointed.post(f"/phones/{OPENID}/follow", follows="0")
    (result,) = hand_over(gateway, message("key-2"))
    assert (result.outcome, result.provider_code) == (Outcome.REFUSED, "43004")


@pytest.mark.parametrize(
    ("knobs", "outcome"),
    [
        ({"outage": True}, Outcome.BUSY),
        ({"garbage": 1}, Outcome.UNKNOWN),
        ({"reset": 1}, Outcome.UNKNOWN),
        ({"refused": 1}, Outcome.REFUSED),
    ],
)
def test_bad_day_of_the_provider(
    pointed: Emulator, gateway: WeChatGateway, knobs: dict[str, Any], outcome: Outcome
):
    pointed.turn(**knobs)
    (result,) = hand_over(gateway, message())
    assert result.outcome == outcome


def test_throttled_calls_are_busy(pointed: Emulator, gateway: WeChatGateway):
    pointed.turn(per_second=1)
    results = hand_over(gateway, *(message(f"k{n}", address=f"{OPENID}{n}") for n in range(20)))
    codes = {r.provider_code for r in results if r.outcome == Outcome.BUSY}
    assert codes == {"45011"}


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (Answer(200, b'{"errcode":45009,"errmsg":"quota"}'), Pause("wechat", 300.0)),
        (Answer(200, b'{"errcode":45011,"errmsg":"too fast"}'), Pause("wechat", 5.0)),
        (Answer(429, b"", "9"), Pause("wechat", 9.0)),
        (Answer(200, b'{"errcode":-1,"errmsg":"busy"}'), None),
    ],
)
def test_busy_answer_pauses_everybody_where_it_is_for_speed(
    gateway: WeChatGateway, answer: Answer, pause: Pause | None
):
    result = hear(gateway, answer)
    assert (result.outcome, result.pause) == (Outcome.BUSY, pause)


# -- Verify ------------------------------------------------------------------------------


def signed(settings: Any, xml: str, *, at: float = 0, sealed: bool = True) -> WebhookRequest:
    """A push made by the vendor's own crypto."""
    timestamp, nonce = str(int(at or time.time())), "nonce1"
    token = settings.WECHAT_CALLBACK_TOKEN
    query = {"timestamp": timestamp, "nonce": nonce}
    query["signature"] = crypto.signature(token, timestamp, nonce)
    if sealed:
        vendor = WeChatCrypto(token, settings.WECHAT_AES_KEY, settings.WECHAT_APPID)
        xml = vendor.encrypt_message(xml, nonce, timestamp)
        envelope = xml.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        query["msg_signature"] = crypto.signature(token, timestamp, nonce, envelope)
    return WebhookRequest("POST", f"{settings.PUBLIC_URL}/webhooks/wechat", {}, query, xml.encode())


def test_push_sealed_by_the_vendors_crypto_is_verified_and_read(settings: Any):
    gateway, push = WeChatGateway(), signed(settings, TEXT_XML)
    assert gateway.verify(push)
    kept = gateway.body_to_keep(push)
    assert "Content" not in kept  # stored as it came, sealed
    assert gateway.event_id(kept) == "msg.77"
    (reply,) = gateway.parse(kept)
    assert isinstance(reply, ReplySeen)
    assert (reply.address, reply.text) == (OPENID, "1")
    assert reply.answered_at == datetime(2024, 12, 17, 1, 46, 40, tzinfo=UTC)


def test_our_envelope_opens_with_the_vendors_crypto(settings: Any):
    parts = {"aes_key": settings.WECHAT_AES_KEY, "appid": settings.WECHAT_APPID}
    sealed = crypto.seal_envelope(TEXT_XML, **parts)
    token = settings.WECHAT_CALLBACK_TOKEN
    vendor = WeChatCrypto(token, settings.WECHAT_AES_KEY, settings.WECHAT_APPID)
    signature = crypto.signature(token, "1", "n", sealed)
    body = f"<xml><ToUserName>gh</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
    assert vendor.decrypt_message(body, signature, "1", "n") == TEXT_XML


def test_plain_push_counts_only_where_no_aes_key_is_set(settings: Any):
    push = signed(settings, TEXT_XML, sealed=False)
    assert not WeChatGateway().verify(push)
    settings.WECHAT_AES_KEY = ""
    assert WeChatGateway().verify(push)


def test_replayed_or_forged_push_is_not_verified(settings: Any):
    good = signed(settings, TEXT_XML)
    old = signed(settings, TEXT_XML, at=time.time() - 3600)
    other = signed(settings, TEXT_XML.replace("<Content>1<", "<Content>2<"))

    def changed(body: bytes = good.body, **query: str) -> WebhookRequest:
        return WebhookRequest("POST", good.url, {}, dict(good.query) | query, body)

    forgeries = [
        old,
        changed(msg_signature="0" * 40),
        changed(msg_signature="é"),
        changed(nonce="another"),
        changed(timestamp="soon"),
        changed(timestamp=""),
        changed(timestamp="９９"),
        changed(body=other.body),
        changed(body=TEXT_XML.encode()),
        changed(body=b"<xml><Encrypt/></xml>"),
        WebhookRequest("POST", good.url, {}, {}, good.body),
    ]
    gateway = WeChatGateway()
    assert gateway.verify(good)
    assert [gateway.verify(forgery) for forgery in forgeries] == [False] * len(forgeries)


def test_ten_megabytes_are_not_even_read(settings: Any):
    push = signed(settings, TEXT_XML)
    big = WebhookRequest("POST", push.url, {}, push.query, b"<xml>" + b"x" * 10_000_000)
    assert not WeChatGateway().verify(big)


def test_address_is_confirmed_with_the_echo(settings: Any):
    timestamp = str(int(time.time()))
    query = {"timestamp": timestamp, "nonce": "n", "echostr": "8231"}
    query["signature"] = crypto.signature(settings.WECHAT_CALLBACK_TOKEN, timestamp, "n")
    asked = WebhookRequest("GET", f"{settings.PUBLIC_URL}/webhooks/wechat", {}, query, b"")
    assert WeChatGateway().verify(asked)
    assert WeChatGateway().answer(asked) == (b"8231", "text/plain")
    forged = WebhookRequest("GET", asked.url, {}, query | {"signature": "0" * 40}, b"")
    assert not WeChatGateway().verify(forged)


# -- Hostile and broken bodies ------------------------------------------------------------

LAUGHS = (
    '<!DOCTYPE xml [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    + "]><xml><MsgType>&a8;</MsgType></xml>"
)
OUTSIDE = (
    '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    "<xml><MsgType>text</MsgType><Content>&f;</Content></xml>"
)


@pytest.mark.parametrize(
    "body",
    [
        LAUGHS,
        OUTSIDE,
        '<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
        "",
        "nonsense",
        "<xml>",
        "<xml/>",
        "<xml><MsgType>text</MsgType></xml>",
        "<a>" * 60_000,
        "<xml><Encrypt>AAAA</Encrypt></xml>",
        "<xml><Encrypt>not base64 !</Encrypt></xml>",
        "\x00\ufffd",
    ],
)
def test_hostile_or_broken_body_is_unreadable(body: str):
    gateway = WeChatGateway()
    assert len(gateway.event_id(body)) <= 80
    with pytest.raises(UnreadableBodyError):
        gateway.parse(body)


def test_envelope_of_another_account_is_unreadable(settings: Any):
    sealed = crypto.seal_envelope(TEXT_XML, aes_key=settings.WECHAT_AES_KEY, appid="wx_other")
    with pytest.raises(UnreadableBodyError, match="another appid"):
        WeChatGateway().parse(f"<xml><Encrypt>{sealed}</Encrypt></xml>")


# -- Parse -------------------------------------------------------------------------------


def xml_of(**fields: str) -> str:
    common = {"ToUserName": "gh", "FromUserName": OPENID, "CreateTime": "1734400000"}
    inner = "".join(f"<{n}><![CDATA[{v}]]></{n}>" for n, v in (common | fields).items())
    return f"<xml>{inner}</xml>"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("success", ReceiptStatus.DELIVERED),
        ("failed:user block", ReceiptStatus.UNDELIVERED),
        ("failed: system failed", ReceiptStatus.UNDELIVERED),
        ("vanished", ReceiptStatus.UNKNOWN),
    ],
)
def test_job_result_becomes_a_receipt(word: str, status: ReceiptStatus):
    xml = xml_of(MsgType="event", Event="TEMPLATESENDJOBFINISH", MsgID="9", Status=word)
    (receipt,) = WeChatGateway().parse(xml)
    assert isinstance(receipt, ReceiptSeen)
    assert (receipt.provider_ref, receipt.status) == ("9", status)


def test_shared_position_becomes_a_reply_with_a_place():
    xml = xml_of(
        MsgType="location", Location_X="-17.7", Location_Y="168.3", Label="码头", MsgId="1"
    )
    (reply,) = WeChatGateway().parse(xml)
    assert isinstance(reply, ReplySeen)
    assert (reply.text, reply.latitude, reply.longitude) == ("码头", -17.7, 168.3)


def test_reported_position_carries_its_accuracy():
    xml = xml_of(
        MsgType="event", Event="LOCATION", Latitude="-17.7", Longitude="168.3", Precision="65"
    )
    (reply,) = WeChatGateway().parse(xml)
    assert isinstance(reply, ReplySeen)
    assert (reply.latitude, reply.longitude, reply.accuracy_m) == (-17.7, 168.3, 65.0)


def test_picture_is_an_answer_too():
    (reply,) = WeChatGateway().parse(xml_of(MsgType="image", PicUrl="http://x", MsgId="1"))
    assert isinstance(reply, ReplySeen)
    assert reply.text == "[image]"


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("subscribe", "subscribe"),
        ("unsubscribe", "unsubscribe"),
        ("SCAN", "scan"),
        ("x", "unknown"),
    ],
)
def test_event_is_told_apart(event: str, kind: str):
    (seen,) = WeChatGateway().parse(xml_of(MsgType="event", Event=event, EventKey="qrscene_1"))
    assert isinstance(seen, EventSeen)
    assert (seen.address, seen.kind, seen.detail) == (OPENID, kind, "qrscene_1")


def test_two_results_of_one_second_are_two_events():
    gateway = WeChatGateway()
    event = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "Status": "success"}
    ids = {gateway.event_id(xml_of(**event, MsgID=n)) for n in ("1", "2", "1")}
    assert len(ids) == 2
    assert not any(OPENID in event_id for event_id in ids)


def test_real_pushes_are_understood():
    folder = FIXTURES / "wechat" / "inbound"
    if not folder.exists():
        pytest.skip("the shared fixtures are not on this machine")
    gateway = WeChatGateway()
    seen = {path.stem: gateway.parse(path.read_text())[0] for path in folder.glob("*.xml")}
    assert isinstance(seen["wechatpy-event-subscribe"], EventSeen)
    assert isinstance(seen["wechatpy-event-TEMPLATESENDJOBFINISH"], ReceiptSeen)
    location = seen["wechatpy-location"]
    assert isinstance(location, ReplySeen)
    assert (location.latitude, location.longitude) == (23.134521, 113.358803)
    assert all(isinstance(one, ReplySeen | EventSeen | ReceiptSeen) for one in seen.values())


def test_published_envelope_opens():
    path = FIXTURES / "wechat" / "crypto-vector.json"
    if not path.exists():
        pytest.skip("the shared fixtures are not on this machine")
    for case in json.loads(path.read_text()):
        parts = {"aes_key": case["encoding_aes_key"], "appid": case["appid"]}
        assert crypto.open_envelope(case["encrypt"], **parts) == case["plaintext_xml"]
        signature = crypto.signature(
            case["token"], case["timestamp"], case["nonce"], case["encrypt"]
        )
        assert signature == case["msg_signature"]


# -- The emulator's pushes -----------------------------------------------------------------


@pytest.mark.parametrize("sealed", [True, False])
def test_receipt_of_the_emulator_is_verified_and_read(
    pointed: Emulator, gateway: WeChatGateway, hooks: Hooks, settings: Any, sealed: bool
):
    pointed.turn(sealed=sealed)
    settings.WECHAT_AES_KEY = settings.WECHAT_AES_KEY if sealed else ""
    (result,) = hand_over(gateway, message())
    (push,) = hooks.wait("/webhooks/wechat")
    reader = WeChatGateway()
    assert reader.verify(push)
    (receipt,) = reader.parse(reader.body_to_keep(push))
    assert receipt == ReceiptSeen(result.provider_ref, ReceiptStatus.DELIVERED)
