"""A live installation speaks to the vendors' own hosts, a drill only to this machine."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from config.kernel.checks import AT_START

VENDOR_HOSTS = {"TWILIO_URL": "api.twilio.com", "WECHAT_URL": "api.weixin.qq.com"}
RATES = ("TWILIO_RATE", "TWILIO_SENDER_RATE", "WECHAT_RATE")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# By its whole form, not by a parser: two parsers may differ about where an address leads.
HERE = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?/?")


def register_checks() -> None:
    register(check_gateways, AT_START)
    register(check_rates, AT_START)


def check_gateways(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"GUIHANG_{name} is {getattr(settings, name)}: {problem}", id="guihang.E010")
        for name in VENDOR_HOSTS
        if (problem := gateway_problem(settings.MODE, name, getattr(settings, name)))
    ]


def check_rates(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"GUIHANG_{name} must be 0 (no limit) or more", id="guihang.E011")
        for name in RATES
        if not 0 <= getattr(settings, name) < float("inf")
    ]


def gateway_problem(mode: str, setting: str, url: str) -> str:
    """Why an installation of `mode` may not speak to `url`, or an empty string."""
    if mode == "drill" and not HERE.fullmatch(url):
        return "a drill speaks only to the emulator on this machine"
    if mode == "live" and url.removesuffix("/") != f"https://{VENDOR_HOSTS[setting]}":
        return f"a live installation speaks only to https://{VENDOR_HOSTS[setting]}"
    return ""


def place_problem(host: str, port: int, secure: bool) -> str:
    """The same for a connection that is about to be made."""
    if settings.MODE == "drill":
        return "" if host in LOOPBACK else "a drill speaks only to this machine"
    fits = secure and port == 443 and host in VENDOR_HOSTS.values()
    return "" if fits else "a live installation speaks only to its vendors"
