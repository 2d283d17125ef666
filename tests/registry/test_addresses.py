"""One address, one written form, one index."""

import pytest

from config.kernel.encryption import blind_index
from config.kernel.errors import DomainError
from registry.addresses import address_index, normalise_address, normalise_phone


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("+678 591 2345", None),
        ("00678-5912345", None),
        ("＋６７８ ５９１２３４５", None),
        ("\u202a+6785912345\u202c", None),
        ("5912345", "VU"),
        ("+6785912345", "CN"),
    ],
)
def test_phone_is_e164_however_it_is_written(written, region):
    assert normalise_phone(written, region=region) == "+6785912345"


@pytest.mark.parametrize("written", ["", "hello", "5912345", "+678 1", "+999 123456", "1" * 10_000])
def test_impossible_phone_is_refused(written):
    with pytest.raises(DomainError) as refused:
        normalise_phone(written)
    assert refused.value.code == "bad_phone"


def test_chinese_mobile_keeps_its_country_code():
    assert normalise_phone("138 0013 8000", region="CN") == "+8613800138000"


@pytest.mark.parametrize(
    ("channel", "written", "expected"),
    [
        ("email", " Wang@Example.ORG ", "wang@example.org"),
        ("wechat", " oWx-5550123_abcdEF0123456789 ", "oWx-5550123_abcdEF0123456789"),
    ],
)
def test_other_channels_have_one_form(channel, written, expected):
    assert normalise_address(channel, written) == expected


@pytest.mark.parametrize(
    ("channel", "written", "code"),
    [
        ("email", "wang@", "bad_email"),
        ("wechat", "王小明", "bad_openid"),
        ("wechat", "short", "bad_openid"),
        ("pigeon", "coop 7", "unknown_channel"),
    ],
)
def test_unusable_address_is_refused(channel, written, code):
    with pytest.raises(DomainError) as refused:
        normalise_address(channel, written)
    assert refused.value.code == code


def test_index_is_bound_to_the_channel():
    assert address_index("sms", "+6785912345") == blind_index("+6785912345", "address.sms")
    assert address_index("sms", "x") != address_index("email", "x")
