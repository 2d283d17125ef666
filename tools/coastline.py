"""Cuts crisis/console/static/console/coastline.json from Natural Earth's land (public domain).

    python tools/coastline.py ne_50m_land.geojson

The file is geojson/ne_50m_land.geojson of github.com/nvkelso/natural-earth-vector: land at
1:50,000,000 as one, without countries and without any border. Whole hundredths of a degree (about
a kilometre), points that stray less than SLACK from the line between their neighbours left out;
no island is left out. A polygon is a list of rings, a ring a flat list of numbers: longitude and
latitude of its first corner, then the steps to the next ones.
"""

import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "crisis/console/static/console/coastline.json"
UNIT = 100  # steps to a degree
SLACK = 1.0  # steps
Corner = tuple[int, int]


def rounded(ring: list[list[float]]) -> list[Corner]:
    """In whole steps, each corner once, closed."""
    corners = [(round(lon * UNIT), round(lat * UNIT)) for lon, lat, *_ in ring]
    kept = [c for n, c in enumerate(corners) if n == 0 or c != corners[n - 1]]
    return kept if kept[0] == kept[-1] else [*kept, kept[0]]


def away(corner: Corner, start: Corner, end: Corner) -> float:
    """How far a corner is from the line between two others, in steps."""
    along = math.dist(start, end)
    if not along:
        return math.dist(corner, start)
    (x, y), (x1, y1), (x2, y2) = corner, start, end
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / along


def simplified(corners: list[Corner]) -> list[Corner]:
    """Douglas and Peucker's, from the first corner to the last."""
    if len(corners) < 3:
        return corners
    start, end = corners[0], corners[-1]
    far = max(range(1, len(corners) - 1), key=lambda n: away(corners[n], start, end))
    if away(corners[far], start, end) <= SLACK:
        return [start, end]
    return [*simplified(corners[: far + 1])[:-1], *simplified(corners[far:])]


def steps(corners: list[Corner]) -> list[int]:
    """The first corner, then the way to each next; the last is the first again and left out."""
    flat = [*corners[0]]
    for (x, y), (to_x, to_y) in pairwise(corners[:-1]):
        flat += [to_x - x, to_y - y]
    return flat


def ring_of(ring: list[list[float]]) -> list[int]:
    """An island so small that nothing would be left of it keeps all its corners, or becomes a
    square of two steps that stands on its corner."""
    corners = rounded(ring)
    fewer = simplified(corners)
    if len(fewer) > 3:
        return steps(fewer)
    if len(set(corners)) > 2:
        return steps(corners)
    x, y = corners[0]
    return steps([(x - 1, y), (x, y + 1), (x + 1, y), (x, y - 1), (x - 1, y)])


def polygons_of(geometry: dict[str, Any]) -> list[list[list[list[float]]]]:
    found: list[list[list[list[float]]]] = geometry["coordinates"]
    return [found] if geometry["type"] == "Polygon" else found  # type: ignore[list-item]


def cut(source: Path) -> None:
    sys.setrecursionlimit(20_000)
    land = json.loads(source.read_text(encoding="utf-8"))
    polygons = [
        [ring_of(ring) for ring in polygon]
        for feature in land["features"]
        for polygon in polygons_of(feature["geometry"])
    ]
    text = json.dumps({"unit": UNIT, "land": polygons}, separators=(",", ":"))
    TARGET.write_text(text + "\n", encoding="utf-8")
    corners = sum(len(ring) // 2 for polygon in polygons for ring in polygon)
    print(f"{len(polygons)} pieces of land, {corners} corners, {len(text)} bytes")


if __name__ == "__main__":
    cut(Path(sys.argv[1]))
