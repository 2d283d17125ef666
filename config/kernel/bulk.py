"""Set-based writes: thousands of rows in one statement, on both databases.

Figures: docs/performance.md. `bulk_create` costs five times as much for rows this small.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

Row = Sequence[Any]


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Insert `rows`, already prepared (bytes stay bytes). One that breaks a unique key is skipped.

    `columns` are field names and must hold every column without a database default. Returns the
    number of rows written.
    """
    if not rows:
        return 0
    names = ", ".join(connection.ops.quote_name(_field(model, c).column) for c in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT * FROM unnest({_arrays(model, columns)})"
                " ON CONFLICT DO NOTHING",
                _transpose(rows),
            )
            return cursor.rowcount
        marks = ", ".join(["%s"] * len(columns))
        return _execute_many(
            cursor,
            f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})",
            rows,
        )


def update(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    where: str = "TRUE",
    params: Sequence[Any] = (),
) -> int:
    """Set `columns[1:]` on the rows whose `columns[0]` (the key) matches.

    `where` is trusted SQL over the table's own columns, written as `t.column`, with `params` for
    its marks: the guard that makes the update conditional. Returns the number of rows changed.
    """
    if not rows:
        return 0
    key, *targets = [connection.ops.quote_name(_field(model, c).column) for c in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            aliases = ", ".join(f"c{i}" for i in range(len(columns)))
            sets = ", ".join(f"{name} = v.c{i}" for i, name in enumerate(targets, start=1))
            cursor.execute(
                f"UPDATE {table} AS t SET {sets}"
                f" FROM unnest({_arrays(model, columns)}) AS v({aliases})"
                f" WHERE t.{key} = v.c0 AND {where}",
                [*_transpose(rows), *params],
            )
            return cursor.rowcount
        sets = ", ".join(f"{name} = %s" for name in targets)
        return _execute_many(
            cursor,
            f"UPDATE {table} AS t SET {sets} WHERE t.{key} = %s AND {where}",
            ([*row[1:], row[0], *params] for row in rows),
        )


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _arrays(model: type[models.Model], columns: Sequence[str]) -> str:
    types = [
        _field(model, c).rel_db_type(connection)
        if c == "id"
        else _field(model, c).db_type(connection)
        for c in columns
    ]
    return ", ".join(f"%s::{db_type}[]" for db_type in types)


def _transpose(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _execute_many(cursor: CursorWrapper, sql: str, rows: Iterable[Row]) -> int:
    cursor.executemany(sql, [[_for_sqlite(value) for value in row] for row in rows])
    return cursor.rowcount


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
