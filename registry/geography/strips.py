"""The whereabouts near a circle or in a country, fetched as arrays: the only raw SQL here.

Index. `band = floor(latitude × 20)` cuts the globe into strips of 0.05°; a circle becomes one
longitude interval a strip (two where it crosses the antimeridian), read from the index on
(band, longitude).

Why nobody is lost. On WGS-84 both radii of curvature are at least a(1 − e²) = 6,335,439.33 m, so
every path is at least that many metres for each radian of the same path on a unit sphere of
geographic coordinates. Whoever is within D metres is therefore within D / 6,335,439.33 radians
on that sphere. The strips cover that cap, about 1 % wider than the circle; the exact geodesic
is then computed for every row they return.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from registry.geography.areas import Circle
from registry.models.whereabouts import BANDS_PER_DEGREE, VAGUE_ABOVE_M

SHARED_LASTS = timedelta(hours=72)
TRIP_GRACE = timedelta(hours=48)
SMALLEST_RADIUS_M = 6_335_439.32  # a(1 − e²) of WGS-84, rounded down
MARGIN_RAD = 1e-9  # 6 mm: more than floating point can lose on the way


class Stage(IntEnum):
    """What a whereabouts row is worth at the moment asked about."""

    SHARED = 0
    TRIP = 1
    TRIP_GRACE = 2
    RESIDENCE = 3
    SHARED_STALE = 4
    TRIP_OVER = 5
    TRIP_NOT_BEGUN = 6
    SHARED_SUPERSEDED = 7


# Degrees and metres; NaN where the row has no point.
ROW = np.dtype(
    [
        ("person", np.int64),
        ("latitude", np.float64),
        ("longitude", np.float64),
        ("accuracy_m", np.float64),
        ("listed", np.int16),
        ("stage", np.int16),
    ]
)
Rows = NDArray[np.void]


@dataclass(frozen=True)
class Strips:
    """Parallel lists: band number, western and eastern longitude in degrees (both included)."""

    bands: list[int]
    west: list[float]
    east: list[float]


def strips_of(circle: Circle, reach_m: float) -> Strips:
    """The strips that cover everything within `reach_m` metres of the circle's centre."""
    reach = min(reach_m / SMALLEST_RADIUS_M * (1 + 1e-12) + MARGIN_RAD, np.pi)
    latitude = np.radians(circle.latitude)
    bands = _bands(circle.latitude, np.degrees(reach))
    lower = np.radians(np.clip(bands / BANDS_PER_DEGREE, -90, 90))
    upper = np.radians(np.clip((bands + 1) / BANDS_PER_DEGREE, -90, 90))
    widest = np.maximum(_half_width(latitude, reach, lower), _half_width(latitude, reach, upper))
    bulge = _bulge(latitude, reach)
    if bulge is not None:
        within = (lower <= bulge) & (bulge <= upper)
        widest[within] = np.maximum(widest[within], _half_width(latitude, reach, np.array([bulge])))
    return _intervals(bands, circle.longitude, np.degrees(widest + MARGIN_RAD))


def _bands(latitude: float, reach_deg: float) -> NDArray[np.int64]:
    lowest = max(np.floor((latitude - reach_deg) * BANDS_PER_DEGREE), -90 * BANDS_PER_DEGREE)
    highest = min(np.floor((latitude + reach_deg) * BANDS_PER_DEGREE), 90 * BANDS_PER_DEGREE)
    return np.arange(int(lowest), int(highest) + 1)


