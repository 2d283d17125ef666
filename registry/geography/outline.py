"""The outline of a polygon: its edges cut into short pieces, and what lies inside of it.

Every edge is cut into pieces of at most 10 km along its geodesic. Between a piece and the great
circle through the normals of its ends there are at most 7 mm, and between it and its chord in
space at most 2 m: both are small enough to find who is near, and those few are then decided by
the geodesic itself (`exact_distances`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from registry.geography.borders import true_edges
from registry.geography.lines import WGS84, Floats, in_space, normals
from registry.geography.polygons import Polygon
from registry.geography.strips import Ints, ranges

PIECE_M = 10_000.0
RADIUS_M = 6_371_000.0
# Half the width a group of patches may have. The plane in which crossings are counted shows less
# than half of the globe, and an inside must be the smaller part of it.
MOST_DEGREES = 45.0
_IN_SIGHT = 0.5  # cosine: points farther than 60° from the centre are outside
_PAIRS = 2_000_000  # weighed at a time
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Pieces:
    """Parallel arrays. Degrees and metres; `azimuth` at the start; `normal_*` one row a piece.

    `edge` is the number of the edge that a piece was cut from.
    """

    lat: Floats
    lon: Floats
    end_lat: Floats
    end_lon: Floats
    azimuth: Floats
    length: Floats
    normal_a: Floats
    normal_b: Floats
    edge: Ints

    def __len__(self) -> int:
        return len(self.lat)

    def take(self, which: Ints | Flags) -> "Pieces":
        return Pieces(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    def middles(self) -> tuple[Floats, Floats]:
        """Latitudes and longitudes half-way along."""
        lon, lat, _ = WGS84.fwd(self.lon, self.lat, self.azimuth, self.length / 2)
        return lat, lon

    def chords(self) -> tuple[Floats, Floats]:
        """Both ends in space, metres."""
        return in_space(self.normal_a), in_space(self.normal_b)


def cut(edges: Floats) -> Pieces:
    """Pieces of edges given as rows of (latitude, longitude, latitude, longitude)."""
    lat, lon, end_lat, end_lon = np.reshape(edges, (-1, 4)).T
    azimuth, _, length = WGS84.inv(lon, lat, end_lon, end_lat)
    parts = np.maximum(np.ceil(length / PIECE_M), 1).astype(np.int64)
    edge, number = ranges(np.zeros_like(parts), parts)
    way = length[edge] * number / parts[edge]
    at_lon, at_lat, _ = WGS84.fwd(lon[edge], lat[edge], azimuth[edge], way)
    first = number == 0  # ends that are vertices stay as they were given
    at_lat[first], at_lon[first] = lat[edge[first]], lon[edge[first]]
    last = number == parts[edge] - 1
    to_lat, to_lon = np.roll(at_lat, -1), np.roll(at_lon, -1)
    to_lat[last], to_lon[last] = end_lat, end_lon
    azimuth, _, length = WGS84.inv(at_lon, at_lat, to_lon, to_lat)
    a, b = normals(at_lat, at_lon), normals(to_lat, to_lon)
    return Pieces(at_lat, at_lon, to_lat, to_lon, azimuth, length, a, b, edge)


@dataclass(frozen=True)
class Loops:
    """Closed loops of pieces seen from a centre: what they enclose an odd number of times."""

    pieces: Pieces
    centre: Floats

    @classmethod
    def of(cls, pieces: Pieces) -> "Loops":
        total = (normals(*pieces.middles()) * pieces.length[:, None]).sum(axis=0)
        size = float(np.linalg.norm(total))
        return cls(pieces, total / size if size else total)

    @property
    def fits(self) -> bool:
        """Whether all of it is within MOST_DEGREES of its centre."""
        nearest = np.cos(np.radians(MOST_DEGREES))
        return bool((self.pieces.normal_a @ self.centre).min(initial=1.0) >= nearest)

    def enclose(self, normal: Floats) -> Flags:
        """Which points (by their normals) lie inside; exact but for a strip of 7 mm at an edge.

        Seen from the centre of the globe onto a plane, great circles are straight; a point is
        inside when a ray from it crosses the outline an odd number of times.
        """
        found = np.zeros(len(normal), dtype=bool)
        if not len(self.pieces):
            return found
        ax, ay = self._on_plane(self.pieces.normal_a)
        bx, by = self._on_plane(self.pieces.normal_b)
        seen = np.flatnonzero(normal @ self.centre > _IN_SIGHT)
        px, py = self._on_plane(normal[seen])
        box = (px <= max(ax.max(), bx.max())) & (py >= min(ay.min(), by.min()))
        box &= (px >= min(ax.min(), bx.min())) & (py <= max(ay.max(), by.max()))
        seen, px, py = seen[box], px[box], py[box]
        found[seen] = _crossings(px, py, ax, ay, bx, by) % 2 == 1
        return found

    def _on_plane(self, normal: Floats) -> tuple[Floats, Floats]:
        pole = np.eye(3)[np.argmin(np.abs(self.centre))]
        east = np.cross(pole, self.centre)
        east /= np.linalg.norm(east)
        north = np.cross(self.centre, east)
        ahead = normal @ self.centre
        return normal @ east / ahead, normal @ north / ahead


@dataclass(frozen=True)
class Outline:
    """All of a polygon's pieces, and the loops they make, one for each group of patches."""

    pieces: Pieces
    loops: tuple[Loops, ...]

    def enclose(self, normal: Floats) -> Flags:
        """Which points lie inside of any; see Loops.enclose."""
        found = np.zeros(len(normal), dtype=bool)
        for loops in self.loops:
            found |= loops.enclose(normal)
        return found


