"""The small table of cities abroad (source and licence: registry/data/README.md)."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("data") / "cities.csv"
_SEPARATORS = re.compile(r"[\s\-'’.]+")


@dataclass(frozen=True, slots=True)
class City:
    """One city: WGS-84 degrees, inhabitants, ISO country, IANA time zone; name_zh may be empty."""

    geonameid: int
    name: str
    name_zh: str
    latitude: float
    longitude: float
    population: int
    country: str
    timezone: str

    def label(self, language: str) -> str:
        return self.name_zh or self.name if language.lower().startswith("zh") else self.name


@cache
def cities() -> tuple[City, ...]:
    """Every city, by country and from the largest down."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_city(row) for row in csv.DictReader(file))


def _city(row: dict[str, str]) -> City:
    return City(
        geonameid=int(row["geonameid"]),
        name=row["name"],
        name_zh=row["name_zh"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        population=int(row["population"]),
        country=row["country"],
        timezone=row["timezone"],
    )


@cache
def _by_country() -> dict[str, tuple[City, ...]]:
    grouped: dict[str, list[City]] = {}
    for city in cities():
        grouped.setdefault(city.country, []).append(city)
    return {country: tuple(group) for country, group in grouped.items()}


def cities_of(country: str) -> tuple[City, ...]:
    """The cities of one country, from the largest down; empty for a country without any."""
    return _by_country().get(country, ())


def _key(name: str) -> str:
    return _SEPARATORS.sub("", name).casefold().removesuffix("市")


def find_city(country: str, name: str) -> City | None:
    """The largest city of that name, ascii or Chinese, blanks and hyphens ignored."""
    wanted = _key(name)
    if not wanted:
        return None
    matching = (c for c in cities_of(country) if wanted in (_key(c.name), _key(c.name_zh)))
    return next(matching, None)
