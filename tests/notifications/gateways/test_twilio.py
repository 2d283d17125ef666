import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from twilio.request_validator import RequestValidator

from config.kernel.clock import real_now
from notifications.gateways import wire
from notifications.gateways.base import (
    Outgoing,
    Pause,
    ReceiptSeen,
    ReplySeen,
    UnreadableBodyError,
    WebhookRequest,
)
from notifications.gateways.twilio import TwilioGateway, signature
from notifications.gateways.wire import Answer
from notifications.states import Outcome, ReceiptStatus
from tests.support.emulator import FIXTURES, Emulator, Hooks, emulator_process
from tests.support.wire import ask, hand_over, hear

TEXT = "【驻瓦努阿图使馆】维拉港强震，防海啸，速往高处。回复1平安2需要帮助3已离开。核验码K7M4Q2"
TO = "+8613800138000"
LATER = real_now() + timedelta(hours=1)
SID = "SMe287d7109a5a925f182f0e07fe5b223b"


def message(key: str = "key-1", address: str = TO, text: str = TEXT) -> Outgoing:
    return Outgoing(key, address, text)


def push(url: str, form: dict[str, str], token: str, **query: str) -> WebhookRequest:
    """A push signed by the vendor's own validator."""
    full = f"{url}?{urlencode(query)}" if query else url
    signed = RequestValidator(token).compute_signature(full, form)
    headers = {"x-twilio-signature": signed}
    return WebhookRequest("POST", full, headers, query, urlencode(form).encode())


# -- Hand over ---------------------------------------------------------------------------


def test_message_is_accepted_and_named(pointed: Emulator):
    (result,) = hand_over(TwilioGateway(), message())
    assert result.outcome == Outcome.ACCEPTED
    assert result.http_status == 201
    (line,) = pointed.lines("accepted")
    assert (line["to"], line["text"], line["key"]) == (TO, TEXT, "key-1")
    assert (line["ref"], line["code"], line["dup"]) == (result.provider_ref, "K7M4Q2", False)


@pytest.mark.parametrize("text", ["a+b & c=d %25 «ü»", "换行\n与表情😀", "'\";<>&amp;"])
def test_every_character_arrives(pointed: Emulator, text: str):
    hand_over(TwilioGateway(), message(text=text))
    assert pointed.lines("accepted")[0]["text"] == text


def test_bad_number_is_refused(pointed: Emulator):
    (result,) = hand_over(TwilioGateway(), message(address="+0"))
    assert (result.outcome, result.provider_code) == (Outcome.REFUSED, "21211")
    assert pointed.lines("refused")[0]["error"] == 21211


@pytest.mark.parametrize(
    ("knobs", "outcome", "code", "accepted"),
    [
        ({"outage": True}, Outcome.BUSY, "20500", 0),
        ({"refused": 1}, Outcome.REFUSED, "21211", 0),
        ({"garbage": 1}, Outcome.UNKNOWN, "unreadable answer", 1),
    ],
)
def test_bad_day_of_the_provider(
    pointed: Emulator, knobs: dict[str, Any], outcome: Outcome, code: str, accepted: int
):
    pointed.turn(**knobs)
    (result,) = hand_over(TwilioGateway(), message())
    assert (result.outcome, result.provider_code) == (outcome, code)
    assert pointed.stats()["accepted"]["sms"] == accepted


def test_reset_after_accepting_is_unknown(pointed: Emulator):
    pointed.turn(reset=1)
    (result,) = hand_over(TwilioGateway(), message())
    assert result.outcome == Outcome.UNKNOWN
    assert len(pointed.lines("accepted")) == 1


def test_silence_after_accepting_is_unknown(pointed: Emulator, monkeypatch: pytest.MonkeyPatch):
    pointed.turn(half_open=1)
    monkeypatch.setattr(wire, "ANSWER_SECONDS", 0.5)
    (result,) = hand_over(TwilioGateway(), message())
    assert result.outcome == Outcome.UNKNOWN
    assert len(pointed.lines("accepted")) == 1


