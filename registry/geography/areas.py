"""Affected areas: a circle, countries by code, or both together (a person in either is inside)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from registry.countries import is_country

MIN_RADIUS_M = 1.0
# No two places on Earth are farther apart than half a meridian: 20,003,931.5 m on WGS-84.
MAX_RADIUS_M = 20_004_000.0


@dataclass(frozen=True)
class Circle:
    """WGS-84 degrees of the centre, and the geodesic radius in metres."""

    latitude: float
    longitude: float
    radius_m: float


@dataclass(frozen=True)
class Area:
    """The union of a circle and of whole countries (ISO 3166-1 alpha-2). Never empty."""

    circle: Circle | None
    countries: tuple[str, ...]


def make_circle(latitude: float, longitude: float, radius_m: float) -> Circle:
    """A checked circle; raises DomainError bad_latitude, bad_longitude or bad_radius."""
    check_position(latitude, longitude)
    if not MIN_RADIUS_M <= radius_m <= MAX_RADIUS_M:  # NaN fails this too
        raise DomainError(
            "bad_radius",
            _("半径必须在 1 米到 20004 公里之间。"),
            {"radius_m": _plain(radius_m), "min_m": MIN_RADIUS_M, "max_m": MAX_RADIUS_M},
        )
    return Circle(float(latitude), float(longitude), float(radius_m))


def check_position(latitude: float, longitude: float) -> None:
    """Raises DomainError bad_latitude or bad_longitude unless both are on the globe."""
    if not -90 <= latitude <= 90:
        raise DomainError(
            "bad_latitude", _("纬度必须在 -90 到 90 之间。"), {"latitude": _plain(latitude)}
        )
    if not -180 <= longitude <= 180:
        raise DomainError(
            "bad_longitude", _("经度必须在 -180 到 180 之间。"), {"longitude": _plain(longitude)}
        )


def _plain(value: float) -> float | str:
    """JSON has no NaN and no infinity."""
    return value if math.isfinite(value) else str(value)


def make_area(*, circle: Circle | None = None, countries: Iterable[str] = ()) -> Area:
    """A checked area; raises DomainError unknown_country or empty_area.

    An empty area means nobody, and is refused rather than read as everybody (promise 11).
    """
    codes = tuple(sorted({code.strip().upper() for code in countries}))
    for code in codes:
        if not is_country(code):
            raise DomainError(
                "unknown_country",
                _("“%(code)s”不是国家或地区代码，请使用两个字母的代码，例如 VU。") % {"code": code},
                {"country": code},
            )
    if circle is None and not codes:
        raise DomainError("empty_area", _("受影响区域是空的：请给出圆心和半径，或至少一个国家。"))
    return Area(circle, codes)


def area_from(
    *,
    latitude: float | None,
    longitude: float | None,
    radius_m: float | None,
    countries: Iterable[str] = (),
) -> Area:
    """An area from the columns or fields of a form; a circle with a part missing is refused."""
    parts = [part for part in (latitude, longitude, radius_m) if part is not None]
    if not parts:
        return make_area(countries=countries)
    if latitude is None or longitude is None or radius_m is None:
        raise DomainError("half_circle", _("圆形区域需要纬度、经度和半径三项。"))
    return make_area(circle=make_circle(latitude, longitude, radius_m), countries=countries)
