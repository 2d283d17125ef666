"""What measuring a place against an area finds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.geography.lines import Floats

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Measured:
    """One entry a place; nothing is true of one without a point.

    `distance_m`: from a circle's centre; to a polygon, 0 inside it; NaN for no point, or too far
    from a polygon to be measured. `beyond_m`: how far outside the edge, 0 or less inside.
    `touches`: somewhere within its accuracy the person is inside; `certain`: everywhere.
    """

    distance_m: Floats
    beyond_m: Floats
    touches: Flags
    certain: Flags
