"""Set-based writes: thousands of rows in one statement, on both databases.

Figures: docs/performance.md. `bulk_create` costs five times as much for rows this small.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from config.kernel import progress

Row = Sequence[Any]


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Insert `rows`, already prepared (bytes stay bytes). One that breaks a unique key is skipped.

    `columns` are field names and must hold every column without a database default. Returns the
    number of rows written.
    """
    if not rows:
        return 0
    progress.moved()
    names = ", ".join(connection.ops.quote_name(_field(model, c).column) for c in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sent = _send(model, columns, rows)
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {', '.join(sent.values)} FROM {sent.source}"
                " ON CONFLICT DO NOTHING",
                sent.params,
            )
            return cursor.rowcount
        marks = ", ".join(["%s"] * len(columns))
        return _execute_many(
            cursor,
            f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})",
            rows,
        )


def new_ids(model: type[models.Model], count: int) -> list[int]:
    """Keys for rows that `insert` is to write with their key. Call inside a transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [number for (number,) in cursor.fetchall()]
        # The transaction holds the one write lock: nobody else takes a key before we insert.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        return list(range(last + 1, last + 1 + count))


def insert_one(model: type[models.Model], columns: Sequence[str], row: Row) -> bool:
    """Insert one prepared row; False when it breaks a unique key. For what comes singly and often:
    a fifth of what `insert` costs."""
    with connection.cursor() as cursor:
        cursor.execute(_insert_one_sql(model, tuple(columns)), [_for_sqlite(v) for v in row])
        return bool(cursor.rowcount)


@cache
def _insert_one_sql(model: type[models.Model], columns: tuple[str, ...]) -> str:
    names = ", ".join(connection.ops.quote_name(_field(model, c).column) for c in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"


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
    progress.moved()
    key, *targets = [connection.ops.quote_name(_field(model, c).column) for c in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sent = _send(model, columns, rows)
            pairs = zip(targets, sent.values[1:], strict=True)
            sets = ", ".join(f"{name} = {value}" for name, value in pairs)
            cursor.execute(
                f"UPDATE {table} AS t SET {sets} FROM {sent.source}"
                f" WHERE t.{key} = v.c0 AND {where}",
                [*sent.params, *params],
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


def db_type(field: Any) -> str:
    """A key's own type is that of its sequence; what refers to it has the plain one."""
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))


@dataclass(frozen=True, slots=True)
class _Sent:
    """How rows reach PostgreSQL: `values` is the SQL for each column, `source` the table `v` they
    come from, `params` what both ask for, in this order."""

    values: list[str]
    source: str
    params: list[Any]


def _send(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> _Sent:
    """A column that has one value in all rows is sent once, as most columns have here; the others
    as arrays. The first is always an array: it says how many rows there are."""
    values, types, names, scalars, arrays = [], [], [], [], []
    for number, column in enumerate(zip(*rows, strict=True)):
        sql_type = db_type(_field(model, columns[number]))
        if number and column.count(column[0]) == len(column):
            values.append(f"%s::{sql_type}")
            scalars.append(column[0])
        else:
            values.append(f"v.c{number}")
            names.append(f"c{number}")
            types.append(f"%s::{sql_type}[]")
            arrays.append(array(column))
    source = f"unnest({', '.join(types)}) AS v({', '.join(names)})"
    return _Sent(values, source, [*scalars, *arrays])


def array(column: Sequence[Any]) -> Any:
    """An array literal for the types that come by the thousand, as the PostgreSQL manual writes
    it (section 8.15.2); psycopg's own way is there for the rest and costs ten times as much."""
    kinds = set(map(type, column))
    if kinds <= {int, float}:
        return "{" + ",".join(map(repr, column)) + "}"
    if kinds == {bytes}:
        return '{"\\\\x' + '","\\\\x'.join([value.hex() for value in column]) + '"}'
    if kinds == {datetime}:
        return '{"' + '","'.join(map(str, column)) + '"}'
    if kinds == {str}:
        if any('"' in value or "\\" in value for value in column):
            column = [value.replace("\\", "\\\\").replace('"', '\\"') for value in column]
        return '{"' + '","'.join(column) + '"}'
    return list(column)


def _execute_many(cursor: CursorWrapper, sql: str, rows: Iterable[Row]) -> int:
    cursor.executemany(sql, [[_for_sqlite(value) for value in row] for row in rows])
    return cursor.rowcount


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
