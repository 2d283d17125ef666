"""System checks: a wrong installation refuses to start instead of failing in the worst hour."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from config.kernel import clock, keys

# The tag of what every process asks before it starts (config.kernel.installation.hold_at_start).
AT_START = "guihang"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# Of which the host name of a drill that others can reach holds one, and a live one's none.
DRILL_WORDS = ("drill", "yanlian")


def register_checks() -> None:
    register(check_public_url, AT_START)
    register(check_address, AT_START)
    register(check_clock, AT_START)
    register(check_threshold, AT_START)
    register(keys.check_keys, AT_START)


def check_public_url(**_: Any) -> list[CheckMessage]:
    """A live installation's links leave the building: they need https."""
    if settings.MODE == "live" and not settings.PUBLIC_URL.startswith("https://"):
        return [Error("GUIHANG_PUBLIC_URL must begin with https:// when live", id="guihang.E001")]
    if settings.MODE == "drill" and urlsplit(settings.PUBLIC_URL).hostname not in LOOPBACK:
        return [Warning("This drill is reachable from outside this machine", id="guihang.W001")]
    return []


def check_address(**_: Any) -> list[CheckMessage]:
    """Whoever reads an address sees whether it is a drill's: on a phone, in a link, in a log."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    says_drill = any(word in host for word in DRILL_WORDS)
    if settings.MODE == "live" and says_drill:
        return [Error("GUIHANG_PUBLIC_URL of a live installation says drill", id="guihang.E006")]
    if settings.MODE == "drill" and host not in LOOPBACK and not says_drill:
        names = " or ".join(DRILL_WORDS)
        return [Error(f"GUIHANG_PUBLIC_URL of a drill must name {names}", id="guihang.E006")]
    return []


def check_clock(**_: Any) -> list[CheckMessage]:
    """Only a drill may run on scenario time."""
    if settings.CLOCK and settings.MODE == "live":
        return [Error("GUIHANG_CLOCK must be empty when live", id="guihang.E002")]
    try:
        clock.now()
    except ValueError:
        return [Error("GUIHANG_CLOCK is not «real,scenario,speed»", id="guihang.E004")]
    return []


def check_threshold(**_: Any) -> list[CheckMessage]:
    if settings.TWO_PERSON_THRESHOLD < 1:
        return [Error("GUIHANG_TWO_PERSON_THRESHOLD must be at least 1", id="guihang.E003")]
    return []