def test_throttled_calls_are_busy(pointed: Emulator):
    pointed.turn(per_second=1)
    calls = [message(f"k{n}", f"+86138001380{n:02d}") for n in range(20)]
    results = hand_over(TwilioGateway(), *calls)
    busy = [r for r in results if r.outcome == Outcome.BUSY]
    assert busy
    assert {r.provider_code for r in busy} == {"20429"}
    assert len(pointed.lines("accepted")) == len(calls) - len(busy)


@pytest.mark.parametrize(("asked", "seconds"), [(0, 1.0), (7, 7.0), (86_400, 300.0)])
def test_throttled_calls_say_how_long_nobody_should_call(
    pointed: Emulator, asked: int, seconds: float
):
    pointed.turn(per_second=1, retry_after=asked)
    results = hand_over(TwilioGateway(), *(message(f"k{n}") for n in range(20)))
    assert {r.pause for r in results if r.outcome == Outcome.BUSY} == {Pause("twilio", seconds)}
    assert {r.pause for r in results if r.outcome == Outcome.ACCEPTED} <= {None}


@pytest.mark.parametrize(
    ("status", "code", "retry_after", "pause"),
    [
        (429, 0, "", Pause("twilio", 1.0)),
        (429, 14107, "", Pause("twilio", 1.0)),
        (429, 63038, "", Pause("twilio", 300.0)),
        (400, 21611, "", Pause("twilio/+15005550006", 30.0)),
        (503, 20503, "12", Pause("twilio", 12.0)),
        (429, 20429, "Fri, 31 Dec 1999 23:59:59 GMT", Pause("twilio", 1.0)),
        (429, 20429, "-5", Pause("twilio", 1.0)),
        (500, 20500, "", None),
    ],
)
def test_busy_answer_pauses_whom_it_concerns(
    status: int, code: int, retry_after: str, pause: Pause | None
):
    body = json.dumps({"code": code} if code else {}).encode()
    result = hear(TwilioGateway(), Answer(status, body, retry_after))
    assert (result.outcome, result.pause) == (Outcome.BUSY, pause)


def test_each_address_hears_from_its_own_number(
    pointed: Emulator, settings: Any, tmp_path: Path, hooks: Hooks
):
    numbers = ("+15005550006", "+15005550007", "MG" + "0" * 32)
    settings.TWILIO_SENDER = ", ".join(numbers)
    arguments = ("--twilio-sender", settings.TWILIO_SENDER)
    (tmp_path / "three").mkdir()
    with emulator_process(tmp_path / "three", app_url=hooks.url, arguments=arguments) as emulator:
        settings.TWILIO_URL = emulator.url
        gateway = TwilioGateway()
        calls = [message(f"k{n}", f"+86138001380{n:02d}") for n in range(30)]
        assert {r.outcome for r in hand_over(gateway, *calls)} == {Outcome.ACCEPTED}
        lines = emulator.lines("accepted")
    assert {line["from"] for line in lines} == set(numbers)
    assert all(line["from"] == gateway.sender_of(line["to"]) for line in lines)


def test_wrong_credentials_spoil_no_delivery(pointed: Emulator, settings: Any):
    settings.TWILIO_TOKEN = "another"
    (result,) = hand_over(TwilioGateway(), message())
    assert (result.outcome, result.provider_code) == (Outcome.BUSY, "20003")


# -- Ask ---------------------------------------------------------------------------------


def question(**changes: Any) -> dict[str, Any]:
    since = real_now() - timedelta(seconds=20)
    return {
        "key": "key-1",
        "provider_ref": "",
        "address": TO,
        "since": since,
        "text": TEXT,
    } | changes


def test_message_in_doubt_is_found(pointed: Emulator):
    pointed.turn(reset=1)
    gateway = TwilioGateway()
    hand_over(gateway, message())
    found = ask(gateway, **question())
    assert found
    assert found.outcome == Outcome.ACCEPTED
    assert found.provider_ref == pointed.lines("accepted")[0]["ref"]


