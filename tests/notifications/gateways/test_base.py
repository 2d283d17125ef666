import asyncio
from typing import Any

import aiohttp
import pytest

from config.kernel.errors import DomainError
from notifications.gateways import gateway_for, gateway_named
from notifications.gateways.base import Outgoing, WebhookRequest, by_http_status, trouble
from notifications.gateways.twilio import TwilioGateway
from notifications.states import Outcome
from tests.support.processes import free_port
from tests.support.wire import hand_over


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.UNKNOWN),
        (400, Outcome.REFUSED),
        (401, Outcome.BUSY),
        (408, Outcome.UNKNOWN),
        (429, Outcome.BUSY),
        (500, Outcome.BUSY),
        (502, Outcome.UNKNOWN),
        (503, Outcome.BUSY),
        (504, Outcome.UNKNOWN),
    ],
)
def test_http_status_alone_sorts_an_answer(status: int, outcome: Outcome):
    assert by_http_status(status).outcome == outcome


def test_trouble_after_sending_is_unknown():
    for error in (aiohttp.ServerDisconnectedError(), TimeoutError(), aiohttp.ClientPayloadError()):
        assert trouble(error).outcome == Outcome.UNKNOWN


def test_connection_refused_is_busy(settings: Any):
    settings.TWILIO_URL = f"http://127.0.0.1:{free_port()}"
    (result,) = hand_over(TwilioGateway(), Outgoing("k1", "+8613800138000", "text"))
    assert result.outcome == Outcome.BUSY


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{"])
def test_answer_cut_short_is_unknown(settings: Any, answer: bytes):
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"Body=")
        writer.write(answer)
        writer.close()

    async def run() -> Any:
        server = await asyncio.start_server(cut, "127.0.0.1", 0)
        settings.TWILIO_URL = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, aiohttp.ClientSession() as http:
            return await TwilioGateway().hand_over(http, Outgoing("k1", "+8613800138000", "text"))

    assert asyncio.run(run()).outcome == Outcome.UNKNOWN


@pytest.mark.parametrize("channel", ["sms", "wechat"])
def test_gateway_of_another_mode_is_refused(settings: Any, channel: str):
    settings.TWILIO_URL, settings.WECHAT_URL = "https://api.twilio.com", "https://api.weixin.qq.com"
    with pytest.raises(DomainError) as refusal:
        gateway_for(channel)
    assert refusal.value.code == "mode_mismatch"
    settings.MODE = "live"
    assert gateway_for(channel).channel == channel
    settings.TWILIO_URL = settings.WECHAT_URL = "http://127.0.0.1:8002"
    with pytest.raises(DomainError) as refusal:
        gateway_for(channel)
    assert refusal.value.code == "mode_mismatch"


def test_unknown_gateway_is_refused():
    for lookup in (gateway_for, gateway_named):
        with pytest.raises(DomainError) as refusal:
            lookup("pigeon")
        assert refusal.value.code == "unknown_gateway"


def test_gateways_are_found_by_the_name_they_give_themselves():
    assert {gateway_named(name).name for name in ("twilio", "wechat")} == {"twilio", "wechat"}


def test_header_is_found_whatever_its_case():
    push = WebhookRequest("POST", "http://x/", {"x-twilio-signature": "s"}, {}, b"")
    assert push.header("X-Twilio-Signature") == "s"
    assert push.header("X-Other") == ""
