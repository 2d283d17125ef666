"""PostgreSQL's binary form: arrays of numbers as parameters, packed bytes as answers.

A hundred thousand numbers then pass without becoming objects of Python on the way.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakSet

import numpy as np
import psycopg
from django.db import connection
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

ARRAY_HEADER = struct.Struct(">5i")  # dimensions, nulls, element's type, size, first index


@dataclass(frozen=True)
class Array:
    """A parameter: one-dimensional, of int16, int64 or float64."""

    values: NDArray[Any]


class _ArrayDumper(Dumper):
    format = Format.BINARY
    element = 0  # PostgreSQL's number of the element's type
    item: np.dtype[Any]

    def dump(self, obj: Array) -> bytes:
        items = np.empty(len(obj.values), dtype=self.item)
        items["size"], items["value"] = obj.values.itemsize, obj.values
        return ARRAY_HEADER.pack(1, 0, self.element, len(items), 1) + items.tobytes()


def _item(value: str) -> np.dtype[Any]:
    return np.dtype([("size", ">i4"), ("value", value)])


class _Int16Dumper(_ArrayDumper):
    oid, element, item = 1005, 21, _item(">i2")


class _Int64Dumper(_ArrayDumper):
    oid, element, item = 1016, 20, _item(">i8")


class _Float64Dumper(_ArrayDumper):
    oid, element, item = 1022, 701, _item(">f8")


# By the number that numpy gives a type: to ask for its name costs more than to write the array.
_BY_TYPE = {
    np.dtype(np.int16).num: _Int16Dumper,
    np.dtype(np.int64).num: _Int64Dumper,
    np.dtype(np.float64).num: _Float64Dumper,
}


class _ChosenDumper(_ArrayDumper):
    """Chooses by the array's own type, which psycopg asks once for each value."""

    def get_key(self, obj: Array, format: Any) -> Any:
        return (self.cls, obj.values.dtype.num)

    def upgrade(self, obj: Array, format: Any) -> Dumper:
        return _BY_TYPE[obj.values.dtype.num](self.cls)


_knows_arrays: "WeakSet[psycopg.Connection[Any]]" = WeakSet()


def fetch(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement, sent and answered in binary.

    Django's own cursor puts parameters into the text and can do neither; transactions, and what
    errors become, stay Django's.
    """
    connection.ensure_connection()
    server = connection.connection
    if server not in _knows_arrays:
        server.adapters.register_dumper(Array, _ChosenDumper)
        _knows_arrays.add(server)
    with connection.wrap_database_errors, psycopg.Cursor(server) as cursor:
        return cursor.execute(statement, values, binary=True).fetchall()


def fetch_row(statement: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    return fetch(statement, values)[0]


def records(packed: bytes | None, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Packed records in network order as an array in our own."""
    return np.frombuffer(packed or b"", dtype=_in_network_order(dtype)).astype(dtype)


@cache
def _in_network_order(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype.newbyteorder(">")


def ids(packed: bytes | None) -> NDArray[np.int64]:
    return np.frombuffer(packed or b"", dtype=">i8").astype(np.int64)
