"""Whereabouts by the million for the benchmark of the search: real cities, poles and antimeridian.

70 in 100 people are known within 100 m, 20 to their town (1 to 20 km) and 10 by country alone.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from registry.models.whereabouts import BANDS_PER_DEGREE

CHUNK = 250_000
EXACT, TOWN = 0.70, 0.20
# A mean town's people live within some 15 km of its middle.
SPREAD_KM = 15.0
# Of those with a point, how many are scattered over the whole globe, and about each far place.
SCATTERED, AT_EACH_FAR_PLACE = 0.02, 0.004
FAR_PLACES = (
    (89.9, 45.0),
    (-89.9, -120.0),
    (-16.85, 180.0),
    (-18.0, -179.0),
)  # latitude, longitude
MICROSECONDS_2024_11_17 = 785_116_800_000_000  # since 2000-01-01, as PostgreSQL counts
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """Parallel arrays: person ids, WGS-84 degrees and metres (NaN for a country alone)."""

    person: NDArray[np.int64]
    latitude: Floats
    longitude: Floats
    accuracy_m: Floats

    def __len__(self) -> int:
        return len(self.person)


def people(count: int, *, seed: int = 1) -> Iterator[Places]:
    """`count` people in pieces, the same for the same seed."""
    rng = np.random.default_rng(seed)
    towns = _towns()
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        latitude, longitude = _spots(rng, size, towns)
        accuracy = _accuracies(rng, size)
        alone = np.isnan(accuracy)
        latitude[alone] = longitude[alone] = np.nan
        yield Places(np.arange(start + 1, start + size + 1), latitude, longitude, accuracy)


def _towns() -> tuple[Floats, Floats, Floats]:
    """Latitude, longitude and share of the people of each town."""
    path = settings.BASE_DIR / "registry/data/cities.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    latitude = np.array([float(row["latitude"]) for row in rows])
    longitude = np.array([float(row["longitude"]) for row in rows])
    weight = np.array([float(row["population"]) for row in rows]) + 1_000
    return latitude, longitude, weight / weight.sum()


def _spots(
    rng: np.random.Generator, size: int, towns: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats]:
    north, east, share = towns
    chosen = rng.choice(len(north), size, p=share)
    latitude, longitude = north[chosen], east[chosen]
    draw = rng.random(size)
    for number, (at_north, at_east) in enumerate(FAR_PLACES):
        here = (draw >= number * AT_EACH_FAR_PLACE) & (draw < (number + 1) * AT_EACH_FAR_PLACE)
        latitude[here], longitude[here] = at_north, at_east
    latitude, longitude = _moved(rng, latitude, longitude)
    anywhere = draw > 1 - SCATTERED
    latitude[anywhere] = np.degrees(np.arcsin(rng.uniform(-1, 1, anywhere.sum())))
    longitude[anywhere] = rng.uniform(-180, 180, anywhere.sum())
    return latitude, longitude


def _moved(rng: np.random.Generator, latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
    """Some way off, in any direction, over a pole and across the antimeridian too."""
    arc = np.abs(rng.normal(0, SPREAD_KM, len(latitude))) / 6371
    azimuth = rng.uniform(0, 2 * np.pi, len(latitude))
    start = np.radians(latitude)
    sine = np.sin(start) * np.cos(arc) + np.cos(start) * np.sin(arc) * np.cos(azimuth)
    turn = np.arctan2(
        np.sin(azimuth) * np.sin(arc) * np.cos(start), np.cos(arc) - np.sin(start) * sine
    )
    return np.degrees(np.arcsin(sine)), (longitude + np.degrees(turn) + 180) % 360 - 180


def _accuracies(rng: np.random.Generator, size: int) -> Floats:
    draw = rng.random(size)
    accuracy = rng.uniform(5, 100, size)
    town = draw >= EXACT
    accuracy[town] = rng.uniform(1_000, 20_000, town.sum())
    accuracy[draw >= EXACT + TOWN] = np.nan
    return accuracy


# -- The product's table --------------------------------------------------------------------------


def fill_registry(count: int) -> None:
    """Write the residences of `count` people with COPY.

    Only whereabouts: the search reads nothing else but who has left. Indexes are made afterwards,
    as for any bulk load, from their own definitions.
    """
    with connection.cursor() as cursor:
        again = _drop_what_slows(cursor)
        copy = "COPY registry_whereabouts (person_id, kind, latitude, longitude, accuracy_m, band,"
        copy += " country, city, address, recorded_at) FROM STDIN (FORMAT BINARY)"
        with cursor.cursor.copy(copy) as stream:
            stream.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for part in people(count):
                stream.write(_with_points(part))
                stream.write(_by_country(part))
            stream.write(b"\xff\xff")
        for statement in again:
            cursor.execute(statement)
        cursor.execute("VACUUM (ANALYZE) registry_whereabouts")


def _drop_what_slows(cursor: object) -> list[str]:
    """Drop foreign key and secondary indexes; returns the statements that make the latter."""
    execute = cursor.execute  # type: ignore[attr-defined]
    execute(
        "SELECT conname FROM pg_constraint"
        " WHERE conrelid = 'registry_whereabouts'::regclass AND contype = 'f'"
    )
    for (name,) in cursor.fetchall():  # type: ignore[attr-defined]
        execute(f'ALTER TABLE registry_whereabouts DROP CONSTRAINT "{name}"')
    execute(
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE tablename = 'registry_whereabouts' AND indexname NOT LIKE '%%pkey'"
    )
    found = cursor.fetchall()  # type: ignore[attr-defined]
    for name, _ in found:
        execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in found]


def _with_points(part: Places) -> bytes:
    known = ~np.isnan(part.latitude)
    rows = np.zeros(int(known.sum()), _row(point=True))
    rows["latitude"], rows["longitude"] = part.latitude[known], part.longitude[known]
    rows["accuracy_m"] = part.accuracy_m[known]
    rows["band"] = np.floor(part.latitude[known] * BANDS_PER_DEGREE)
    return _sealed(rows, part.person[known])


def _by_country(part: Places) -> bytes:
    alone = np.isnan(part.latitude)
    return _sealed(np.zeros(int(alone.sum()), _row(point=False)), part.person[alone])


def _sealed(rows: NDArray[np.void], person: NDArray[np.int64]) -> bytes:
    """Fill in what is the same in each row, and the lengths that COPY puts before each value."""
    rows["person"], rows["kind"], rows["country"] = person, b"residence", b"JP"
    rows["recorded"], rows["fields"] = MICROSECONDS_2024_11_17, 10
    for name in rows.dtype.names or ():
        if name.startswith("n_"):
            size = rows.dtype.fields[name[2:]][0].itemsize if name[2:] in rows.dtype.fields else -1
            rows[name] = 0 if name in ("n_city", "n_address") else size
    return rows.tobytes()


def _row(*, point: bool) -> np.dtype[np.void]:
    fields: list[tuple[str, str]] = [("fields", ">i2"), ("n_person", ">i4"), ("person", ">i8")]
    fields += [("n_kind", ">i4"), ("kind", "S9")]
    for name, kind in (("latitude", ">f8"), ("longitude", ">f8"), ("accuracy_m", ">f8"),
                       ("band", ">i2")):  # fmt: skip
        fields += [(f"n_{name}", ">i4")] + ([(name, kind)] if point else [])
    fields += [("n_country", ">i4"), ("country", "S2"), ("n_city", ">i4"), ("n_address", ">i4")]
    return np.dtype([*fields, ("n_recorded", ">i4"), ("recorded", ">i8")])
