"""The offline gazetteer: from words to a place, without a network.

Cities of registry/data/cities.csv, then those that have an airport, then the country alone. What
it finds is as vague as it must be: a city is a circle, a country has no point.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from registry.countries import country_codes, country_name
from registry.places import cities, cities_of

# Somewhere in a city, somewhere around the airport that bears its name.
CITY_ACCURACY_M = 20_000.0
AIRPORT_ACCURACY_M = 40_000.0
_AIRPORTS = Path(__file__).parent.parent / "data" / "airports.csv"
_WORDS = re.compile(r"[a-z]+(?:'[a-z]+)?")
_LONGEST_NAME = 5  # words
# What people call countries beside the names of the table.
_ALSO = {"usa": "US", "uk": "GB", "uae": "AE", "阿联酋": "AE", "南韩": "KR", "england": "GB"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the gazetteer: WGS-84 degrees and accuracy in metres, None for a country alone;
    `city` is its display name, `timezone` an IANA name."""

    country: str
    city: str
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    timezone: str

    @property
    def precision(self) -> str:
        return "country" if self.latitude is None else "city"


@cache
def airports() -> dict[str, Spot]:
    """Airports by IATA code."""
    with _AIRPORTS.open(encoding="utf-8", newline="") as file:
        return {
            row["iata"]: Spot(
                row["country"],
                row["city"],
                float(row["latitude"]),
                float(row["longitude"]),
                AIRPORT_ACCURACY_M,
                row["timezone"],
            )
            for row in csv.DictReader(file)
        }


def spot_of_airport(code: str) -> Spot | None:
    """The city of an airport: of the table of cities where it stands there; None if unknown."""
    airport = airports().get(code)
    if airport is None:
        return None
    named = _named().get(_plain(airport.city), ())
    town = next((spot for spot in named if spot.country == airport.country), airport)
    return town if town.accuracy_m == CITY_ACCURACY_M else airport


def spot_of_country(country: str) -> Spot:
    """A country alone, with the time of its largest city."""
    largest = cities_of(country)
    return Spot(country, "", None, None, None, largest[0].timezone if largest else "UTC")


def look_up(text: str, *, country: str = "") -> list[Spot]:
    """The places that `text` may mean, the likeliest first; empty if it names none.

    Of several cities the one with the longest name is meant. A name that several countries have
    gives one place for each, unless `country` or the text itself says which.
    """
    country = country or find_country_in(text)
    found = _cities_in(text, country)
    if found:
        return list({spot.country: spot for spot in reversed(found)}.values())[::-1]
    return [spot_of_country(country)] if country else []


def find_country_in(text: str) -> str:
    """The code of the country that `text` names in Chinese or English, else empty."""
    chinese = max((n for n in _chinese_countries() if n in text), key=len, default="")
    if chinese:
        return _chinese_countries()[chinese]
    english = _english_countries()
    return next((english[name] for name in _runs(text) if name in english), "")


def _cities_in(text: str, country: str) -> list[Spot]:
    """Those of the country (empty: of any) whose name stands in the text and is the longest."""
    names = sorted((n for n in _chinese_cities() if n in text), key=len, reverse=True)
    for found in [_chinese_cities()[n] for n in names] + [_named().get(n, ()) for n in _runs(text)]:
        there = [spot for spot in found if not country or spot.country == country]
        if there:
            return there
    return []


def _runs(text: str) -> Iterator[str]:
    """Runs of Latin words, the longest first and in the order of the text."""
    words = _WORDS.findall(_plain(text))
    for size in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.replace("-", " ").casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@cache
def _spots() -> tuple[tuple[str, str, Spot], ...]:
    """(plain name, Chinese name or empty, place), the largest first; airports after cities."""
    ordered = sorted(cities(), key=lambda city: -city.population)
    known = [(city, _plain(city.name)) for city in ordered]
    listed = [
        (
            name,
            city.name_zh,
            Spot(
                city.country,
                city.name_zh or city.name,
                city.latitude,
                city.longitude,
                CITY_ACCURACY_M,
                city.timezone,
            ),
        )
        for city, name in known
    ]
    there = {(city.country, name) for city, name in known}
    more = [(_plain(spot.city), "", spot) for spot in airports().values()]
    return tuple(listed + [row for row in more if (row[2].country, row[0]) not in there])


@cache
def _named() -> dict[str, tuple[Spot, ...]]:
    pairs = []
    for name, _zh, spot in _spots():
        words = " ".join(_WORDS.findall(name))
        # New York City, Mexico City: people leave the word out.
        pairs += [(words, spot), (words.removesuffix(" city"), spot)]
    return _grouped(dict.fromkeys(pairs))


@cache
def _chinese_cities() -> dict[str, tuple[Spot, ...]]:
    return _grouped((zh, spot) for _name, zh, spot in _spots() if len(zh) > 1)


def _grouped(pairs: Iterable[tuple[str, Spot]]) -> dict[str, tuple[Spot, ...]]:
    groups: dict[str, list[Spot]] = defaultdict(list)
    for name, spot in pairs:
        if name:
            groups[name].append(spot)
    return {name: tuple(group) for name, group in groups.items()}


@cache
def _chinese_countries() -> dict[str, str]:
    also = {name: code for name, code in _ALSO.items() if not name.isascii()}
    return {country_name(code, "zh"): code for code in country_codes()} | also


@cache
def _english_countries() -> dict[str, str]:
    names = {
        " ".join(_WORDS.findall(_plain(country_name(code, "en")))): code for code in country_codes()
    }
    return names | {name: code for name, code in _ALSO.items() if name.isascii()}
