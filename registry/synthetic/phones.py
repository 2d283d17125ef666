"""Phone numbers that the numbering plan of a country allows, counted up from its example number.

`phonenumbers` carries one example mobile number for each country; its last digits count, so that
numbers are valid, all different and plainly made up (+6785912345 → +6785900001 …). No message
ever leaves a drill for them: a drill installation has no gateway but the emulator.
"""

from functools import cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

MAX_FREE_DIGITS = 6


_PROBES = [0, 1, *(n * 24_989 % 10**MAX_FREE_DIGITS for n in range(40)), 999_999]


@cache
def _stem(region: str) -> tuple[str, int] | None:
    """(fixed beginning, number of free digits) of a country's mobile numbers."""
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    if example is None:
        return None
    text = phonenumbers.format_number(example, PhoneNumberFormat.E164)
    national = len(phonenumbers.national_significant_number(example))
    for free in range(min(MAX_FREE_DIGITS, national - 2), 2, -1):
        if all(_is_valid(text[:-free] + f"{n % 10**free:0{free}d}") for n in _PROBES):
            return text[:-free], free
    return None


def _is_valid(number: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(number))


class Numbers:
    """Hands out numbers, each once; a country that runs out gives Chinese numbers instead.

    `first` is where every country begins: beyond what an earlier run can have handed out.
    """

    def __init__(self, first: int) -> None:
        self._first = first
        self._next: dict[str, int] = {}

    def new(self, region: str) -> str:
        """One more E.164 number of that country."""
        stem = _stem(region) if region != "CN" else None
        used = self._next.get(region, self._first)
        if stem is None or used >= 10 ** stem[1]:
            return self._chinese()
        self._next[region] = used + 1
        return f"{stem[0]}{_scatter(used, stem[1])}"

    def _chinese(self) -> str:
        """+86 138, then 00 to 99, then six digits: every one of them is valid."""
        used = self._next.get("CN", 2 * self._first)
        self._next["CN"] = used + 1
        block, number = divmod(used, 10**6)
        return f"+86138{block % 100:02d}{_scatter(number, 6)}"


def _scatter(number: int, digits: int) -> str:
    """Neighbours in the count are no neighbours in the number: 7 and 10^n have no common factor."""
    return f"{number * 7 % 10**digits:0{digits}d}"
