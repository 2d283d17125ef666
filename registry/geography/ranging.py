"""How far places are from a polygon: rough for all near an edge, exact where it decides."""

import numpy as np

from registry.geography.lines import SMALLEST_RADIUS_M, Floats, in_space, normals
from registry.geography.measured import Measured
from registry.geography.outline import (
    PIECE_M,
    Outline,
    Pieces,
    chord_distances,
    exact_distances,
)
from registry.geography.rows import Places
from registry.geography.strips import FINE, Ints, cap_strips, pairs
from registry.models.whereabouts import MAX_ACCURACY_M

# A chord of at most PIECE_M lies at most this deep below its geodesic.
_DEPTH_M = PIECE_M**2 / (8 * SMALLEST_RADIUS_M) + 0.01
# More than the exact distance loses to floating point: whoever stands on the edge is inside.
_ROUNDING_M = 1e-6
# Places of like accuracy are measured together: a place known within 100 m has few edges near.
_CLASSES_M = (100.0, 1_000.0, 10_000.0, float(MAX_ACCURACY_M))
_TOGETHER = 20_000  # places


def measure_polygon(places: Places, outline: Outline, margin_m: float) -> Measured:
    """Distances are told up to `margin_m` beyond a place's accuracy, within some metres where
    nothing depends on them."""
    normal = normals(places["latitude"], places["longitude"])
    known = ~np.isnan(places["latitude"])
    inside = np.zeros(len(places), dtype=bool)
    inside[known] = outline.enclose(normal[known])
    edge_m = np.full(len(places), np.inf)
    lower = -1.0
    for upper in _CLASSES_M:
        accuracy = places["accuracy_m"]
        alike = known & (accuracy > lower) & (accuracy <= upper)
        # Only of those outside is asked how far beyond their accuracy an edge is.
        for which, more in ((alike & inside, 0.0), (alike & ~inside, margin_m)):
            numbers = np.flatnonzero(which)
            for start in range(0, len(numbers), _TOGETHER):
                some = numbers[start : start + _TOGETHER]
                _range(places, normal, outline.pieces, some, upper + more, edge_m, inside)
        lower = upper
    accuracy = places["accuracy_m"]
    distance = np.where(inside, 0.0, np.where(np.isinf(edge_m), np.nan, edge_m))
    return Measured(
        distance_m=distance,
        beyond_m=distance,
        touches=inside | (edge_m <= accuracy + _ROUNDING_M),
        certain=inside & (edge_m >= accuracy),
    )


def _range(
    places: Places,
    normal: Floats,
    pieces: Pieces,
    some: Ints,
    reach_m: float,
    edge_m: Floats,
    inside: np.ndarray,
) -> None:
    """Write the distance to the nearest edge into `edge_m` and correct `inside`, for `some`."""
    latitude, longitude = places["latitude"][some], places["longitude"][some]
    caps = cap_strips(
        *pieces.middles(), pieces.length / 2 + reach_m + _slack(reach_m), per_degree=FINE
    )
    piece, place = pairs(caps, latitude, longitude)
    if not len(piece):
        return
    start, end = pieces.chords()
    rough = chord_distances(in_space(normal[some])[place], start[piece], end[piece])
    nearest = np.full(len(some), np.inf)
    np.minimum.at(nearest, place, rough)
    accuracy = places["accuracy_m"][some]
    slack = _slack(accuracy)
    undecided = (nearest <= slack) | (np.abs(nearest - accuracy) <= slack)
    again = np.flatnonzero(undecided[place] & (rough <= (nearest + 2 * slack)[place]))
    piece, place = piece[again], place[again]
    exact, flips = exact_distances(pieces.take(piece), latitude[place], longitude[place])
    nearest[undecided] = np.inf
    np.minimum.at(nearest, place, exact)
    edge_m[some] = nearest
    inside[some] ^= np.bincount(place[flips], minlength=len(some)) % 2 == 1


def _slack(metres: float | Floats) -> float | Floats:
    """How much a distance in space, to a chord, can differ from the geodesic of so many metres:
    the chord's depth, and the bend of the Earth on the way."""
    return _DEPTH_M + (metres + 10.0) ** 3 / (20 * SMALLEST_RADIUS_M**2)
