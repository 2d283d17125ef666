"""A leg of a trip as people give it: country, city, days by the clock of that place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from registry.countries import find_country
from registry.drafts import Place, refusal
from registry.models import Whereabouts
from registry.whereabouts.gazetteer import look_up, spot_of_country

FIRST_MINUTE, LAST_MINUTE = time(0, 0), time(23, 59)
YEARS = (1949, 2199)


@dataclass(frozen=True, kw_only=True)
class LegDraft:
    """Without a time the leg begins with its first day and ends with its last."""

    country: str
    city: str
    starts_on: date
    ends_on: date
    starts_time: time | None = None
    ends_time: time | None = None

    def place(self) -> Place:
        """The city as the gazetteer knows it, else the country with the city's name as written.

        Raises DomainError unknown_country.
        """
        code = find_country(self.country)
        if code is None:
            sentence = _("认不出这个国家或地区，请写中文或英文名称，例如 瓦努阿图 或 VU。")
            raise refusal("unknown_country", "country", sentence)
        spot = next(iter(look_up(self.city, country=code)), spot_of_country(code))
        return Place(
            country=code,
            city=self.city.strip() or spot.city,
            latitude=spot.latitude,
            longitude=spot.longitude,
            accuracy_m=spot.accuracy_m,
        )

    def moments(self) -> tuple[datetime, datetime]:
        """First and last moment in UTC, by the clock of the place. Raises DomainError bad_trip
        for years that no trip has."""
        for day in (self.starts_on, self.ends_on):
            if not YEARS[0] <= day.year <= YEARS[1]:
                sentence = _("请填写 %(first)d 至 %(last)d 年之间的日期。")
                words = {"first": YEARS[0], "last": YEARS[1]}
                raise refusal("bad_trip", "trip_ends_on", sentence % words)
        place = self.place()
        zone = zone_of(place.country, place.city)
        starts = datetime.combine(self.starts_on, self.starts_time or FIRST_MINUTE, zone)
        ends = datetime.combine(self.ends_on, self.ends_time or LAST_MINUTE, zone)
        return starts.astimezone(UTC), ends.astimezone(UTC)


def zone_of(country: str, city: str) -> ZoneInfo:
    """The clock of a city, else of the country's largest."""
    spot = next(iter(look_up(city, country=country)), spot_of_country(country))
    return ZoneInfo(spot.timezone)


def local(moment: datetime, place: Whereabouts) -> datetime:
    """A moment by the clock of a place."""
    return moment.astimezone(zone_of(place.country, place.city))


def overlapping(legs: Sequence[Whereabouts]) -> set[int]:
    """The ids of legs during which the person would also be in another country."""
    found: set[int] = set()
    ordered = sorted(legs, key=lambda leg: (leg.starts_at, leg.pk))
    for number, one in enumerate(ordered):
        for other in ordered[number + 1 :]:
            together = other.starts_at and one.ends_at and other.starts_at < one.ends_at
            if together and one.country != other.country:
                found |= {one.pk, other.pk}
    return found
