"""PostgreSQL's binary form: arrays of numbers as parameters, packed bytes as answers.

A hundred thousand numbers then pass without becoming objects of Python on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

_OIDS = {"int16": (21, 1005), "int64": (20, 1016), "float64": (701, 1022)}  # element, array
_HEADER = np.dtype([("dimensions", ">i4"), ("nulls", ">i4"), ("element", ">i4"),
                    ("size", ">i4"), ("first", ">i4")])  # fmt: skip


@dataclass(frozen=True)
class Array:
    """A parameter: one-dimensional, of int16, int64 or float64."""

    values: NDArray[Any]


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        kind = obj.values.dtype
        header = np.array((1, 0, _OIDS[kind.name][0], len(obj.values), 1), dtype=_HEADER)
        items = np.empty(
            len(obj.values), dtype=[("size", ">i4"), ("value", kind.newbyteorder(">"))]
        )
        items["size"], items["value"] = kind.itemsize, obj.values
        return header.tobytes() + items.tobytes()


class _Int16Dumper(_ArrayDumper):
    oid = _OIDS["int16"][1]


class _Int64Dumper(_ArrayDumper):
    oid = _OIDS["int64"][1]


class _Float64Dumper(_ArrayDumper):
    oid = _OIDS["float64"][1]


_BY_TYPE = {"int16": _Int16Dumper, "int64": _Int64Dumper, "float64": _Float64Dumper}


class _ChosenDumper(_ArrayDumper):
    """Chooses by the array's own type, which psycopg asks once for each value."""

    def get_key(self, obj: Array, format: Any) -> Any:
        return (self.cls, obj.values.dtype.name)

    def upgrade(self, obj: Array, format: Any) -> Dumper:
        return _BY_TYPE[obj.values.dtype.name](self.cls)


def fetch(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement, sent and answered in binary.

    Django's own cursor puts parameters into the text and can do neither; transactions, and what
    errors become, stay Django's.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.adapters.register_dumper(Array, _ChosenDumper)
        return cursor.execute(statement, values, binary=True).fetchall()


def fetch_row(statement: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    return fetch(statement, values)[0]


def records(packed: bytes | None, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Packed records in network order as an array in our own."""
    return np.frombuffer(packed or b"", dtype=dtype.newbyteorder(">")).astype(dtype)


def ids(packed: bytes | None) -> NDArray[np.int64]:
    return np.frombuffer(packed or b"", dtype=">i8").astype(np.int64)
