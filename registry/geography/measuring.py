"""How far places are from an area: arrays in, arrays out, exact where it decides."""

import numpy as np

from registry.geography.areas import Area, Circle
from registry.geography.lines import (
    ROUGH_ERROR_M,
    WGS84,
    Floats,
    rough_distances,
)
from registry.geography.measured import Measured
from registry.geography.outline import outline_of
from registry.geography.ranging import measure_polygon
from registry.geography.rows import Places
from registry.models.whereabouts import MAX_ACCURACY_M

# So few are measured exactly at once: the rough distance alone takes longer.
_FEW = 24


def measure(places: Places, area: Area, *, margin_m: float = 0.0) -> Measured:
    """Measure places (fields latitude, longitude, accuracy_m) against the area's shape.

    Distances from a polygon are told up to `margin_m` beyond the accuracy.
    """
    if area.circle is not None:
        return _measure_circle(places, area.circle)
    if area.polygon is not None:
        return measure_polygon(places, outline_of(area.polygon), margin_m)
    nowhere = np.full(len(places), np.nan)
    nothing = np.zeros(len(places), dtype=bool)
    return Measured(nowhere, nowhere, nothing, nothing)


def _measure_circle(places: Places, circle: Circle) -> Measured:
    latitude, longitude = places["latitude"], places["longitude"]
    accuracy = places["accuracy_m"]
    if len(places) <= _FEW:
        distance = exact_distances(circle, latitude, longitude)
    else:
        centre, most = (circle.latitude, circle.longitude), circle.radius_m + MAX_ACCURACY_M
        distance = rough_distances(*centre, latitude, longitude, mostly_within_m=most)
        # Close to the rim of a place's outermost or innermost circle.
        close = np.abs(np.abs(distance - circle.radius_m) - accuracy) <= ROUGH_ERROR_M
        exact = np.flatnonzero(close | np.isinf(distance))
        if len(exact):
            distance[exact] = exact_distances(circle, latitude[exact], longitude[exact])
    beyond = distance - circle.radius_m
    # NaN compares false.
    return Measured(distance, beyond, touches=beyond <= accuracy, certain=beyond <= -accuracy)


def exact_distances(circle: Circle, latitude: Floats, longitude: Floats) -> Floats:
    """Geodesic metres on WGS-84 from the circle's centre."""
    size = len(latitude)
    centre = np.full(size, circle.longitude), np.full(size, circle.latitude)
    metres: Floats = WGS84.inv(*centre, longitude, latitude)[2]
    return metres