@pytest.mark.parametrize(
    "changes",
    [{"text": "another"}, {"address": "+8613800138001"}, {"since": LATER}],
)
def test_message_that_never_came_may_be_sent_again(pointed: Emulator, changes: dict[str, Any]):
    gateway = TwilioGateway()
    hand_over(gateway, message())
    found = ask(gateway, **question(**changes))
    assert found
    assert found.outcome == Outcome.BUSY


def test_provider_that_cannot_be_asked_says_nothing(pointed: Emulator, settings: Any):
    settings.TWILIO_TOKEN = "another"
    assert ask(TwilioGateway(), **question()) is None
    pointed.process.kill()
    pointed.process.wait()
    assert ask(TwilioGateway(), **question()) is None


# -- Verify ------------------------------------------------------------------------------


def test_signature_matches_the_published_example():
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature(b"12345", url, list(form.items())) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_push_signed_by_the_vendors_client_is_verified(settings: Any):
    url = f"{settings.PUBLIC_URL}/webhooks/twilio/inbound"
    form = {"MessageSid": SID, "From": TO, "Body": "1 平安 +&=", "NumMedia": "0", "ToZip": ""}
    assert TwilioGateway().verify(push(url, form, settings.TWILIO_TOKEN))


def test_address_counts_as_the_public_one_behind_a_proxy(settings: Any):
    settings.PUBLIC_URL = "https://guihang.example"
    form = {"MessageSid": SID, "MessageStatus": "delivered"}
    signed = push(
        "https://guihang.example/webhooks/twilio/status", form, settings.TWILIO_TOKEN, key="k"
    )
    inside = "http://127.0.0.1:8000/webhooks/twilio/status?key=k"
    behind = WebhookRequest("POST", inside, signed.headers, signed.query, signed.body)
    assert TwilioGateway().verify(behind)


def test_forged_push_is_not_verified(settings: Any):
    url = f"{settings.PUBLIC_URL}/webhooks/twilio/inbound"
    form = {"MessageSid": SID, "From": TO, "Body": "1"}
    gateway, good = TwilioGateway(), push(url, form, settings.TWILIO_TOKEN)
    forgeries = [
        push(url, form, "guessed"),
        WebhookRequest("POST", url, {}, {}, good.body),
        WebhookRequest("POST", url, {"X-Twilio-Signature": "é"}, {}, good.body),
        WebhookRequest("POST", url, good.headers, {}, good.body.replace(b"Body=1", b"Body=2")),
        WebhookRequest("POST", url + "?key=other", good.headers, {"key": "other"}, good.body),
        WebhookRequest("POST", url, good.headers, {}, b"\xff\x00" * 100),
    ]
    assert [gateway.verify(forgery) for forgery in forgeries] == [False] * len(forgeries)


def test_ten_megabytes_are_not_even_read(settings: Any):
    url = f"{settings.PUBLIC_URL}/webhooks/twilio/inbound"
    big = push(url, {"MessageSid": SID, "Body": "x" * 10_000_000}, settings.TWILIO_TOKEN)
    assert not TwilioGateway().verify(big)


def test_installation_without_a_token_verifies_nothing(settings: Any):
    settings.TWILIO_TOKEN = ""
    assert not TwilioGateway().verify(push(f"{settings.PUBLIC_URL}/x", {"MessageSid": SID}, ""))


# -- Parse -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", ReceiptStatus.PROGRESS),
        ("sent", ReceiptStatus.PROGRESS),
        ("delivered", ReceiptStatus.DELIVERED),
        ("undelivered", ReceiptStatus.UNDELIVERED),
        ("failed", ReceiptStatus.UNDELIVERED),
        ("teleported", ReceiptStatus.UNKNOWN),
    ],
)
def test_status_becomes_a_receipt(word: str, status: ReceiptStatus):
    body = f"MessageSid={SID}&MessageStatus={word}&ErrorCode=30003"
    assert TwilioGateway().parse(body) == [ReceiptSeen(SID, status, "30003")]


