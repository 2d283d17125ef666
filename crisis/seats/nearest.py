"""The nearest of some places, for people whose whereabouts are known to some hundred metres. Pure.

On a sphere: it differs from WGS-84 by half a per cent, less than a street or a river does.
"""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

EARTH_M = 6_371_008.8  # mean radius, IUGG
Point = tuple[float, float]  # latitude, longitude, in degrees


def distance_m(one: Point, other: Point) -> float:
    """Metres between two points (haversine)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(1.0, half)))


def nearest(point: Point, places: Sequence[tuple[int, Point]]) -> int | None:
    """The number of the nearest place; of two as near, the lower number. None without places."""
    if not places:
        return None
    return min(places, key=lambda place: (distance_m(point, place[1]), place[0]))[0]
