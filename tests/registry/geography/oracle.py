"""Who is inside a polygon by brute force, with none of the product's geometry.

Edges are densified by `Geod.inv_intermediate`; a point is inside when the bearings from it to the
densified outline turn once around; its distance is the smallest to a densified point, then refined
by golden section along the geodesic itself.
"""

import math
from itertools import pairwise
from random import Random

import numpy as np
from pyproj import Geod

WGS84 = Geod(ellps="WGS84")
GOLDEN = (math.sqrt(5) - 1) / 2
Position = tuple[float, float]  # longitude, latitude


class Oracle:
    """`rings` are closed lists of [longitude, latitude] whose insides are subtracted in turn."""

    def __init__(self, rings: list[list[Position]], points_an_edge: int = 200) -> None:
        self.rings = []
        self.edges = []
        for ring in rings:
            dense = []
            for (lon0, lat0), (lon1, lat1) in pairwise(ring):
                azimuth, _, length = WGS84.inv(lon0, lat0, lon1, lat1)
                way = np.linspace(0, length, points_an_edge, endpoint=False)
                size = len(way)
                lons, lats, _ = WGS84.fwd(
                    np.full(size, lon0), np.full(size, lat0), np.full(size, azimuth), way
                )
                self.edges.append((lon0, lat0, azimuth, length, np.array(lons), np.array(lats)))
                dense.append(np.stack([lons, lats]))
            self.rings.append(np.concatenate(dense, axis=1))

    def inside(self, lat: float, lon: float) -> bool:
        return sum(self._turns(ring, lat, lon) for ring in self.rings) % 2 == 1

    def _turns(self, ring: np.ndarray, lat: float, lon: float) -> int:
        size = ring.shape[1]
        bearing, _, _ = WGS84.inv(np.full(size, lon), np.full(size, lat), ring[0], ring[1])
        steps = np.diff(np.append(bearing, bearing[0]))
        return abs(round(float(((steps + 180) % 360 - 180).sum()) / 360))

    def distance(self, lat: float, lon: float) -> float:
        best = []
        for edge in self.edges:
            size = len(edge[4])
            metres = WGS84.inv(np.full(size, lon), np.full(size, lat), edge[4], edge[5])[2]
            best.append((float(metres.min()), int(metres.argmin()), edge))
        best.sort(key=lambda found: found[0])
        return min(self._refined(k, edge, lat, lon) for _, k, edge in best[:4])

    def _refined(self, k: int, edge: tuple, lat: float, lon: float) -> float:
        lon0, lat0, azimuth, length, lons, _ = edge
        step = length / len(lons)
        low, high = max(0.0, (k - 1) * step), min(length, (k + 1) * step)

        def metres(way: float) -> float:
            at = WGS84.fwd(lon0, lat0, azimuth, way)
            return WGS84.inv(at[0], at[1], lon, lat)[2]

        while high - low > 1e-7:
            left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
            if metres(left) < metres(right):
                high = right
            else:
                low = left
        return min(metres((low + high) / 2), metres(0), metres(length))


def star(rng: Random, lat: float, lon: float, reach: tuple[float, float], corners: int) -> list:
    """A ring around a centre, with corners at distances within `reach` metres."""
    ring = []
    for corner in range(corners):
        azimuth = (corner + rng.uniform(-0.35, 0.35)) * 360 / corners
        at_lon, at_lat, _ = WGS84.fwd(lon, lat, azimuth, rng.uniform(*reach))
        ring.append((at_lon, at_lat))
    return [*ring, ring[0]]


def crossing_of_antimeridian(east: Position, west: Position) -> float:
    """The latitude at which the geodesic from a place east of Greenwich meets the antimeridian."""
    azimuth, _, length = WGS84.inv(*east, *west)
    low, high = 0.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        longitude, latitude, _ = WGS84.fwd(*east, azimuth, length * middle)
        low, high = (middle, high) if longitude > 0 else (low, middle)
    return latitude
