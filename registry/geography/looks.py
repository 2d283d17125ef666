"""Looks into the index of places: which strips, each from which longitude to which.

Homes known well lie in narrow strips, all other places in wider ones of their own, numbered as the
column Whereabouts.strip numbers them.
"""

from typing import NamedTuple

from registry.geography.areas import Area, Circle
from registry.geography.covering import cover
from registry.geography.strips import is_small, strips_one_by_one
from registry.models.whereabouts import (
    BANDS_IN_A_WIDE_STRIP,
    BANDS_PER_DEGREE,
    WIDE_STRIPS_FROM,
)

WIDE_PER_DEGREE = BANDS_PER_DEGREE // BANDS_IN_A_WIDE_STRIP


class Looks(NamedTuple):
    """Parallel lists; longitudes in degrees, both included."""

    strips: list[int]
    west: list[float]
    east: list[float]


def looks(area: Area, known_well_m: float, known_less_m: float) -> Looks:
    """What finds every home known well within the first metres of the area's shape, and every
    other place within the second; none where the area has no shape."""
    circle = area.circle
    if circle is not None:
        farthest = circle.radius_m + max(known_well_m, known_less_m)
        if is_small(circle.latitude, farthest, BANDS_PER_DEGREE + WIDE_PER_DEGREE):
            return _around(circle, known_well_m, known_less_m)
    near, wide = cover(area, known_well_m), cover(area, known_less_m, per_degree=WIDE_PER_DEGREE)
    return Looks(
        near.bands.tolist() + (wide.bands + WIDE_STRIPS_FROM).tolist(),
        near.west.tolist() + wide.west.tolist(),
        near.east.tolist() + wide.east.tolist(),
    )


def _around(circle: Circle, known_well_m: float, known_less_m: float) -> Looks:
    """In plain numbers: a small search is over in less time than its arrays would take."""
    found = Looks([], [], [])
    for reach_m, per_degree, first in (
        (known_well_m, BANDS_PER_DEGREE, 0),
        (known_less_m, WIDE_PER_DEGREE, WIDE_STRIPS_FROM),
    ):
        farthest = circle.radius_m + reach_m
        for band, west, east in strips_one_by_one(
            circle.latitude, circle.longitude, farthest, per_degree
        ):
            found.strips.append(first + band)
            found.west.append(west)
            found.east.append(east)
    return found
