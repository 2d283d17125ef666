"""Where synthetic people are: real cities, three grades of knowledge, trips, shared positions."""

import math
from bisect import bisect
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from registry.drafts import band_of
from registry.places import City, cities, cities_of

METRES_PER_DEGREE = 111_320
# Shares of residences: exact to 100 m, to the city, to the country alone.
EXACT, CITY_LEVEL = 0.70, 0.20
# In a country looked at closely most live in its main city (Vanuatu: Port Vila).
MAIN_CITY, SECOND_CITY = 0.88, 0.09
# Countries with large communities get more of the rest of the world than their size says.
COMMUNITIES = {
    "TH": 5, "MY": 4, "ID": 3, "SG": 6, "US": 5, "CA": 6, "JP": 5, "KR": 6, "AU": 8, "NZ": 6,
    "GB": 4, "FR": 3, "IT": 4, "ES": 3, "DE": 3, "AE": 5, "ZA": 3, "LA": 6, "KH": 6, "VN": 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of a household: a point with accuracy in metres, or a country alone."""

    country: str
    city: str
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None

    def row(self, kind: str, recorded_at: datetime, **dates: datetime) -> dict[str, Any]:
        """The columns of a whereabouts row, without its person."""
        return {
            "kind": kind,
            "country": self.country,
            "city": self.city,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "accuracy_m": self.accuracy_m,
            "band": None if self.latitude is None else band_of(self.latitude),
            "recorded_at": recorded_at,
            "starts_at": dates.get("starts_at"),
            "ends_at": dates.get("ends_at"),
        }


class World:
    """Draws cities and spots, keeping out of the countries that are counted exactly."""

    def __init__(self, rng: Random, closed: Collection[str]) -> None:
        self.rng = rng
        self.open = [city for city in cities() if city.country not in closed and city.population]
        weights = (math.sqrt(c.population) * COMMUNITIES.get(c.country, 1) for c in self.open)
        self.cumulated = list(accumulate(weights))

    def elsewhere(self) -> City:
        """A city outside the closed countries."""
        drawn = self.rng.random() * self.cumulated[-1]
        return self.open[bisect(self.cumulated, drawn)]

    def within(self, country: str) -> City:
        """A city of one country, mostly its main one."""
        known = cities_of(country)
        drawn = self.rng.random()
        if drawn < MAIN_CITY or len(known) == 1:
            return known[0]
        return known[1] if drawn < MAIN_CITY + SECOND_CITY else self.rng.choice(known[1:])

    def residence(self, city: City) -> Spot:
        drawn = self.rng.random()
        if drawn < EXACT:
            return self.around(city, accuracy_m=self.rng.choice((10.0, 20.0, 50.0, 100.0)))
        if drawn < EXACT + CITY_LEVEL:
            accuracy = self.rng.choice((5_000.0, 10_000.0, 20_000.0))
            return Spot(city.country, _label(city), city.latitude, city.longitude, accuracy)
        return Spot(city.country, "", None, None, None)

    def around(self, city: City, *, accuracy_m: float) -> Spot:
        """A point some kilometres around the centre: the larger the city, the wider."""
        spread_m = 900 * max(1.0, math.log10(max(city.population, 10)) - 3) ** 1.5
        north, east = self.rng.gauss(0, spread_m), self.rng.gauss(0, spread_m)
        shrink = max(math.cos(math.radians(city.latitude)), 0.01)
        latitude = max(-90.0, min(90.0, city.latitude + north / METRES_PER_DEGREE))
        longitude = city.longitude + east / METRES_PER_DEGREE / shrink
        longitude = (longitude + 180) % 360 - 180
        return Spot(city.country, _label(city), round(latitude, 6), round(longitude, 6), accuracy_m)


def _label(city: City) -> str:
    return city.name_zh or city.name


def under_way(rng: Random, at: datetime) -> dict[str, datetime]:
    """Dates of a trip that lasts before and after `at`."""
    return {
        "starts_at": at - timedelta(days=rng.randint(1, 12)),
        "ends_at": at + timedelta(days=rng.randint(1, 20)),
    }


def long_over(rng: Random, at: datetime) -> dict[str, datetime]:
    """Dates of a trip that ended well before its 48 hours of grace."""
    ended = at - timedelta(days=rng.randint(4, 60))
    return {"starts_at": ended - timedelta(days=rng.randint(2, 14)), "ends_at": ended}


def just_over(rng: Random, at: datetime) -> dict[str, datetime]:
    """Dates of a trip within its grace: both places count."""
    ended = at - timedelta(hours=rng.randint(2, 40))
    return {"starts_at": ended - timedelta(days=rng.randint(2, 14)), "ends_at": ended}
