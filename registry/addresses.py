"""Addresses in one written form, so that the same address is always the same index."""

import re
import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from config.kernel.encryption import blind_index
from config.kernel.errors import DomainError
from config.kernel.text import clean
from registry.phones import quick_e164

# WeChat's own openids are 28 characters of this alphabet; other principals' may be longer.
_OPENID = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
_MAX_TEXT = 320  # RFC 5321: the longest e-mail address


def normalise_phone(text: str, *, region: str | None = None) -> str:
    """A phone number in E.164, such as +6785550123.

    `region` (ISO code) is where a number without a country code belongs. Full-width digits, 00
    for + and separators are read; a number no network can carry raises DomainError bad_phone.
    """
    written = unicodedata.normalize("NFKC", clean(text))[:_MAX_TEXT]
    if plain := quick_e164(written, region):
        return plain
    if written.startswith("00"):
        written = "+" + written[2:]
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        raise _bad_phone() from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise _bad_phone()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _bad_phone() -> DomainError:
    return DomainError(
        "bad_phone", _("电话号码无法使用，请写国际区号和完整号码，例如 +678 5550123。")
    )


def normalise_email(text: str) -> str:
    """A lower-case e-mail address; raises DomainError bad_email."""
    written = unicodedata.normalize("NFKC", clean(text)).lower()
    try:
        validate_email(written)
    except ValidationError:
        raise DomainError("bad_email", _("电子邮件地址无法使用，请检查拼写。")) from None
    return written


def normalise_openid(text: str) -> str:
    """A WeChat openid as WeChat wrote it (its case matters); raises DomainError bad_openid."""
    written = clean(text)
    if not _OPENID.match(written):
        raise DomainError(
            "bad_openid", _("微信 openid 无法使用，它由 16 至 64 个字母、数字、_ 或 - 组成。")
        )
    return written


def normalise_address(channel: str, text: str, *, region: str | None = None) -> str:
    """The one written form of an address on `channel` (sms, wechat or email).

    Raises DomainError bad_phone, bad_email, bad_openid or unknown_channel.
    """
    match channel:
        case "sms":
            return normalise_phone(text, region=region)
        case "wechat":
            return normalise_openid(text)
        case "email":
            return normalise_email(text)
    raise DomainError(
        "unknown_channel", _("没有名为“%(channel)s”的联系渠道。") % {"channel": channel}
    )


def address_index(channel: str, address: str) -> bytes:
    """16 bytes by which a normalised address is found without being readable."""
    return blind_index(address, f"address.{channel}")
