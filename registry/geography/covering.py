"""Which strips of the index an area lies in."""

import numpy as np

from registry.geography.areas import Area, Circle
from registry.geography.lines import normals
from registry.geography.outline import Outline, outline_of
from registry.geography.strips import Strips, cap_strips, gaps, joined, merged
from registry.models.whereabouts import BANDS_PER_DEGREE

_NONE = np.empty(0, dtype=np.int64)


def cover(area: Area, reach_m: float, *, per_degree: int = BANDS_PER_DEGREE) -> Strips:
    """The strips of everything within `reach_m` metres of the area's shape; none without one."""
    if area.circle is not None:
        return strips_of(area.circle, area.circle.radius_m + reach_m, per_degree=per_degree)
    if area.polygon is not None:
        return _of_outline(outline_of(area.polygon), reach_m, per_degree)
    return Strips(_NONE, np.empty(0), np.empty(0), _NONE, per_degree)


def strips_of(circle: Circle, reach_m: float, *, per_degree: int = BANDS_PER_DEGREE) -> Strips:
    """The strips that cover everything within `reach_m` metres of the circle's centre."""
    centre = np.array([circle.latitude]), np.array([circle.longitude])
    return cap_strips(*centre, np.array([reach_m]), per_degree=per_degree)


def _of_outline(outline: Outline, reach_m: float, per_degree: int) -> Strips:
    """What lies near an edge, and then every gap between, which is inside or outside as a whole:
    no edge runs through it."""
    pieces = outline.pieces
    near = cap_strips(*pieces.middles(), pieces.length / 2 + reach_m, per_degree=per_degree)
    edges = merged(near)
    between = gaps(edges)
    latitude = np.clip((between.bands + 0.5) / per_degree, -90, 90)
    inside = outline.enclose(normals(latitude, (between.west + between.east) / 2))
    return merged(joined(edges, between.take(inside)))
