"""The strips of latitude that cover a circle or a polygon: which part of the index to read.

`floor(latitude × 8)` cuts the globe into strips of an eighth of a degree, and × 2 into wider ones
for places that are not known so well; an area becomes a few longitude intervals a strip (split at
the antimeridian), read from the index on (strip, longitude).

Why nobody is lost. On WGS-84 both radii of curvature are at least a(1 − e²) = 6,335,439.33 m, so
every path is at least that many metres for each radian of the same path on a unit sphere of
geographic coordinates. Whoever is within D metres is therefore within D / 6,335,439.33 radians
on that sphere. The strips cover that cap, about 1 % wider than the circle; whatever they return
is then measured.
"""

import math
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from registry.geography.lines import SMALLEST_RADIUS_M, Floats

MARGIN_RAD = 1e-9  # 6 mm: more than floating point can lose on the way
_APART = 1_000.0  # degrees between one band's longitudes and the next one's, on one axis
_ONE_BY_ONE = 80  # so few strips are made one by one
FINE = 20  # bands to a degree where strips pair pieces with places, and no index is read
Ints = NDArray[np.int64]
Interval = tuple[int, float, float]  # band number, western and eastern longitude in degrees


@dataclass(frozen=True)
class Strips:
    """Parallel arrays: band number, western and eastern longitude in degrees (both included).

    `owner` is the number of the cap that a strip covers a part of; `per_degree` tells how many
    bands there are to a degree of latitude.
    """

    bands: Ints
    west: Floats
    east: Floats
    owner: Ints
    per_degree: int

    def __len__(self) -> int:
        return len(self.bands)

    def take(self, which: NDArray[np.bool_]) -> "Strips":
        return Strips(
            self.bands[which], self.west[which], self.east[which], self.owner[which],
            self.per_degree,
        )  # fmt: skip


def is_small(latitude: float, reach_m: float, per_degree: int) -> bool:
    """Whether a cap meets no pole and few bands, of the heights that add up to `per_degree`."""
    degrees = math.degrees(reach_m / SMALLEST_RADIUS_M)
    return 2 * per_degree * degrees <= _ONE_BY_ONE and abs(latitude) + degrees < 89


def strips_one_by_one(
    latitude: float, longitude: float, reach_m: float, per_degree: int
) -> Iterator[Interval]:
    """What `cap_strips` finds for one small cap: there arrays take longer than numbers."""
    reach = reach_m / SMALLEST_RADIUS_M * (1 + 1e-12) + MARGIN_RAD
    reach_deg = math.degrees(reach)
    lowest = math.floor((latitude - reach_deg) * per_degree)
    highest = math.floor((latitude + reach_deg) * per_degree)
    widest = _half_widths(math.radians(latitude), reach, range(lowest, highest + 2), per_degree)
    for band, half in enumerate(widest, lowest):
        width = math.degrees(half + MARGIN_RAD)
        west, east = longitude - width, longitude + width
        if west < -180:
            yield band, west + 360, 180.0
            yield band, -180.0, east
        elif east > 180:
            yield band, west, 180.0
            yield band, -180.0, east - 360
        else:
            yield band, west, east


def _half_widths(phi: float, reach: float, edges: range, per_degree: int) -> list[float]:
    """`_half_width` at the widest of each band between two neighbouring edges; radians."""
    sine, cosine, least = math.sin(phi), math.cos(phi), math.cos(reach)
    sin, cos, acos = math.sin, math.cos, math.acos

    def half_width(parallel: float) -> float:
        ratio = (least - sine * sin(parallel)) / (cosine * cos(parallel))
        return acos(ratio) if ratio < 1 else 0.0

    parallels = [math.radians(edge / per_degree) for edge in edges]
    at_edges = [half_width(parallel) for parallel in parallels]
    widest = [max(pair) for pair in pairwise(at_edges)]
    # Between its edges a strip is widest where the cap bulges.
    bulge = math.asin(sine / least)
    band = bisect(parallels, bulge) - 1
    widest[band] = max(widest[band], half_width(bulge))
    return widest


def cap_strips(latitude: Floats, longitude: Floats, reach_m: Floats, *, per_degree: int) -> Strips:
    """The strips that cover, for each of many points, everything within its metres."""
    reach = np.minimum(reach_m / SMALLEST_RADIUS_M * (1 + 1e-12) + MARGIN_RAD, np.pi)
    owner, bands = _bands(latitude, np.degrees(reach), per_degree)
    phi, arc = np.radians(latitude)[owner], reach[owner]
    edges = np.clip(np.array((bands, bands + 1)) / per_degree, -90, 90)
    lower, upper = np.radians(edges)
    # Between its edges a strip is widest where the cap bulges.
    bulge = np.arcsin(np.clip(np.sin(phi) / _no_zero(np.cos(arc)), -1, 1))
    bulge = np.clip(bulge, lower, upper)
    half = _half_width(phi, arc, np.array((lower, upper, bulge))).max(axis=0)
    met = half >= 0
    return _intervals(
        owner[met],
        bands[met],
        longitude[owner[met]],
        np.degrees(half[met] + MARGIN_RAD),
        per_degree,
    )


