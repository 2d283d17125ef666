"""One-time codes: sent to an address, checked once.

Nothing here looks into the registry, so an address that is known and one that is not are answered
alike and in the same time: docs/decisions/signing-in-by-code.md.
"""

import hashlib
import hmac
from datetime import timedelta

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.citizens.models import OneTimeCode
from crisis.citizens.services.limits import EVERYBODY, spend
from notifications.services.codes import send_one_time_code
from registry.addresses import address_index, normalise_address
from registry.models import Channel, Post

LASTS = timedelta(minutes=10)
MOST_ATTEMPTS = 5
# How many codes leave for one address, and at the wish of one client, and how many are tried.
A_MINUTE, AN_HOUR, A_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PER_ADDRESS_AN_HOUR, PER_ADDRESS_A_DAY, PER_CLIENT_AN_HOUR = 5, 10, 30
TRIES_PER_ADDRESS_AN_HOUR, TRIES_PER_CLIENT_AN_HOUR = 20, 60
# WeChat brings codes to sign in with; it is bound by a scene, and not by a code.
BY_WECHAT = (Channel.WECHAT, "sign_in")
MINISTRY = ("中国领事保护", "China Consular Protection")


def send_code(
    *, channel: str, address: str, purpose: str, client: bytes = EVERYBODY, language: str = ""
) -> None:
    """Send a code that takes the place of any earlier one for this address and purpose.

    `client` is client_key() of who asks; `language` is that of the page. Raises
    DomainError: bad_phone, bad_openid, no_code_channel, too_many_codes. Call outside a transaction.
    """
    written = normalise_address(channel, address)
    if channel != Channel.SMS and (channel, purpose) != BY_WECHAT:
        raise DomainError(
            "no_code_channel", _("目前只能核实手机号码；电子邮件只作备用，不能接收验证码。")
        )
    index = address_index(channel, written)
    _hold_limits(index, client)
    with transaction.atomic():
        wave, code = send_one_time_code(
            channel=channel,
            address=written,
            language=language or _page_language(),
            signature=_signature(channel, written),
            lasts=LASTS,
        )
        now = clock.real_now()
        OneTimeCode.objects.update_or_create(
            channel=channel,
            address_index=index,
            purpose=purpose,
            defaults={
                "code_hash": _code_hash(channel, index, purpose, code),
                "wave_ref": wave.pk,
                "sent_at": now,
                "expires_at": now + LASTS,
                "attempts": 0,
                "used_at": None,
            },
        )


def check_code(
    *, channel: str, address: str, purpose: str, code: str, client: bytes = EVERYBODY
) -> bool:
    """Whether this is the live code of the address; it is good once, and for MOST_ATTEMPTS tries.

    Raises DomainError bad_phone or too_many_tries. Call outside a transaction: a try counts even
    where what follows is undone.
    """
    index = address_index(channel, normalise_address(channel, address))
    if not (
        spend("try.client", client, most=_per_client(client, TRIES_PER_CLIENT_AN_HOUR), per=AN_HOUR)
        and spend("try.address", index, most=TRIES_PER_ADDRESS_AN_HOUR, per=AN_HOUR)
    ):
        raise DomainError("too_many_tries", _("尝试次数过多，请一小时后再试。"), status=429)
    known = OneTimeCode.objects.filter(channel=channel, address_index=index, purpose=purpose)
    row, now = known.first(), clock.real_now()
    counted = known.filter(used_at=None, expires_at__gt=now, attempts__lt=MOST_ATTEMPTS).update(
        attempts=F("attempts") + 1
    )
    given = _code_hash(channel, index, purpose, _digits(code))
    same = hmac.compare_digest(given, bytes(row.code_hash) if row else bytes(16))
    if not (counted and same):
        return False
    # Once, and only while no newer code has taken its place.
    return bool(known.filter(used_at=None, code_hash=given).update(used_at=now))


def wave_of_code(*, channel: str, address: str, purpose: str) -> int | None:
    """The wave that brings the live code of this address, or None."""
    index = address_index(channel, normalise_address(channel, address))
    live = OneTimeCode.objects.filter(
        channel=channel, address_index=index, purpose=purpose, expires_at__gt=clock.real_now()
    )
    return live.values_list("wave_ref", flat=True).first()


def forget_old_codes() -> int:
    """Delete codes that can no longer be used."""
    return OneTimeCode.objects.filter(expires_at__lt=clock.real_now()).delete()[0]


def _hold_limits(index: bytes, client: bytes) -> None:
    limits = (
        ("send.client", client, _per_client(client, PER_CLIENT_AN_HOUR), AN_HOUR),
        ("send.minute", index, 1, A_MINUTE),
        ("send.hour", index, PER_ADDRESS_AN_HOUR, AN_HOUR),
        ("send.day", index, PER_ADDRESS_A_DAY, A_DAY),
        ("send.all", EVERYBODY, settings.CODES_PER_MINUTE, A_MINUTE),
    )
    for name, key, most, per in limits:
        if not spend(name, key, most=most, per=per):
            raise DomainError(
                "too_many_codes",
                _("验证码发送过于频繁，请一分钟后再试；多次收不到请一小时后再试。"),
                status=429,
            )


def _per_client(client: bytes, most: int) -> int:
    """A caller that names no client (a program of ours) is held by the other limits alone."""
    return 2**31 - 1 if client == EVERYBODY else most


def _code_hash(channel: str, index: bytes, purpose: str, code: str) -> bytes:
    """A million codes are soon tried: without the key the hash says nothing."""
    message = b"\0".join((b"code-hash", channel.encode(), purpose.encode(), code.encode(), index))
    return hmac.digest(settings.LINK_KEY, message, hashlib.sha256)[:16]


def _digits(code: str) -> str:
    """What was typed or pasted, full-width digits and blanks included; at most a few."""
    return "".join(str(int(c)) for c in code[:40] if c.isdecimal())


def _page_language() -> str:
    return "en" if (translation.get_language() or "").startswith("en") else "zh-hans"


def _signature(channel: str, address: str) -> tuple[str, str]:
    """The post that serves the country of the number, else the ministry: it says nothing of
    whose number it is."""
    if channel != Channel.SMS:
        return MINISTRY
    region = phonenumbers.region_code_for_number(phonenumbers.parse(address)) or ""
    post = Post.objects.filter(jurisdictions__country=region).order_by("pk").first()
    return (post.signature_zh, post.signature_en) if post else MINISTRY
