"""From the rings of a polygon to its true edges: the cut along the antimeridian is none."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from registry.geography.lines import Floats
from registry.geography.polygons import Polygon, Position, Ring

Edge = tuple[float, float, float, float]  # latitude, longitude, latitude, longitude


@dataclass(frozen=True)
class Seam:
    """A stretch of the antimeridian in a ring of one patch."""

    south: float
    north: float
    patch: int


def ring_edges(ring: Ring) -> list[Edge]:
    """The edges of a ring in order. The antimeridian is written 180 and a pole 0, so that what
    meets there meets exactly."""
    places = [_plain(position) for position in ring]
    return [(*a, *b) for a, b in pairwise(places) if a != b]


def _plain(position: Position) -> tuple[float, float]:
    longitude, latitude = position
    if abs(latitude) == 90:
        return latitude, 0.0
    return latitude, 180.0 if longitude == -180 else longitude


def on_seam(edge: Edge) -> bool:
    """Whether an edge runs along the antimeridian."""
    return all(abs(lat) == 90 or lon == 180 for lat, lon in (edge[:2], edge[2:]))


def true_edges(polygon: Polygon) -> list[Floats]:
    """Groups of patches that grow together over the antimeridian, each as rows of edges.

    Where two patches (or a patch and itself, around a pole) lie along the antimeridian from both
    sides there is no edge.
    """
    seams: list[Seam] = []
    edges: list[list[Edge]] = []
    for number, patch in enumerate(polygon.patches):
        every = [edge for ring in patch for edge in ring_edges(ring)]
        seams += [Seam(min(e[0], e[2]), max(e[0], e[2]), number) for e in every if on_seam(e)]
        edges.append([edge for edge in every if not on_seam(edge)])
    group = list(range(len(edges)))
    for south, north in pairwise(sorted({x for s in seams for x in (s.south, s.north)})):
        along = [s.patch for s in seams if s.south <= south and s.north >= north]
        if len(along) % 2:
            edges[along[0]].append((south, 180.0, north, 180.0))
        for other in along[1:]:
            _join(group, along[0], other)
    return [
        np.array([e for its, mine in zip(group, edges, strict=True) if its == g for e in mine])
        for g in sorted(set(group))
    ]


def _join(group: list[int], one: int, other: int) -> None:
    old, new = group[other], group[one]
    group[:] = [new if g == old else g for g in group]
