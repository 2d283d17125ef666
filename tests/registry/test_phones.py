"""The short way to a phone number answers as `phonenumbers` does, or not at all."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from registry.phones import quick_e164

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = [PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP,
         PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE]  # fmt: skip


def slow(text: str, region: str | None) -> str | None:
    written = "+" + text[2:] if text.startswith("00") else text
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def agrees(text: str, region: str | None) -> bool:
    return quick_e164(text, region) in (None, slow(text, region))


@pytest.mark.parametrize("region", REGIONS)
def test_examples_of_every_region_are_read_alike(region):
    for kind in KINDS:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        full = phonenumbers.format_number(example, PhoneNumberFormat.E164)
        spoken = phonenumbers.format_number(example, PhoneNumberFormat.INTERNATIONAL)
        national = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
        for text in (full, spoken, "00" + full[1:], full[1:], national, full + "0", full[:-1]):
            assert agrees(text, region), (text, region)
            assert agrees(text, "CN"), (text, "CN")


@settings(max_examples=600, deadline=None)
@given(
    text=st.from_regex(r"(\+|00)?[0-9 \-]{5,18}", fullmatch=True),
    region=st.sampled_from([None, "", "AQ", "CN", "VU", "US", "IT", "GB", "AR", "KZ", "MX"]),
)
def test_any_digits_are_read_alike(text, region):
    assert agrees(text.strip(), region or None)


@settings(max_examples=600, deadline=None)
@given(
    code=st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    rest=st.integers(min_value=10**3, max_value=10**11 - 1),
)
def test_any_digits_behind_a_country_code_are_read_alike(code, rest):
    assert agrees(f"+{code}{rest}", None)


def test_plain_numbers_go_the_short_way():
    assert quick_e164("+678 591 2345", None) == "+6785912345"
    assert quick_e164("13800138000", "CN") == "+8613800138000"
    assert quick_e164("0086 138-0013-8000", "VU") == "+8613800138000"
