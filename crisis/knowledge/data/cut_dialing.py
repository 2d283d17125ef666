"""Cuts dialing.csv from the metadata of the package phonenumbers 9.0.43 on PyPI.

    python -m venv /tmp/cut && /tmp/cut/bin/pip install phonenumbers==9.0.43
    /tmp/cut/bin/python crisis/knowledge/data/cut_dialing.py

Apache-2.0, © The Libphonenumber Authors. Of each country: the prefix of calls abroad, where the
numbering plan has one way of dialling out, and the numbers that it gives to emergencies. Which
of them is the police's and which the fire brigade's the source does not say, and nobody guesses:
that is for the posts to enter. Only codes of ISO 3166-1; China is not abroad.
"""

import csv
import itertools
import json
import re
from pathlib import Path

from phonenumbers import PhoneMetadata

TARGET = Path(__file__).with_name("dialing.csv")
COUNTRIES = Path(__file__).parents[3] / "registry/data/countries.json"
NOT_ABROAD = {"CN", "HK", "MO", "TW"}
LONGEST_PREFIX, LONGEST_EMERGENCY = 5, 5
# A plan that reserves more than this many has kept a range for them; nobody in need tries them all.
MOST = 10
# With several ways of dialling out, the one that works on every network.
COMMON = ("00", "011", "010")


def fitting(pattern: str, lengths: range) -> list[str]:
    """Every string of digits of these lengths that the pattern stands for."""
    known = re.compile(pattern)
    digits = ("".join(one) for n in lengths for one in itertools.product("0123456789", repeat=n))
    return [number for number in digits if known.fullmatch(number)]


def prefix_of(region: str) -> str:
    plan = PhoneMetadata.metadata_for_region(region)
    if plan is None or not plan.international_prefix:
        return ""
    if plan.preferred_international_prefix:
        return str(plan.preferred_international_prefix).replace("~", "")
    if plan.international_prefix.isdigit():
        return str(plan.international_prefix)
    ways = fitting(plan.international_prefix, range(1, LONGEST_PREFIX + 1))
    return next((way for way in COMMON if way in ways), ways[0] if len(ways) == 1 else "")


def emergencies_of(region: str) -> list[str]:
    plan = PhoneMetadata.short_metadata_for_region(region)
    if plan is None or plan.emergency is None or not plan.emergency.national_number_pattern:
        return []
    pattern = plan.emergency.national_number_pattern
    if pattern.isdigit():
        return [pattern]
    numbers = fitting(pattern, range(2, LONGEST_EMERGENCY + 1))
    return numbers if len(numbers) <= MOST else []


def cut() -> None:
    codes = sorted(set(json.loads(COUNTRIES.read_text(encoding="utf-8"))) - NOT_ABROAD)
    rows = [[code, prefix_of(code), " ".join(emergencies_of(code))] for code in codes]
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([["country", "dial_out", "emergency"], *rows])
    known = sum(bool(row[2]) for row in rows)
    print(f"{len(rows)} countries in {TARGET.name}, emergency numbers of {known}")


if __name__ == "__main__":
    cut()
