"""System checks: a page that could not leave is found before the night in which it is needed."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from config.kernel.checks import LOOPBACK

CHANNELS = {"sms", "wechat"}


def register_checks() -> None:
    register(check_paging)


def check_paging(**_: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = [
        Error(
            f"GUIHANG_PAGE_CHANNELS names «{name}»; it may name sms and wechat", id="guihang.E011"
        )
        for name in sorted(set(settings.PAGE_CHANNELS) - CHANNELS)
    ]
    problems += [Error(refused, id="guihang.E012") for refused in outside_of_drill()]
    if settings.STALL_SECONDS <= 0:
        problems.append(Error("GUIHANG_STALL_SECONDS must be positive", id="guihang.E013"))
    return problems


def outside_of_drill() -> list[str]:
    """Why a drill would reach somebody outside this machine; empty when it would not."""
    if settings.MODE != "drill":
        return []
    refused = []
    if settings.PAGE_WEBHOOK and urlsplit(settings.PAGE_WEBHOOK).hostname not in LOOPBACK:
        refused.append("GUIHANG_PAGE_WEBHOOK: a drill pages only on this machine")
    if settings.PAGE_EMAIL and settings.EMAIL_HOST not in LOOPBACK:
        refused.append("GUIHANG_SMTP_HOST: a drill pages only on this machine")
    return refused
