"""The whereabouts near an area or in a country, fetched as arrays: the only raw SQL of the search.

Most people are at home: their residences come packed, from an index alone, and need no more than
to be measured. Only of the few who move (a fresh shared position, or a trip with its grace) all
places are read, with what each is worth.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from registry.geography import binary
from registry.geography.looks import Looks
from registry.geography.question import (
    FLOAT8_ARRAY,
    INT2_ARRAY,
    INT4,
    TIMESTAMPTZ,
    Question,
    ask,
)
from registry.models.whereabouts import SHARED_LASTS, TRIP_GRACE

FEW = 1_000  # people: to ask for each is quick
FEW_STRIPS = 100  # below this the ways to the server and its planning cost more than the reading


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


# Degrees and metres; NaN where the row has no point. PLACE is the packed column.
PLACE = np.dtype(
    [
        ("person", np.int64),
        ("latitude", np.float64),
        ("longitude", np.float64),
        ("accuracy_m", np.float64),
        ("at_home", np.int16),
    ]
)
ROW = np.dtype([*PLACE.descr, ("listed", np.int16), ("stage", np.int16)])
Places = NDArray[np.void]
Rows = NDArray[np.void]
Ids = NDArray[np.int64]
_NOBODY: Ids = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Found:
    """What lies in the strips: residences; ids of those with another place there, current or not
    (may repeat); the ids of all who have left the registry, and of all who have paused, sorted;
    and which of all these people are on the way (may repeat), where that was asked along."""

    homes: Places
    visitors: Ids
    left: Ids
    paused: Ids
    movers: Ids | None = None


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
_MOVES = """NOT (w.kind = 'residence') AND (
    (w.kind = 'shared' AND w.recorded_at >= %(fresh_since)s)
    OR (w.kind = 'trip' AND w.starts_at <= %(grace_ahead)s AND w.ends_at >= %(grace_behind)s))"""
# Whoever has left the registry, and below zero whoever has paused: at home until that day (UTC).
_AWAY = """SELECT {} FROM (
    SELECT id FROM registry_person WHERE left_at IS NOT NULL AND left_at <= %(at)s
    UNION ALL SELECT -id FROM registry_person
    WHERE paused_until IS NOT NULL AND paused_until > %(today)s) p"""

_IN_STRIPS = {
    "sqlite": """json_each(%(strips)s) s
        CROSS JOIN registry_whereabouts w ON w.strip = json_extract(s.value, '$[0]')
        AND w.longitude BETWEEN json_extract(s.value, '$[1]') AND json_extract(s.value, '$[2]')""",
    # OFFSET 0 keeps the planner to one look into the index for each strip: it cannot know how
    # narrow they are, and would rather read the table.
    "postgresql": """unnest(%(strip)s, %(west)s, %(east)s) AS s(strip, west, east)
        CROSS JOIN LATERAL (
            SELECT w.packed, w.country FROM registry_whereabouts w
            WHERE w.strip = s.strip AND w.longitude BETWEEN s.west AND s.east OFFSET 0
        ) w""",
}
_LISTED = {
    "sqlite": "w.country IN (SELECT value FROM json_each(%(countries)s))",
    "postgresql": "w.country = ANY(%(countries)s)",
}
_AMONG = {
    "sqlite": "w.person_id IN (SELECT value FROM json_each(%(ids)s))",
    "postgresql": "w.person_id = ANY(%(ids)s)",
}


# registry/migrations/0004_search_in_one_statement.py, and who has paused since 0006_pausing.py
_SEARCH = Question(
    statement="SELECT places, leavers, movers FROM registry_search($1, $2, $3, $4, $5, $6, $7, $8)",
    forms=(INT2_ARRAY, FLOAT8_ARRAY, FLOAT8_ARRAY, *[TIMESTAMPTZ] * 4, INT4),
)


def search(looks: Looks, at: datetime) -> Found:
    """Everything that lies in the strips looked into."""
    if connection.vendor == "sqlite":
        values = _looks(looks) | _moments(at)
        columns = "w.person_id, w.latitude, w.longitude, w.accuracy_m, w.kind = 'residence'"
        places = _fetch(f"SELECT {columns} FROM {_IN_STRIPS['sqlite']}", values)  # noqa: S608 (our own constants)
        gone = [person for (person,) in _fetch(_AWAY.format("id"), values)]
        return _sorted_out(np.array(places, dtype=PLACE), np.array(gone, dtype=np.int64))
    if len(looks.strips) <= FEW_STRIPS:
        return _small_search(looks, at)
    # One statement and one row: what is read in thousands is not copied once more by a function.
    ids = _AWAY.format("string_agg(int8send(id), ''::bytea)")
    packed, away = binary.fetch_row(
        f"SELECT string_agg(w.packed, ''::bytea), ({ids}) FROM {_IN_STRIPS['postgresql']}",  # noqa: S608
        _looks(looks) | _moments(at),
    )
    return _sorted_out(binary.records(packed, PLACE), binary.ids(away))


def _small_search(looks: Looks, at: datetime) -> Found:
    moments = at, at - SHARED_LASTS, at - TRIP_GRACE, at + TRIP_GRACE
    packed, away, moving = ask(_SEARCH, *looks, *moments, FEW)
    movers = None if moving is None else binary.ids(moving)
    return _sorted_out(binary.records(packed, PLACE), binary.ids(away), movers)


def _sorted_out(places: Places, away: Ids, movers: Ids | None = None) -> Found:
    left = paused = _NOBODY
    if len(away):
        left, paused = np.sort(away[away > 0]), np.sort(-away[away < 0])
    at_home = places["at_home"] != 0
    if at_home.all():
        return Found(places, _NOBODY, left, paused, movers)
    return Found(places[at_home], places["person"][~at_home], left, paused, movers)


def rows_of_movers(people: Ids, countries: Sequence[str], at: datetime) -> Rows:
    """All rows of those among `people` for whom a shared position or a trip counts at `at`."""
    if len(people) > FEW and connection.vendor == "postgresql" and len(people) > _movers():
        # Fewer move at all than we would ask about.
        people = people[np.isin(people, _who_moves("TRUE", _moments(at)))]
    if len(people):
        people = _who_moves(_AMONG[connection.vendor], _moments(at) | _people(people))
    return rows_of_people(people, countries, at)


def _who_moves(where: str, values: Mapping[str, Any]) -> Ids:
    source = f"FROM registry_whereabouts w WHERE {_MOVES} AND {where}"
    if connection.vendor == "postgresql":
        packed = "SELECT string_agg(int8send(w.person_id), ''::bytea)"
        return np.unique(binary.ids(binary.fetch_row(f"{packed} {source}", values)[0]))
    found = _fetch(f"SELECT DISTINCT w.person_id {source}", values)
    return np.array([person for (person,) in found], dtype=np.int64)


def _movers() -> float:
    """About how many rows of people on the way there are, as PostgreSQL last counted them."""
    (rows,) = binary.fetch_row(
        "SELECT reltuples::float8 FROM pg_class WHERE oid = 'whereabouts_of_movers'::regclass", {}
    )
    return float(rows) if rows >= 0 else np.inf


def rows_of_people(people: Ids, countries: Sequence[str], at: datetime) -> Rows:
    """All rows of these people, current or not."""
    if not len(people):
        return np.empty(0, dtype=ROW)
    return _rows(_AMONG[connection.vendor], countries, at, _people(people))


def rows_in_countries(countries: Sequence[str], at: datetime) -> Rows:
    """Every whereabouts in these countries, with or without a point."""
    return _rows(_LISTED[connection.vendor], countries, at, {})


def rows_known_by_country(countries: Sequence[str], at: datetime) -> Rows:
    """Every whereabouts in these countries that has no point."""
    return _rows(f"w.band IS NULL AND {_LISTED[connection.vendor]}", countries, at, {})


def countries_in(looks: Looks) -> list[str]:
    """The countries of all points in the strips looked into: they reach beyond the shape."""
    source = _IN_STRIPS[connection.vendor]
    statement = f"SELECT DISTINCT w.country FROM {source}"  # noqa: S608 (our own constants)
    return sorted(country for (country,) in _fetch(statement, _looks(looks)))


def _rows(where: str, countries: Sequence[str], at: datetime, values: Mapping[str, Any]) -> Rows:
    """`listed` says that the row's country is among `countries`."""
    sqlite = connection.vendor == "sqlite"
    listed = _LISTED[connection.vendor] if countries else "1 = 0"
    known = {"countries": json.dumps(countries) if sqlite else list(countries)} if countries else {}
    everything = {**_moments(at), **values, **known}
    source = f"FROM registry_whereabouts w WHERE {where}"
    if sqlite:
        columns = f"w.person_id, w.latitude, w.longitude, w.accuracy_m, 0, {listed}, {_STAGE}"
        return np.array(_fetch(f"SELECT {columns} {source}", everything), dtype=ROW)
    packed = f"w.packed || int2send(({listed})::int::int2) || int2send(({_STAGE})::int2)"
    row = binary.fetch_row(f"SELECT string_agg({packed}, ''::bytea) {source}", everything)
    return binary.records(row[0], ROW)


def _fetch(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    if connection.vendor == "postgresql":
        return binary.fetch(statement, values)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _people(people: Ids) -> dict[str, Any]:
    if connection.vendor == "sqlite":
        return {"ids": json.dumps(people.tolist())}
    return {"ids": binary.Array(people.astype(np.int64))}


def _looks(looks: Looks) -> dict[str, Any]:
    if connection.vendor == "sqlite":
        return {"strips": json.dumps(list(zip(*looks, strict=True)))}
    return {
        "strip": binary.Array(np.array(looks.strips, dtype=np.int16)),
        "west": binary.Array(np.array(looks.west)),
        "east": binary.Array(np.array(looks.east)),
    }


def _moments(at: datetime) -> dict[str, Any]:
    moments = {
        "at": at,
        "fresh_since": at - SHARED_LASTS,
        "grace_ahead": at + TRIP_GRACE,
        "grace_behind": at - TRIP_GRACE,
    }
    adapt, adapt_day = (
        connection.ops.adapt_datetimefield_value,
        connection.ops.adapt_datefield_value,
    )
    adapted = {name: adapt(moment) for name, moment in moments.items()}
    return adapted | {"today": adapt_day(at.astimezone(UTC).date())}
