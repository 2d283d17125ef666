from typing import Any

import pytest

from config.kernel.errors import DomainError
from notifications.gateways import gateway_for, gateway_named
from notifications.gateways.base import Outgoing, WebhookRequest, by_http_status, trouble
from notifications.gateways.twilio import TwilioGateway
from notifications.gateways.wire import NoAnswerError, NotSentError
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


def test_trouble_before_sending_is_busy_and_after_it_unknown():
    assert trouble(NotSentError("refused")).outcome == Outcome.BUSY
    assert trouble(NoAnswerError("late")).outcome == Outcome.UNKNOWN


def test_connection_refused_is_busy(settings: Any):
    settings.TWILIO_URL = f"http://127.0.0.1:{free_port()}"
    (result,) = hand_over(TwilioGateway(), Outgoing("k1", "+8613800138000", "text"))
    assert result.outcome == Outcome.BUSY


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
