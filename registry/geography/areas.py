"""Affected areas: a circle or a polygon, countries by code, or both together (a person in either
is inside)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from registry.countries import is_country
from registry.geography.polygons import Polygon
from registry.geography.sound import make_polygon

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
    """The union of a shape and of whole countries (ISO 3166-1 alpha-2). Never empty, and never
    of two shapes."""

    circle: Circle | None
    countries: tuple[str, ...]
    polygon: Polygon | None = None


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


def make_area(
    *,
    circle: Circle | None = None,
    polygon: Polygon | None = None,
    countries: Iterable[str] = (),
) -> Area:
    """A checked area; raises DomainError unknown_country, two_shapes or empty_area.

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
    if circle is not None and polygon is not None:
        raise DomainError("two_shapes", _("请只用圆形和多边形中的一种，并清空另一种。"))
    if circle is None and polygon is None and not codes:
        raise DomainError(
            "empty_area",
            _("受影响区域是空的：请给出圆心和半径，或多边形，或至少一个国家。"),
        )
    return Area(circle, codes, polygon)


def area_from(
    *,
    latitude: float | None,
    longitude: float | None,
    radius_m: float | None,
    polygon: Mapping[str, Any] | str | None = None,
    countries: Iterable[str] = (),
) -> Area:
    """An area from the columns or fields of a form; `polygon` is GeoJSON.

    A circle with a part missing is refused, and so is a polygon that is not sound.
    """
    drawn = None if polygon in (None, "") else make_polygon(polygon)
    parts = [part for part in (latitude, longitude, radius_m) if part is not None]
    if not parts:
        return make_area(polygon=drawn, countries=countries)
    if latitude is None or longitude is None or radius_m is None:
        raise DomainError("half_circle", _("圆形区域需要纬度、经度和半径三项。"))
    circle = make_circle(latitude, longitude, radius_m)
    return make_area(circle=circle, polygon=drawn, countries=countries)
