"""Affected areas drawn as GeoJSON (RFC 7946): what may be drawn, and what is refused with a reason.

Positions are [longitude, latitude]. Edges are geodesics on WGS-84, the shortest line between two
vertices: from 179° to -179° is two degrees and not 358. A ring that crosses the antimeridian is
therefore understood as it stands, and as well when it is cut there into a MultiPolygon, as the
standard recommends: the cut is no edge. The inside of a ring is the smaller part of the globe,
whichever way round it was drawn; a ring around a pole holds the pole.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from registry.geography.lines import WGS84

MAX_VERTICES = 5_000
Position = tuple[float, float]  # longitude, latitude
Ring = tuple[Position, ...]  # closed: the last is the first


@dataclass(frozen=True)
class Polygon:
    """One or more patches of ground; each an outer ring and its holes. Made by
    registry.geography.sound.make_polygon."""

    patches: tuple[tuple[Ring, ...], ...]

    @property
    def vertices(self) -> int:
        return sum(len(ring) - 1 for patch in self.patches for ring in patch)


def read_polygon(geometry: Mapping[str, Any] | str) -> Polygon:
    """What is written, checked only for its form; registry.geography.sound checks the rest."""
    found = _geometry(_parsed(geometry))
    patches = found.get("coordinates")
    if found.get("type") == "Polygon":
        patches = [patches]
    elif found.get("type") != "MultiPolygon":
        raise _not_geojson()
    if not isinstance(patches, Sequence) or isinstance(patches, str) or not patches:
        raise _not_geojson()
    _check_count(patches)
    return Polygon(tuple(_patch(rings) for rings in patches))


def geojson_of(polygon: Polygon) -> dict[str, Any]:
    """The geometry as it is stored: always the same for the same polygon."""
    patches = [[[list(p) for p in ring] for ring in patch] for patch in polygon.patches]
    if len(patches) == 1:
        return {"type": "Polygon", "coordinates": patches[0]}
    return {"type": "MultiPolygon", "coordinates": patches}


def square_kilometres(polygon: Polygon) -> float:
    """The ground inside, holes left out."""
    areas = [[_area(ring) for ring in patch] for patch in polygon.patches]
    return sum(outer - sum(holes) for outer, *holes in areas) / 1e6


def _area(ring: Ring) -> float:
    longitudes, latitudes = zip(*ring, strict=True)
    return abs(float(WGS84.polygon_area_perimeter(longitudes, latitudes)[0]))


def _parsed(geometry: Mapping[str, Any] | str) -> Mapping[str, Any]:
    if isinstance(geometry, str):
        try:
            geometry = json.loads(geometry)
        except (ValueError, RecursionError):
            raise _not_geojson() from None
    if not isinstance(geometry, Mapping):
        raise _not_geojson()
    return geometry


def _geometry(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Drawing tools wrap the geometry in a feature, and the feature in a collection."""
    if found.get("type") == "FeatureCollection":
        features = found.get("features")
        if not isinstance(features, Sequence) or len(features) != 1:
            raise DomainError(
                "bad_geojson", _("GeoJSON 集合中应恰有一个图形。请只留下受影响区域这一个。")
            )
        return _geometry(_parsed(features[0]))
    if found.get("type") == "Feature":
        return _parsed(found.get("geometry") or {})
    return found


def _not_geojson() -> DomainError:
    return DomainError(
        "bad_geojson", _("多边形应为 GeoJSON 的 Polygon 或 MultiPolygon。请从绘图工具重新复制。")
    )


def _check_count(patches: Sequence[Any]) -> None:
    try:
        vertices = sum(len(ring) for rings in patches for ring in rings)
    except TypeError:
        raise _not_geojson() from None
    if vertices > MAX_VERTICES:
        raise DomainError(
            "too_many_vertices",
            _("多边形有 %(vertices)d 个顶点，最多 %(most)d 个。请先简化轮廓。")
            % {"vertices": vertices, "most": MAX_VERTICES},
            {"vertices": vertices, "most": MAX_VERTICES},
        )


def _patch(rings: Any) -> tuple[Ring, ...]:
    if not isinstance(rings, Sequence) or isinstance(rings, str):
        raise _not_geojson()
    if not rings:
        raise _too_short(0)
    return tuple(_ring(ring) for ring in rings)


def _ring(positions: Any) -> Ring:
    if not isinstance(positions, Sequence) or isinstance(positions, str):
        raise _not_geojson()
    read = [_numbers(position) for position in positions]
    _check_range(read)
    if not read:
        raise _too_short(0)
    if read[0] != read[-1]:
        raise DomainError(
            "unclosed_ring", _("多边形的一个环没有闭合：最后一个顶点应与第一个相同。")
        )
    ring = [p for n, p in enumerate(read) if n == 0 or not _same(p, read[n - 1])]
    if len(ring) > 1 and ring[-1] != ring[0]:
        ring[-1] = ring[0]  # the same place, written otherwise
    if len(set(ring)) < 3:
        raise _too_short(len(set(ring)))
    return tuple(ring)


def _too_short(places: int) -> DomainError:
    return DomainError(
        "short_ring",
        _("多边形的一个环只有 %(places)d 个不同的顶点，至少需要 3 个。") % {"places": places},
    )


def _numbers(position: Any) -> Position:
    """Longitude and latitude; a height is left out."""
    if not isinstance(position, Sequence) or not 2 <= len(position) <= 4:
        raise _not_geojson()
    for number in position[:2]:
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise _not_geojson()
        if not math.isfinite(number):
            raise _not_geojson()
    return float(position[0]) + 0.0, float(position[1]) + 0.0  # −0.0 becomes 0.0


def _check_range(ring: list[Position]) -> None:
    wrong = [p for p in ring if abs(p[0]) > 180 or abs(p[1]) > 90]
    if not wrong:
        return
    if all(abs(first) <= 90 and abs(second) <= 180 for first, second in ring):
        raise DomainError(
            "swapped_coordinates",
            _("坐标顺序似乎颠倒：GeoJSON 先经度后纬度，例如 [168.3, -17.7]。"),
        )
    raise DomainError(
        "bad_coordinates",
        _("坐标 [%(longitude)s, %(latitude)s] 不在地球上：经度 -180 到 180，纬度 -90 到 90。")
        % {"longitude": wrong[0][0], "latitude": wrong[0][1]},
    )


def _same(one: Position, other: Position) -> bool:
    """The same place: longitudes are equal a turn apart, and mean nothing at a pole."""
    if one[1] != other[1]:
        return False
    return abs(one[1]) == 90 or (one[0] - other[0]) % 360 == 0