def _bands(latitude: Floats, reach_deg: Floats, per_degree: int) -> tuple[Ints, Ints]:
    lowest = np.maximum(np.floor((latitude - reach_deg) * per_degree), -90 * per_degree)
    highest = np.minimum(np.floor((latitude + reach_deg) * per_degree), 90 * per_degree)
    return ranges(lowest.astype(np.int64), highest.astype(np.int64) + 1)


def ranges(start: Ints, stop: Ints) -> tuple[Ints, Ints]:
    """All numbers of many ranges, one after another, each with the number of its range."""
    sizes = np.maximum(stop - start, 0)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    before = np.cumsum(sizes) - sizes
    return owner, np.arange(int(sizes.sum())) - before[owner] + start[owner]


def _no_zero(cosine: Floats) -> Floats:
    return np.where(np.abs(cosine) < 1e-18, 1e-18, cosine)


def _half_width(latitude: Floats, reach: Floats, parallels: Floats) -> Floats:
    """Half of each parallel's longitudes within the cap, in radians: −1 for none, π for all."""
    across = np.cos(reach) - np.sin(latitude) * np.sin(parallels)
    along = np.maximum(np.cos(latitude) * np.cos(parallels), 1e-18)
    cosine = across / along
    return np.where(cosine > 1, -1.0, np.arccos(np.clip(cosine, -1, 1)))


def _intervals(
    owner: Ints, bands: Ints, longitude: Floats, half: Floats, per_degree: int
) -> Strips:
    """One interval a band, or two where it crosses the antimeridian."""
    west, east, whole = longitude - half, longitude + half, half >= 180
    over_west, over_east = (west < -180) & ~whole, (east > 180) & ~whole
    first_west = np.where(whole | over_west, -180.0, west)
    first_east = np.where(whole | over_east, 180.0, east)
    more_west = np.concatenate([west[over_west] + 360, np.full(int(over_east.sum()), -180.0)])
    more_east = np.concatenate([np.full(int(over_west.sum()), 180.0), east[over_east] - 360])
    return Strips(
        np.concatenate([bands, bands[over_west], bands[over_east]]),
        np.concatenate([first_west, more_west]),
        np.concatenate([first_east, more_east]),
        np.concatenate([owner, owner[over_west], owner[over_east]]),
        per_degree,
    )


def joined(one: Strips, other: Strips) -> Strips:
    """Both, of the same height."""
    return Strips(
        np.concatenate([one.bands, other.bands]),
        np.concatenate([one.west, other.west]),
        np.concatenate([one.east, other.east]),
        np.concatenate([one.owner, other.owner]),
        one.per_degree,
    )


def merged(strips: Strips) -> Strips:
    """The same ground with no overlap, ordered by band and longitude; one owner for all."""
    if not len(strips):
        return strips
    order = np.lexsort((strips.west, strips.bands))
    bands, west, east = strips.bands[order], strips.west[order], strips.east[order]
    reached = np.maximum.accumulate(bands * _APART + east)
    fresh = np.ones(len(bands), dtype=bool)
    fresh[1:] = (bands * _APART + west)[1:] > reached[:-1]
    starts = np.flatnonzero(fresh)
    return Strips(
        bands[starts],
        west[starts],
        np.maximum.reduceat(east, starts),
        np.zeros_like(starts),
        strips.per_degree,
    )


def gaps(strips: Strips) -> Strips:
    """What merged strips leave uncovered, on the whole globe."""
    every = np.arange(-90 * strips.per_degree, 90 * strips.per_degree + 1)
    # A wall on both sides of each band: what lies between two neighbours is a gap.
    bands = np.concatenate([strips.bands, every, every])
    west = np.concatenate([strips.west, np.full(len(every), -181.0), np.full(len(every), 180.0)])
    east = np.concatenate([strips.east, np.full(len(every), -180.0), np.full(len(every), 181.0)])
    order = np.lexsort((west, bands))
    bands, west, east = bands[order], west[order], east[order]
    open_ = np.flatnonzero((bands[1:] == bands[:-1]) & (west[1:] > east[:-1]))
    return Strips(
        bands[open_], east[open_], west[open_ + 1], np.zeros_like(open_), strips.per_degree
    )


def pairs(strips: Strips, latitude: Floats, longitude: Floats) -> tuple[Ints, Ints]:
    """Which points lie in which strips: (owner of the strip, number of the point).

    Longitudes are shifted by a rounding error of 1e-9°; widen the strips by more than that.
    """
    band = np.floor(latitude * strips.per_degree)
    keys = band * _APART + longitude
    order = np.argsort(keys)
    keys = keys[order]
    start = np.searchsorted(keys, strips.bands * _APART + strips.west, "left")
    stop = np.searchsorted(keys, strips.bands * _APART + strips.east, "right")
    which, place = ranges(start, stop)
    return strips.owner[which], order[place]
