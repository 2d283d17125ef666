"""What the files beside this module say: the ground on which officers write."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_DATA = Path(__file__).with_name("data")
# Where the numbers of dialing.csv come from, as a page names it.
NUMBERS_SOURCE = "libphonenumber 9.0.43 (Apache-2.0)"


@dataclass(frozen=True, slots=True)
class Dialing:
    """`dial_out` is the prefix of calls abroad, empty where there is not one for every network;
    `emergency` are the plan's emergency numbers."""

    dial_out: str = ""
    emergency: tuple[str, ...] = ()


@cache
def _dialing() -> dict[str, Dialing]:
    with (_DATA / "dialing.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["country"]: Dialing(row["dial_out"], tuple(row["emergency"].split()))
            for row in csv.DictReader(file)
        }


def dialing_of(country: str) -> Dialing:
    return _dialing().get(country, Dialing())


def countries_abroad() -> tuple[str, ...]:
    """Every country and area but China, by code."""
    return tuple(_dialing())


@cache
def first_words(slug: str, language: str) -> tuple[str, str]:
    """(title, body) of the first version of a guide page."""
    text = (_DATA / "pages" / f"{slug}.{language}.txt").read_text(encoding="utf-8")
    title, _, body = text.partition("\n")
    return title.strip(), body.strip()
