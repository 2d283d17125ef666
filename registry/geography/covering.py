"""Which strips of the index an area lies in."""

import numpy as np

from registry.geography.areas import Area
from registry.geography.strips import Strips, strips_of
from registry.models.whereabouts import BANDS_PER_DEGREE

_NOWHERE = Strips(
    np.empty(0, dtype=np.int64), np.empty(0), np.empty(0), np.empty(0, dtype=np.int64)
)


def cover(area: Area, reach_m: float, *, per_degree: int = BANDS_PER_DEGREE) -> Strips:
    """The strips of everything within `reach_m` metres of the area's shape; none without one."""
    if area.circle is not None:
        return strips_of(area.circle, area.circle.radius_m + reach_m, per_degree=per_degree)
    return _NOWHERE
