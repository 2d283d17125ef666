"""The emulator's SMS side against the vendor's own client."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.support.emulator import Emulator, Hooks

ACCOUNT, TOKEN = os.environ["GUIHANG_TWILIO_ACCOUNT"], os.environ["GUIHANG_TWILIO_TOKEN"]
SENDER = os.environ["GUIHANG_TWILIO_SENDER"]
TO = "+8613800138000"
FORM = {"To": TO, "From": SENDER}


class Redirected(TwilioHttpClient):
    """The vendor's HTTP client, sent to this machine."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=10, pool_connections=False)
        self._url = url

    def request(self, method: str, url: str, *args: object, **kwargs: object) -> Response:
        local = url.replace("https://api.twilio.com", self._url)
        return super().request(method, local, *args, **kwargs)  # type: ignore[arg-type]


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Client]:
    return Client(ACCOUNT, TOKEN, http_client=Redirected(emulator.url))


def test_message_is_created_as_the_client_expects(client: Client, emulator: Emulator):
    message = client.messages.create(to=TO, from_=SENDER, body="回复1平安。核验码K7M4Q2")
    assert message.sid.startswith("SM")
    assert len(message.sid) == 34
    assert (message.status, message.direction) == ("queued", "outbound-api")
    assert (message.to, message.from_, message.body) == (TO, SENDER, "回复1平安。核验码K7M4Q2")
    assert (message.num_segments, message.error_code) == ("1", None)
    assert abs(message.date_created - datetime.now(UTC)) < timedelta(seconds=30)
    assert emulator.lines("accepted")[0]["ref"] == message.sid


@pytest.mark.parametrize(
    ("body", "segments"), [("a" * 160, "1"), ("a" * 161, "2"), ("安" * 70, "1"), ("安" * 71, "2")]
)
def test_segments_are_counted(client: Client, body: str, segments: str):
    assert client.messages.create(to=TO, from_=SENDER, body=body).num_segments == segments


def test_message_is_fetched_and_listed(client: Client):
    made = [client.messages.create(to=TO, from_=SENDER, body=f"text {n}") for n in range(3)]
    client.messages.create(to="+8613800138001", from_=SENDER, body="another")
    assert client.messages(made[0].sid).fetch().body == "text 0"
    yesterday = datetime.now(UTC) - timedelta(days=1)
    listed = client.messages.list(to=TO, date_sent_after=yesterday)
    assert {message.sid for message in listed} == {message.sid for message in made}
    assert client.messages.list(to=TO, date_sent_before=yesterday - timedelta(days=1)) == []


def test_listing_goes_on_from_page_to_page(client: Client):
    for n in range(5):
        client.messages.create(to=TO, from_=SENDER, body=f"text {n}")
    assert len(client.messages.list(to=TO, page_size=2)) == 5


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({"to": "+0"}, 21211, 400),
        ({"to": "12345"}, 21211, 400),
        ({"body": ""}, 21602, 400),
        ({"from_": "+12025550199"}, 21606, 400),
        ({"body": "x" * 1601}, 21617, 400),
    ],
)
def test_refusal_is_what_the_client_raises(
    client: Client, changes: dict[str, str], code: int, status: int
):
    call = {"to": TO, "from_": SENDER, "body": "text"} | changes
    with pytest.raises(TwilioRestException) as refusal:
        client.messages.create(**call)
    assert (refusal.value.code, refusal.value.status) == (code, status)


def test_wrong_token_and_unknown_message_are_refused(client: Client, emulator: Emulator):
    stranger = Client(ACCOUNT, "wrong", http_client=Redirected(emulator.url))
    with pytest.raises(TwilioRestException) as refusal:
        stranger.messages.create(to=TO, from_=SENDER, body="text")
    assert (refusal.value.code, refusal.value.status) == (20003, 401)
    with pytest.raises(TwilioRestException) as refusal:
        client.messages("SM" + "0" * 32).fetch()
    assert refusal.value.status == 404


def test_throttle_and_outage_are_told_in_the_vendors_words(client: Client, emulator: Emulator):
    def statuses() -> set[int]:
        found = set()
        for _ in range(5):
            try:
                client.messages.create(to=TO, from_=SENDER, body="text")
            except TwilioRestException as refusal:
                found.add(refusal.status)
        return found

    emulator.turn(outage=True)
    assert statuses() == {500}
    emulator.turn(outage=False, per_second=1)
    assert statuses() == {429}


def test_pushes_are_signed_as_the_vendors_validator_demands(
    client: Client, emulator: Emulator, hooks: Hooks
):
    callback = f"{hooks.url}/webhooks/twilio/status?key=k1"
    message = client.messages.create(to=TO, from_=SENDER, body="text", status_callback=callback)
    (receipt,) = hooks.wait("/webhooks/twilio/status")
    emulator.post("/phones/%2B8613800138000/answer", text="１ 平安")
    (reply,) = hooks.wait("/webhooks/twilio/inbound")
    validator = RequestValidator(TOKEN)
    for push in (receipt, reply):
        form = dict(parse_qsl(push.body.decode(), keep_blank_values=True))
        assert validator.validate(push.url, form, push.header("X-Twilio-Signature"))
    assert f"MessageSid={message.sid}".encode() in receipt.body
    assert client.messages(message.sid).fetch().status == "delivered"