def _half_width(
    latitude: float, reach: float, parallels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Half of each parallel's longitudes within the cap, in radians: −1 for none, π for all."""
    across = np.cos(reach) - np.sin(latitude) * np.sin(parallels)
    along = np.maximum(np.cos(latitude) * np.cos(parallels), 1e-18)
    cosine = across / along
    return np.where(cosine > 1, -1.0, np.arccos(np.clip(cosine, -1, 1)))


def _bulge(latitude: float, reach: float) -> float | None:
    """The parallel on which the cap is widest, where that is not a pole."""
    sine = np.sin(latitude) / np.cos(reach)
    return float(np.arcsin(sine)) if abs(sine) <= 1 else None


def _intervals(
    bands: NDArray[np.int64], longitude: float, half_width: NDArray[np.float64]
) -> Strips:
    strips = Strips([], [], [])
    for band, half in zip(bands.tolist(), half_width.tolist(), strict=True):
        if half < 0:
            continue
        west, east = longitude - half, longitude + half
        if half >= 180:
            spans = [(-180.0, 180.0)]
        elif west < -180:
            spans = [(-180.0, east), (west + 360, 180.0)]
        elif east > 180:
            spans = [(west, 180.0), (-180.0, east - 360)]
        else:
            spans = [(west, east)]
        for start, end in spans:
            strips.bands.append(band)
            strips.west.append(start)
            strips.east.append(end)
    return strips


# -- SQL ---------------------------------------------------------------------------------------

_STAGE = """CASE w.kind
    WHEN 'residence' THEN 3
    WHEN 'shared' THEN CASE
        WHEN w.recorded_at < %(fresh_since)s THEN 4
        WHEN EXISTS (
            SELECT 1 FROM registry_whereabouts n
            WHERE n.person_id = w.person_id AND NOT (n.kind = 'residence') AND n.kind = 'shared'
              AND (n.recorded_at > w.recorded_at
                   OR (n.recorded_at = w.recorded_at AND n.id > w.id))) THEN 7
        ELSE 0 END
    ELSE CASE
        WHEN w.starts_at <= %(at)s AND w.ends_at >= %(at)s THEN 1
        WHEN w.starts_at <= %(grace_ahead)s AND w.ends_at >= %(grace_behind)s THEN 2
        WHEN w.ends_at < %(at)s THEN 5
        ELSE 6 END
    END"""
_MOVES = """NOT (m.kind = 'residence') AND (
    (m.kind = 'shared' AND m.recorded_at >= %(fresh_since)s)
    OR (m.kind = 'trip' AND m.starts_at <= %(grace_ahead)s AND m.ends_at >= %(grace_behind)s))"""

_SQL = {
    "sqlite": {
        "listed": "w.country IN (SELECT value FROM json_each(%(countries)s))",
        "strips": """json_each(%(strips)s) s CROSS JOIN registry_whereabouts w
            ON w.band = json_extract(s.value, '$[0]')
            AND w.longitude BETWEEN json_extract(s.value, '$[1]')
                                AND json_extract(s.value, '$[2]')""",
        "movers": """registry_whereabouts w WHERE w.person_id IN (
            SELECT m.person_id FROM json_each(%(ids)s) i
            CROSS JOIN registry_whereabouts m ON m.person_id = i.value AND {moves})""",
        "read": "SELECT w.person_id, w.latitude, w.longitude, w.accuracy_m, {listed}, {stage}",
    },
    "postgresql": {
        "listed": "w.country = ANY(%(countries)s)",
        "strips": """unnest(%(bands)s::smallint[], %(west)s::float8[], %(east)s::float8[])
            AS s(band, west, east) JOIN registry_whereabouts w
            ON w.band = s.band AND w.longitude BETWEEN s.west AND s.east""",
        "movers": """registry_whereabouts w WHERE w.person_id IN (
            SELECT m.person_id FROM registry_whereabouts m
            WHERE m.person_id = ANY(%(ids)s) AND {moves})""",
        # One value of bytes instead of 100,000 rows of objects; network order, as ROW says.
        "read": """SELECT string_agg(int8send(w.person_id)
            || float8send(coalesce(w.latitude, 'NaN')) || float8send(coalesce(w.longitude, 'NaN'))
            || float8send(coalesce(w.accuracy_m, 'NaN'))
            || int2send(({listed})::int::int2) || int2send(({stage})::int2), ''::bytea)""",
    },
}


def rows_in_strips(strips: Strips, countries: Sequence[str], at: datetime) -> Rows:
    """Every whereabouts in the strips, current or not; `listed` says its country is in the list."""
    return _read("{strips}", countries, at, _parameters(strips))


def vague_rows_in_strips(strips: Strips, countries: Sequence[str], at: datetime) -> Rows:
    """Only those known less well than VAGUE_ABOVE_M, which have an index of their own."""
    source = f"{{strips}} AND w.accuracy_m > {VAGUE_ABOVE_M}"  # as the index was declared
    return _read(source, countries, at, _parameters(strips))


def _parameters(strips: Strips) -> dict[str, Any]:
    if connection.vendor == "sqlite":
        table = zip(strips.bands, strips.west, strips.east, strict=True)
        return {"strips": json.dumps(list(table))}
    return {"bands": strips.bands, "west": strips.west, "east": strips.east}


def rows_in_countries(countries: Sequence[str], at: datetime) -> Rows:
    """Every whereabouts in these countries, with or without a point."""
    return _read("registry_whereabouts w WHERE {listed}", countries, at, {})


def rows_known_by_country(countries: Sequence[str], at: datetime) -> Rows:
    """Every whereabouts in these countries that has no point."""
    return _read("registry_whereabouts w WHERE w.band IS NULL AND {listed}", countries, at, {})


def rows_of_movers(ids: NDArray[np.int64], countries: Sequence[str], at: datetime) -> Rows:
    """All rows of those among `ids` for whom a shared position or a trip counts at `at`."""
    people = ids.tolist()
    values = {"ids": json.dumps(people) if connection.vendor == "sqlite" else people}
    return _read("{movers}", countries, at, values)


def countries_in_strips(strips: Strips) -> list[str]:
    """The countries of all points in the strips."""
    source = _SQL[connection.vendor]["strips"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT w.country FROM {source}", _parameters(strips))  # noqa: S608
        return [country for (country,) in cursor.fetchall()]


def left_by(at: datetime) -> NDArray[np.int64]:
    """Ids of the people who had left the registry by then, sorted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM registry_person WHERE left_at IS NOT NULL AND left_at <= %(at)s",
            _moments(at),
        )
        return np.sort(np.fromiter((row[0] for row in cursor.fetchall()), dtype=np.int64))


def _read(source: str, countries: Sequence[str], at: datetime, values: Mapping[str, Any]) -> Rows:
    texts = _SQL[connection.vendor]
    listed = texts["listed"] if countries else "1 = 0"
    columns = texts["read"].format(listed=listed, stage=_STAGE)
    statement = f"{columns} FROM {source.format(**texts | {'listed': listed})}"
    known = json.dumps(countries) if connection.vendor == "sqlite" else list(countries)
    with connection.cursor() as cursor:
        cursor.execute(
            statement.replace("{moves}", _MOVES), {**_moments(at), "countries": known, **values}
        )
        if connection.vendor == "postgresql":
            packed = cursor.fetchone()[0] or b""
            return np.frombuffer(packed, dtype=ROW.newbyteorder(">")).astype(ROW)
        return np.array(cursor.fetchall(), dtype=ROW)


def _moments(at: datetime) -> dict[str, Any]:
    moments = {
        "at": at,
        "fresh_since": at - SHARED_LASTS,
        "grace_ahead": at + TRIP_GRACE,
        "grace_behind": at - TRIP_GRACE,
    }
    adapt = connection.ops.adapt_datetimefield_value
    return {name: adapt(moment) for name, moment in moments.items()}
