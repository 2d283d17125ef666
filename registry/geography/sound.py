"""Whether a drawn polygon encloses ground without contradiction. Refusals name the remedy."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from registry.geography.borders import Edge, on_seam, ring_edges, true_edges
from registry.geography.lines import WGS84, Floats, normals
from registry.geography.outline import MOST_DEGREES, Loops, Pieces, chunks, cut, left_of
from registry.geography.polygons import Polygon, read_polygon
from registry.geography.strips import FINE, Ints, cap_strips, pairs

MOST_PERIMETER_M = 100_000_000.0  # 100,000 km: more is no outline but a scribble
MOST_RADIUS_KM = 5_000  # what 45° of arc are in words
_BACKWARDS_DEG = 1e-9


def make_polygon(geometry: Mapping[str, Any] | str) -> Polygon:
    """A checked polygon from a GeoJSON geometry, Feature or FeatureCollection of one feature.

    Raises DomainError bad_geojson, too_many_vertices, unclosed_ring, short_ring,
    swapped_coordinates, bad_coordinates, polygon_too_large, self_crossing, hole_outside or
    overlapping_polygons.
    """
    polygon = read_polygon(geometry)
    _check_sound(polygon)
    return polygon


def _check_sound(polygon: Polygon) -> None:
    groups = [cut(edges) for edges in true_edges(polygon) if len(edges)]
    if sum(float(pieces.length.sum()) for pieces in groups) > MOST_PERIMETER_M:
        raise _too_large()
    if not groups or not all(Loops.of(pieces).fits for pieces in groups):
        raise _too_large()
    rings = [
        (patch, ring_edges(ring)) for patch, rings in enumerate(polygon.patches) for ring in rings
    ]
    _check_turns(rings)
    _check_crossings(rings)
    _check_nesting(polygon)


def _too_large() -> DomainError:
    return DomainError(
        "polygon_too_large",
        _("多边形太大：每一块应在 %(km)d 公里半径之内，周长不超过 10 万公里。可改用国家或圆形。")
        % {"km": MOST_RADIUS_KM},
        {"most_degrees": MOST_DEGREES},
    )


def _crossing() -> DomainError:
    return DomainError("self_crossing", _("多边形的边线相交、重合或折返。请改画为不自交的轮廓。"))


def _hole_outside() -> DomainError:
    return DomainError("hole_outside", _("多边形的洞不在外环之内，或洞与洞重叠。请修改或去掉洞。"))


def _overlapping() -> DomainError:
    return DomainError("overlapping_polygons", _("多边形的几块互相重叠。请先合并成一块。"))


def _check_turns(rings: list[tuple[int, list[Edge]]]) -> None:
    """No place of a ring is passed twice, and none is left the way it was reached."""
    for _patch, edges in rings:
        drawn = [edge for edge in edges if not on_seam(edge)]
        starts = [edge[:2] for edge in drawn]
        if len(set(starts)) < len(starts):
            raise _crossing()
        if not drawn:
            raise _crossing()
        _check_backwards(edges)


def _check_backwards(edges: list[Edge]) -> None:
    lat, lon, end_lat, end_lon = np.array(edges).T
    out, back, _ = WGS84.inv(lon, lat, end_lon, end_lat)
    following = np.roll(out, -1)
    turn = np.abs((following - back + 180) % 360 - 180)
    free = ~np.array([on_seam(edge) for edge in edges])
    if (turn[free & np.roll(free, -1)] < _BACKWARDS_DEG).any():
        raise _crossing()


def _check_crossings(rings: list[tuple[int, list[Edge]]]) -> None:
    """No two edges cross or run along each other. The cut along the antimeridian is no edge."""
    edges = [edge for _patch, ring in rings for edge in ring if not on_seam(edge)]
    undirected = {min(edge, (*edge[2:], *edge[:2])) for edge in edges}
    owner = np.array(
        [n for n, (_patch, ring) in enumerate(rings) for edge in ring if not on_seam(edge)]
    )
    if len(undirected) < len(edges):
        raise _crossing()
    pieces = cut(np.array(edges))
    one, other = _crossing_pairs(pieces)
    if not len(one):
        return
    first, second = owner[pieces.edge[one[0]]], owner[pieces.edge[other[0]]]
    if first == second:
        raise _crossing()
    raise _hole_outside() if rings[first][0] == rings[second][0] else _overlapping()


def _crossing_pairs(pieces: Pieces) -> tuple[Ints, Ints]:
    """Pairs of pieces that cross each other."""
    lat, lon = pieces.middles()
    reach = (pieces.length + float(pieces.length.max())) / 2 + 1
    one, other = pairs(cap_strips(lat, lon, reach, per_degree=FINE), lat, lon)
    one, other = one[one < other], other[one < other]
    found = []
    for some in chunks(np.ones(len(one), dtype=np.int64)):
        a, b = one[some], other[some]
        crossed = _cross(pieces, a, b)
        found.append((a[crossed], b[crossed]))
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])


def _cross(pieces: Pieces, one: Ints, other: Ints) -> np.ndarray:
    """Whether the ends of each lie on both sides of the other; a shared end is no crossing."""
    a, b = pieces.normal_a[one], pieces.normal_b[one]
    c, d = pieces.normal_a[other], pieces.normal_b[other]
    shared = np.zeros(len(one), dtype=bool)
    for p in (a, b):
        for q in (c, d):
            shared |= (p == q).all(axis=1)
    return (
        ~shared
        & (left_of(a, b, c) * left_of(a, b, d) < 0)
        & (left_of(c, d, a) * left_of(c, d, b) < 0)
    )  # fmt: skip


def _check_nesting(polygon: Polygon) -> None:
    """Holes lie in their outer ring and apart; patches lie apart, or in each other's holes."""
    loops = [[Loops.of(cut(np.array(ring_edges(r)))) for r in patch] for patch in polygon.patches]
    marks = [[_mark(ring_edges(r)) for r in patch] for patch in polygon.patches]
    for patch, of_patch in zip(loops, marks, strict=True):
        holes = np.array(of_patch[1:])
        if len(holes) and not patch[0].enclose(holes).all():
            raise _hole_outside()
        for number, hole in enumerate(patch[1:]):
            if np.delete(hole.enclose(holes), number).any():
                raise _hole_outside()
    outer = np.array([of_patch[0] for of_patch in marks])
    for number, patch in enumerate(loops):
        inside = sum(ring.enclose(outer).astype(int) for ring in patch) % 2 == 1
        if np.delete(inside, number).any():
            raise _overlapping()


def _mark(edges: list[Edge]) -> Floats:
    """A point on a ring that lies on no other: the middle of its longest piece off the seam."""
    pieces = cut(np.array([edge for edge in edges if not on_seam(edge)]))
    longest = pieces.take(np.array([int(np.argmax(pieces.length))]))
    mark: Floats = normals(*longest.middles())[0]
    return mark
