"""System checks: which combinations of mode and addresses may start."""

import pytest

from config.kernel.checks import check_address, check_clock, check_public_url, check_threshold
from notifications.checks import check_gateways, check_rates, gateway_problem

EMULATOR = "http://127.0.0.1:8002"
TWILIO = "https://api.twilio.com"


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("mode", "url", "expected"),
    [
        ("live", "https://guihang.example", []),
        ("live", "http://guihang.example", ["guihang.E001"]),
        ("live", "http://127.0.0.1:8000", ["guihang.E001"]),
        ("drill", "http://127.0.0.1:8000", []),
        ("drill", "http://[::1]:8000", []),
        ("drill", "https://guihang.example", ["guihang.W001"]),
    ],
)
def test_public_address_fits_the_mode(settings, mode, url, expected):
    settings.MODE, settings.PUBLIC_URL = mode, url
    assert ids(check_public_url()) == expected


@pytest.mark.parametrize(
    ("mode", "url", "expected"),
    [
        ("live", "https://guihang.example", []),
        ("live", "https://drill.guihang.example", ["guihang.E006"]),
        ("live", "https://guihang.example/drill", []),
        ("drill", "https://drill.guihang.example", []),
        ("drill", "https://guihang-yanlian.example", []),
        ("drill", "https://guihang.example", ["guihang.E006"]),
        ("drill", "http://127.0.0.1:8000", []),
    ],
)
def test_address_says_whether_it_is_a_drill(settings, mode, url, expected):
    settings.MODE, settings.PUBLIC_URL = mode, url
    assert ids(check_address()) == expected


@pytest.mark.parametrize(
    ("mode", "clock", "expected"),
    [
        ("live", "", []),
        ("live", "1,2,3", ["guihang.E002"]),
        ("drill", "1,2,3", []),
        ("drill", "", []),
        ("drill", "yesterday", ["guihang.E004"]),
        ("drill", "1,2", ["guihang.E004"]),
    ],
)
def test_only_a_drill_runs_on_scenario_time(settings, mode, clock, expected):
    settings.MODE, settings.CLOCK = mode, clock
    assert ids(check_clock()) == expected


@pytest.mark.parametrize(("threshold", "expected"), [(1, []), (0, ["guihang.E003"])])
def test_threshold_can_not_be_switched_off(settings, threshold, expected):
    settings.TWO_PERSON_THRESHOLD = threshold
    assert ids(check_threshold()) == expected


@pytest.mark.parametrize(
    ("mode", "url", "allowed"),
    [
        ("drill", EMULATOR, True),
        ("drill", TWILIO, False),
        ("drill", "http://10.0.0.5:8002", False),
        ("drill", "http://127.0.0.1.evil.example", False),
        ("drill", "http://localhost:8002/", True),
        ("drill", "http://[::1]:8002", True),
        ("drill", "http://api.twilio.com@127.0.0.1:8002", False),
        ("drill", "http://127.0.0.1\\@api.twilio.com", False),
        ("drill", "http://127.0.0.1#@api.twilio.com", False),
        ("drill", "http://127.0.0.1:8002\n", False),
        ("drill", "http://127.0.0.2:8002", False),
        ("live", "https://api.twilio.com/", True),
        ("live", "https://api.twilio.com:8443", False),
        ("live", "https://127.0.0.1@api.twilio.com", False),
        ("live", "https://api.weixin.qq.com", False),
        ("drill", "http://127.0.0.1@api.twilio.com", False),
        ("live", TWILIO, True),
        ("live", EMULATOR, False),
        ("live", "http://api.twilio.com", False),
        ("live", "https://api.twilio.com.evil.example", False),
        ("live", "", False),
        ("drill", "", False),
    ],
)
def test_gateway_address_fits_the_mode(mode, url, allowed):
    assert (gateway_problem(mode, "TWILIO_URL", url) == "") is allowed


def test_live_installation_with_the_emulator_does_not_start(settings):
    settings.MODE, settings.TWILIO_URL, settings.WECHAT_URL = "live", EMULATOR, EMULATOR
    assert ids(check_gateways()) == ["guihang.E010", "guihang.E010"]


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(0.0, []), (0.5, []), (-1.0, ["guihang.E011"]), (float("nan"), ["guihang.E011"])],
)
def test_rate_is_nothing_or_more(settings, rate, expected):
    settings.TWILIO_SENDER_RATE = rate
    assert ids(check_rates()) == expected
