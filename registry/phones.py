"""The common case of a phone number, answered thirty times as fast as by `phonenumbers`.

A roster has a million numbers that are plain: digits, a plus, perhaps blanks. For these the same
tables of `phonenumbers` are asked directly; whatever is not plain (a national prefix, a leading
zero, an extension, a number that seems wrong) is left to the library itself. So the answer is its
answer, always (tests/registry/test_phones.py compares them over every country).
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import phonenumbers
from phonenumbers.phonenumberutil import COUNTRY_CODE_TO_REGION_CODE

_PLAIN = re.compile(r"\+?[0-9](?:[ \-]?[0-9]){5,16}\Z")
# Those of a type of number, in the order of no importance: any of them makes a number valid.
_TYPES = (
    "mobile", "fixed_line", "voip", "toll_free", "premium_rate", "shared_cost", "personal_number",
    "pager", "uan", "voicemail",
)  # fmt: skip
_LONGEST_COUNTRY_CODE = 3
_WORLDWIDE = "001"


@dataclass(frozen=True, slots=True)
class _Kind:
    lengths: frozenset[int]
    pattern: re.Pattern[str]

    def holds(self, number: str) -> bool:
        right_length = not self.lengths or len(number) in self.lengths
        return right_length and self.pattern.fullmatch(number) is not None


@dataclass(frozen=True, slots=True)
class _Region:
    """What the tables say of one region's numbers."""

    country_code: str
    leading: re.Pattern[str] | None
    prefix: re.Pattern[str] | None
    dialled_abroad: re.Pattern[str] | None
    general: _Kind | None
    kinds: tuple[_Kind, ...]

    def holds(self, number: str) -> bool:
        """Whether the national number is one of some kind (phonenumbers' _number_type_helper)."""
        if self.general is None or not self.general.holds(number):
            return False
        return any(kind.holds(number) for kind in self.kinds)


def quick_e164(text: str, region: str | None) -> str | None:
    """The number in E.164 where that is plain to see; None says nothing: ask `phonenumbers`.

    `text` is cleaned; `region` (ISO code) is where a number without a country code belongs.
    """
    if not _PLAIN.match(text):
        return None
    digits = text.replace(" ", "").replace("-", "")
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    split = _split(digits[1:]) if digits[0] == "+" else _at_home(digits, region)
    if split is None or split[1][:1] in ("", "0"):
        return None
    country_code, number = split
    return f"+{country_code}{number}" if _is_valid(country_code, number) else None


def _split(digits: str) -> tuple[str, str] | None:
    for end in range(1, _LONGEST_COUNTRY_CODE + 1):
        if digits[:end] in _regions_by_code():
            return digits[:end], digits[end:]
    return None


def _at_home(digits: str, region: str | None) -> tuple[str, str] | None:
    """Digits that can be nothing but a national number of `region`."""
    home = _region(region) if region else None
    if home is None or digits.startswith(home.country_code):
        return None
    if home.dialled_abroad and home.dialled_abroad.match(digits):
        return None
    return home.country_code, digits


def _is_valid(country_code: str, number: str) -> bool:
    regions = _regions_by_code()[country_code]
    main = _region(regions[0])
    if main is None or (main.prefix and main.prefix.match(number)):
        return False
    if len(regions) == 1:
        return main.holds(number)
    for name in regions:
        region = _region(name)
        if region is None:
            continue
        if region.leading:
            if region.leading.match(number):
                return region.holds(number)
        elif region.holds(number):
            return True
    return False


@cache
def _regions_by_code() -> dict[str, tuple[str, ...]]:
    return {
        str(code): regions
        for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
        if regions[0] != _WORLDWIDE
    }


@cache
def _region(name: str) -> _Region | None:
    told: Any = phonenumbers.PhoneMetadata.metadata_for_region(name.upper(), None)
    if told is None:
        return None
    kinds = [_kind(getattr(told, kind)) for kind in _TYPES]
    return _Region(
        country_code=str(told.country_code),
        leading=_compiled(told.leading_digits),
        prefix=_compiled(told.national_prefix_for_parsing),
        dialled_abroad=_compiled(told.international_prefix),
        general=_kind(told.general_desc),
        kinds=tuple(kind for kind in kinds if kind),
    )


def _kind(told: Any) -> _Kind | None:
    if told is None or not told.national_number_pattern:
        return None
    lengths = frozenset(told.possible_length)
    return _Kind(lengths, re.compile(told.national_number_pattern))


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None
