"""The other side of the benchmark of the search: PostGIS, set up as well as we know how.

Places of two accuracy classes have a partial GiST index each, so that a circle need not be widened
for everybody by what only the vaguest need. The outer box of each class is looked up in its index
and each point then tested once by ST_DWithin with its own accuracy; a plain
ST_DWithin(radius + accuracy) cannot use an index at all. No precedence, no certainty, no reasons.
"""

import os
import struct
import subprocess

import numpy as np
from django.db import DatabaseError, connection
from numpy.typing import NDArray

from registry.geography.question import Form, Question, ask
from registry.models.whereabouts import VAGUE_ABOVE_M

PACKAGE = "postgresql-{}-postgis-3"
VAGUEST_M = 20_000.0  # benchmarks.support.places
FLOAT8 = Form(701, struct.Struct(">d").pack)
_CENTRE = "ST_MakePoint($1, $2)::geography"
_CLASS = """SELECT person_id FROM bench_places WHERE {which}
    AND geog && _ST_Expand({centre}, $3 + {most})
    AND ST_DWithin(geog, {centre}, $3 + accuracy_m)"""
_PRECISE = _CLASS.format(centre=_CENTRE, which=f"accuracy_m <= {VAGUE_ABOVE_M}", most=VAGUE_ABOVE_M)
_VAGUE = _CLASS.format(centre=_CENTRE, which=f"accuracy_m > {VAGUE_ABOVE_M}", most=VAGUEST_M)
_SEARCH = Question(
    "SELECT string_agg(int8send(person_id), ''::bytea) "  # noqa: S608 (our own constants)
    f"FROM ({_PRECISE} UNION ALL {_VAGUE}) found",
    (FLOAT8, FLOAT8, FLOAT8),
)


def prepare() -> str:
    """Install PostGIS and copy the whereabouts to a table of its own; returns why it could not."""
    problem = _extension()
    if problem:
        return problem
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_places AS SELECT person_id, accuracy_m,"
            " ST_SetSRID(ST_MakePoint(longitude, latitude), 4326)::geography AS geog"
            " FROM registry_whereabouts WHERE latitude IS NOT NULL"
        )
        for name, which in (("precise", "<="), ("vague", ">")):
            cursor.execute(
                f"CREATE INDEX bench_{name} ON bench_places USING gist (geog)"
                f" WHERE accuracy_m {which} {VAGUE_ABOVE_M}"
            )
        cursor.execute("VACUUM (ANALYZE) bench_places")
    return ""


def _extension() -> str:
    problem = _create()
    if problem and _install():
        problem = _create()
    return problem


def _create() -> str:
    """As ourselves, or, where only a superuser may, as the server's own account."""
    name = connection.settings_dict["NAME"]
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    except DatabaseError as refusal:
        if os.geteuid() != 0:
            return str(refusal).partition("\n")[0]
        said = subprocess.run(
            ["su", "postgres", "-s", "/bin/sh", "-c",
             f"psql -qX -p {connection.settings_dict['PORT'] or 5432} -d {name}"
             " -c 'CREATE EXTENSION IF NOT EXISTS postgis'"],
            cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip
        return said.stderr.strip().partition("\n")[0] if said.returncode else ""
    return ""


def _install() -> bool:
    """From Debian, as root; whether it went well."""
    if os.geteuid() != 0:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        major = int(cursor.fetchone()[0]) // 10_000
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", PACKAGE.format(major)]
    try:
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        return subprocess.run(install, **quiet).returncode == 0
    except FileNotFoundError:
        return False


def people_within(latitude: float, longitude: float, radius_m: float) -> NDArray[np.int64]:
    """Ids in order, in one packed value, asked for and returned as the product does it."""
    (packed,) = ask(_SEARCH, longitude, latitude, radius_m)
    return np.sort(np.frombuffer(packed or b"", dtype=">i8").astype(np.int64))
