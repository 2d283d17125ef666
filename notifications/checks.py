"""System checks: a live installation speaks to vendors, a drill only to this machine."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

VENDOR_HOSTS = {"TWILIO_URL": "api.twilio.com", "WECHAT_URL": "api.weixin.qq.com"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def register_checks() -> None:
    register(check_gateways)


def check_gateways(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"GUIHANG_{name} is {getattr(settings, name)}: {problem}", id="guihang.E010")
        for name in VENDOR_HOSTS
        if (problem := gateway_problem(settings.MODE, name, getattr(settings, name)))
    ]


def gateway_problem(mode: str, setting: str, url: str) -> str:
    """Why an installation of `mode` may not speak to `url`, or an empty string."""
    parts = urlsplit(url)
    if mode == "drill" and parts.hostname not in LOOPBACK:
        return "a drill speaks only to the emulator on this machine"
    if mode == "live" and (parts.scheme, parts.hostname) != ("https", VENDOR_HOSTS[setting]):
        return f"a live installation speaks only to https://{VENDOR_HOSTS[setting]}"
    return ""