def test_receipt_carries_our_key(settings: Any):
    gateway = TwilioGateway()
    url = f"{settings.PUBLIC_URL}/webhooks/twilio/status"
    form = {"MessageSid": SID, "MessageStatus": "delivered"}
    kept = gateway.body_to_keep(push(url, form, settings.TWILIO_TOKEN, key="a b&c"))
    assert gateway.parse(kept) == [ReceiptSeen(SID, ReceiptStatus.DELIVERED, "", "a b&c")]


def test_repeated_push_has_one_id_and_each_status_its_own():
    gateway = TwilioGateway()
    bodies = [f"MessageSid={SID}&MessageStatus={word}" for word in ("sent", "delivered")]
    assert gateway.event_id(bodies[0]) == gateway.event_id(bodies[0])
    assert gateway.event_id(bodies[0]) != gateway.event_id(bodies[1])
    assert len(gateway.event_id("nonsense" * 1000)) <= 80


def test_reply_of_ten_thousand_characters_is_whole(settings: Any):
    text = "救命！" * 3334
    form = {"MessageSid": SID, "From": TO, "Body": text}
    gateway = TwilioGateway()
    signed = push(f"{settings.PUBLIC_URL}/webhooks/twilio/inbound", form, settings.TWILIO_TOKEN)
    assert gateway.verify(signed)
    assert gateway.parse(gateway.body_to_keep(signed)) == [ReplySeen(TO, text, SID)]


@pytest.mark.parametrize("body", ["", "nonsense", f"MessageSid={SID}", "\x00\ufffd"])
def test_unreadable_push_is_said_to_be_so(body: str):
    with pytest.raises(UnreadableBodyError):
        TwilioGateway().parse(body)


def test_real_pushes_are_understood():
    folder = FIXTURES / "sms" / "twilio"
    if not folder.exists():
        pytest.skip("the shared fixtures are not on this machine")
    gateway = TwilioGateway()
    inbound = (folder / "receiveValid.form").read_text().strip()
    assert gateway.parse(inbound) == [ReplySeen("+14133881111", "Msg", SID)]
    status = (folder / "statusValid.form").read_text().strip()
    assert gateway.parse(status) == [ReceiptSeen(SID, ReceiptStatus.DELIVERED)]
    for case in json.loads((folder / "signature-vector.json").read_text())["cases"]:
        signed = signature(b"12345", case["url"], list(case["params"].items()))
        assert signed == case["signature"]


# -- The emulator's pushes -----------------------------------------------------------------


def test_receipt_of_the_emulator_finds_its_delivery(pointed: Emulator, hooks: Hooks):
    gateway = TwilioGateway()
    (result,) = hand_over(gateway, message("key-7"))
    (receipt,) = hooks.wait("/webhooks/twilio/status")
    assert gateway.verify(receipt)
    seen = gateway.parse(gateway.body_to_keep(receipt))
    assert seen == [ReceiptSeen(result.provider_ref, ReceiptStatus.DELIVERED, "", "key-7")]
    assert gateway.answer(receipt)[0].endswith(b"<Response/>")


def test_answer_tapped_on_a_phone_becomes_a_reply(pointed: Emulator, hooks: Hooks):
    gateway = TwilioGateway()
    pointed.post("/phones/%2B8613800138000/answer", text=" 2 需要帮助")
    (push,) = hooks.wait("/webhooks/twilio/inbound")
    assert gateway.verify(push)
    (reply,) = gateway.parse(gateway.body_to_keep(push))
    assert isinstance(reply, ReplySeen)
    assert (reply.address, reply.text) == (TO, " 2 需要帮助")
    assert dict(parse_qsl(push.body.decode()))["SmsStatus"] == "received"