@lru_cache(maxsize=4)  # one search asks several times
def outline_of(polygon: Polygon) -> Outline:
    groups = [cut(edges) for edges in true_edges(polygon) if len(edges)]
    columns = zip(*(vars(pieces).values() for pieces in groups), strict=True)
    pieces = Pieces(*(np.concatenate(column) for column in columns))
    return Outline(pieces, tuple(Loops.of(group) for group in groups))


def _crossings(
    px: Floats, py: Floats, ax: Floats, ay: Floats, bx: Floats, by: Floats
) -> NDArray[np.int64]:
    """How many segments a–b the ray from each point towards growing x crosses."""
    order = np.argsort(py)
    sorted_y = py[order]
    low = np.searchsorted(sorted_y, np.minimum(ay, by), "left")
    high = np.searchsorted(sorted_y, np.maximum(ay, by), "left")
    counted = np.zeros(len(px), dtype=np.int64)
    for some in chunks(high - low):
        segment, place = ranges(low[some], high[some])
        segment, point = segment + some.start, order[place]
        rising = by[segment] > ay[segment]
        left = (bx[segment] - ax[segment]) * (py[point] - ay[segment]) > (
            by[segment] - ay[segment]
        ) * (px[point] - ax[segment])
        counted += np.bincount(point[left == rising], minlength=len(px))
    return counted


def chunks(sizes: Ints) -> Sequence[slice]:
    """Neighbouring items together while their sizes sum to no more than _PAIRS, or alone."""
    found, start, total = [], 0, 0
    for number, size in enumerate(sizes.tolist()):
        if total and total + size > _PAIRS:
            found.append(slice(start, number))
            start, total = number, 0
        total += size
    return [*found, slice(start, len(sizes))]


def left_of(a: Floats, b: Floats, p: Floats) -> Floats:
    """Above zero where p lies left of the great circle from a to b; rows of unit vectors.

    From differences: the product of three vectors that are nearly one would lose a tenth of a
    millimetre.
    """
    side: Floats = np.einsum("ij,ij->i", np.cross(b - a, p - a), a)
    return side


def chord_distances(points: Floats, start: Floats, end: Floats) -> Floats:
    """Metres in space from each point to its segment; rows of x, y, z."""
    along, to = end - start, points - start
    squared = np.maximum(np.einsum("ij,ij->i", along, along), 1e-12)
    share = np.clip(np.einsum("ij,ij->i", to, along) / squared, 0, 1)
    away = to - share[:, None] * along
    metres: Floats = np.sqrt(np.einsum("ij,ij->i", away, away))
    return metres


def exact_distances(pieces: Pieces, lat: Floats, lon: Floats) -> tuple[Floats, Flags]:
    """Geodesic metres from each point to its piece, and which points lie in the sliver between
    the piece and its great circle, where `Loops.enclose` is wrong.

    The foot of the perpendicular is found by going along the piece as far as a sphere would
    have it, again from there, and so on; within 50 km four times leave less than a micrometre.
    """
    way = pieces.length / 2
    for _ in range(5):
        foot_lon, foot_lat, back = WGS84.fwd(pieces.lon, pieces.lat, pieces.azimuth, way)
        bearing, _, metres = WGS84.inv(foot_lon, foot_lat, lon, lat)
        turn = np.radians(bearing - back - 180)
        arc = metres / RADIUS_M
        step = RADIUS_M * np.arctan2(np.sin(arc) * np.cos(turn), np.cos(arc))
        free = (way + step > 0) & (way + step < pieces.length)
        way = np.clip(way + step, 0, pieces.length)
    foot_lon, foot_lat, back = WGS84.fwd(pieces.lon, pieces.lat, pieces.azimuth, way)
    bearing, _, metres = WGS84.inv(foot_lon, foot_lat, lon, lat)
    right = np.sin(np.radians(bearing - back - 180)) > 0
    right_of_circle = left_of(pieces.normal_a, pieces.normal_b, normals(lat, lon)) < 0
    return metres, free & (metres > 0) & (metres < 1) & (right != right_of_circle)
