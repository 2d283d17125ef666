"""Whether two affected areas share ground, as two officers draw one event."""

import numpy as np

from registry.geography.areas import Area, Circle
from registry.geography.lines import WGS84, normals
from registry.geography.outline import PIECE_M, Outline, outline_of


def areas_touch(one: Area, other: Area) -> bool:
    """Whether a country stands in both, or their shapes share ground.

    Edges of polygons are looked at every 10 km, so shapes that overlap, or are apart, by less than
    that may be told either way: enough to ask an officer whether two drawings mean one event. A
    country and a shape have nothing to compare: no border is known here.
    """
    return bool(set(one.countries) & set(other.countries)) or _shapes_touch(one, other)


def _shapes_touch(one: Area, other: Area) -> bool:
    if one.circle and other.circle:
        metres = _metres(one.circle, [other.circle.latitude], [other.circle.longitude])
        return bool(metres[0] <= one.circle.radius_m + other.circle.radius_m)
    if one.polygon and other.polygon:
        first, second = outline_of(one.polygon), outline_of(other.polygon)
        return _reaches_into(first, second) or _reaches_into(second, first)
    for circle, polygon in ((one.circle, other.polygon), (other.circle, one.polygon)):
        if circle and polygon:
            return _circle_touches(circle, outline_of(polygon))
    return False


def _circle_touches(circle: Circle, outline: Outline) -> bool:
    centre = normals(np.array([circle.latitude]), np.array([circle.longitude]))
    near = _metres(circle, *outline.pieces.middles()) <= circle.radius_m + PIECE_M / 2
    return bool(near.any() or outline.enclose(centre).any())


def _reaches_into(one: Outline, other: Outline) -> bool:
    """Whether a piece of the first one's edge lies inside the second."""
    return bool(other.enclose(one.pieces.normal_a).any())


def _metres(circle: Circle, latitudes: object, longitudes: object) -> np.ndarray:
    lat, lon = np.asarray(latitudes, dtype=float), np.asarray(longitudes, dtype=float)
    _, _, metres = WGS84.inv(
        np.full(len(lon), circle.longitude), np.full(len(lat), circle.latitude), lon, lat
    )
    return np.asarray(metres)
