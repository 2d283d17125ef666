"""Set-based writes: thousands of rows in one statement, on both databases.

Figures: docs/performance.md. `bulk_create` costs five times as much for rows this small.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, partial
from types import NoneType
from typing import Any

import psycopg
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper

from config.kernel import progress

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with the values of its marks. `rows`, on SQLite alone: run once for each."""

    sql: str
    params: Sequence[Any] = ()
    rows: Iterable[Row] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a statement did: rows changed or found, and what it returned."""

    count: int = 0
    rows: Sequence[tuple[Any, ...]] = ()


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    same: Mapping[str, Any] | None = None,
    anew: bool = False,
    once: Sequence[str] = (),
) -> int:
    """Insert `rows`, already prepared (bytes stay bytes). Returns the number of rows written.

    `columns` are field names; with those of `same`, which has one value for all rows, they must
    hold every column without a database default. A row that breaks a unique key is skipped; with
    `anew` it raises IntegrityError, and none is looked for. With `once`, the fields of one key,
    only that one is looked for, and any other that breaks raises: a look into each index is dear.
    """
    return run(insertion(model, columns, rows, same=same, anew=anew, once=once)).count


def insertion(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    same: Mapping[str, Any] | None = None,
    anew: bool = False,
    once: Sequence[str] = (),
) -> Statement | None:
    """The statement of `insert`; None where there are no rows."""
    if not rows:
        return None
    progress.moved()
    same = same or {}
    names = ", ".join(_column(model, c) for c in [*columns, *same])
    table = connection.ops.quote_name(model._meta.db_table)
    key = f"({', '.join(_column(model, c) for c in once)}) " if once else ""
    skip = "" if anew else f" ON CONFLICT {key}DO NOTHING"
    if connection.vendor == "postgresql":
        sent = _send(model, columns, rows, same)
        return Statement(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(sent.values)} FROM {sent.source}"
            + skip,
            sent.params,
        )
    marks = ", ".join(["%s"] * (len(columns) + len(same)))
    tail = tuple(same.values())
    return Statement(
        f"INSERT INTO {table} ({names}) VALUES ({marks}){skip}",
        rows=[(*row, *tail) for row in rows],
    )


def new_ids(model: type[models.Model], count: int) -> list[int]:
    """Keys for rows that `insert` is to write with their key. Call inside a transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(  # OFFSET: the sequence is looked up once, not for each key
                "SELECT nextval(name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass"
                " AS name OFFSET 0) sequence CROSS JOIN generate_series(1, %s)",
                [table, count],
            )
            return [number for (number,) in cursor.fetchall()]
        # The transaction holds the one write lock: nobody else takes a key before we insert.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        return list(range(last + 1, last + 1 + count))


def take_turn(number: int) -> None:
    """Wait until nobody else is in a transaction that took a turn of this number, and hold it to
    the end of this one. On SQLite every writing transaction is alone already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def insert_large(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows of some long binary values, sent as they are: Django's cursor would write every
    byte as two characters of the statement. Raises IntegrityError."""
    names = ", ".join(_column(model, c) for c in columns)
    marks = ", ".join(["%b" if connection.vendor == "postgresql" else "%s"] * len(columns))
    into = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names})"
    if connection.vendor != "postgresql":
        with connection.cursor() as sqlite:
            _execute_many(sqlite, f"{into} VALUES ({marks})", rows)
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.executemany(f"{into} VALUES ({marks})", rows)


def insert_one(model: type[models.Model], columns: Sequence[str], row: Row) -> bool:
    """Insert one prepared row; False when it breaks a unique key. For what comes singly and often:
    a fifth of what `insert` costs."""
    with connection.cursor() as cursor:
        cursor.execute(_insert_one_sql(model, tuple(columns)), [_for_sqlite(v) for v in row])
        return bool(cursor.rowcount)


@cache
def _insert_one_sql(model: type[models.Model], columns: tuple[str, ...]) -> str:
    names = ", ".join(_column(model, c) for c in columns)
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
    return run(change(model, columns, rows, where=where, params=params)).count


def change(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    where: str = "TRUE",
    params: Sequence[Any] = (),
) -> Statement | None:
    """The statement of `update`; None where there are no rows."""
    if not rows:
        return None
    progress.moved()
    key, *targets = [_column(model, c) for c in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql":
        sent = _send(model, columns, rows)
        pairs = zip(targets, sent.values[1:], strict=True)
        sets = ", ".join(f"{name} = {value}" for name, value in pairs)
        return Statement(
            f"UPDATE {table} AS t SET {sets} FROM {sent.source} WHERE t.{key} = v.c0 AND {where}",
            [*sent.params, *params],
        )
    sets = ", ".join(f"{name} = %s" for name in targets)
    return Statement(
        f"UPDATE {table} AS t SET {sets} WHERE t.{key} = %s AND {where}",
        rows=[[*row[1:], row[0], *params] for row in rows],
    )


def run(statement: Statement | None) -> Done:
    """Run one statement; None does nothing. Raises the errors of django.db.

    On PostgreSQL it is prepared once a connection: to parse and plan it each time costs more than
    what most of them do.
    """
    if statement is None:
        return Done()
    if connection.vendor == "postgresql":
        return _run_prepared(statement)
    return _run_one(statement)


def run_together(last: Statement, **before: Statement | None) -> Done:
    """Run `before` and then `last` in the caller's transaction; what `last` did.

    On PostgreSQL they are one statement, so that they cost one journey: `last` may ask
    `EXISTS (SELECT FROM name)` whether the one of that name found or changed a row. They see one
    snapshot there, so none may rest on what another writes. On SQLite they run one after the other.
    """
    wanted = {name: statement for name, statement in before.items() if statement}
    if connection.vendor != "postgresql":
        for statement in wanted.values():
            _run_one(statement)
        return _run_one(last)
    named = ", ".join(f"{name} AS ({_returning(one.sql)})" for name, one in wanted.items())
    params = [value for one in [*wanted.values(), last] for value in one.params]
    return _run_prepared(Statement(f"WITH {named} {last.sql}" if named else last.sql, params))


def one_statement() -> AbstractContextManager[None]:
    """Around a single `run_together` that is all of its transaction: PostgreSQL commits one
    statement by itself, which saves two journeys; SQLite needs BEGIN and COMMIT."""
    return nullcontext() if connection.vendor == "postgresql" else transaction.atomic()


def _returning(sql: str) -> str:
    return sql if sql.startswith("SELECT") else f"{sql} RETURNING 1"


def _run_prepared(statement: Statement) -> Done:
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        execute: Any = partial(_execute_prepared, cursor)
        for wrapper in reversed(connection.execute_wrappers):
            execute = partial(wrapper, execute)
        execute(statement.sql, statement.params, False, {"connection": connection})
        return Done(cursor.rowcount, cursor.fetchall() if cursor.description else ())


def _execute_prepared(
    cursor: psycopg.Cursor[Any], sql: str, params: Sequence[Any], *_wrapped: Any
) -> None:
    cursor.execute(sql, params, prepare=True)


def _run_one(statement: Statement) -> Done:
    with connection.cursor() as cursor:
        if statement.rows is not None:
            return Done(_execute_many(cursor, statement.sql, statement.rows))
        cursor.execute(statement.sql, [_for_sqlite(value) for value in statement.params])
        rows = cursor.fetchall() if cursor.description else ()
        return Done(cursor.rowcount, rows)


def among(column: str) -> str:
    """SQL: `column` is one of the whole numbers that `numbers()` puts in place of its mark."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def numbers(values: Iterable[int]) -> str:
    """Whole numbers as one value for the mark of `among()`."""
    listed = list(values)
    return array(listed) if connection.vendor == "postgresql" else json.dumps(listed)


@cache
def _column(model: type[models.Model], name: str) -> str:
    return connection.ops.quote_name(_field(model, name).column)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def db_type(field: Any) -> str:
    """A key's own type is that of its sequence; what refers to it has the plain one."""
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))


@cache
def _db_type(model: type[models.Model], name: str) -> str:
    return db_type(_field(model, name))


@dataclass(frozen=True, slots=True)
class _Sent:
    """How rows reach PostgreSQL: `values` is the SQL for each column, `source` the table `v` they
    come from, `params` what both ask for, in this order."""

    values: list[str]
    source: str
    params: list[Any]


def _send(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    same: Mapping[str, Any] | None = None,
) -> _Sent:
    """A column that has one value in all rows is sent once, as most columns have here; the others
    as arrays. The first is always an array: it says how many rows there are."""
    values, types, names, scalars, arrays = [], [], [], [], []
    for number, column in enumerate(zip(*rows, strict=True)):
        sql_type = _db_type(model, columns[number])
        if number and column.count(column[0]) == len(column):
            values.append(f"%s::{sql_type}")
            scalars.append(column[0])
        else:
            values.append(f"v.c{number}")
            names.append(f"c{number}")
            types.append(f"%s::{sql_type}[]")
            arrays.append(array(column))
    for name, value in (same or {}).items():
        values.append(f"%s::{_db_type(model, name)}")
        scalars.append(value)
    source = f"unnest({', '.join(types)}) AS v({', '.join(names)})"
    return _Sent(values, source, [*scalars, *arrays])


def array(column: Sequence[Any]) -> Any:
    """An array literal for the types that come by the thousand, as the PostgreSQL manual writes
    it (section 8.15.2); psycopg's own way is there for the rest and costs ten times as much."""
    kinds = set(map(type, column))
    if NoneType in kinds and len(kinds) == 2:
        return _array_with_gaps(column, (kinds - {NoneType}).pop())
    if kinds <= {int, float}:
        return "{" + ",".join(map(repr, column)) + "}"
    if kinds == {bytes}:
        return '{"\\\\x' + '","\\\\x'.join([value.hex() for value in column]) + '"}'
    if kinds in ({datetime}, {date}):
        return '{"' + '","'.join(map(str, column)) + '"}'
    if kinds == {str}:
        if any('"' in value or "\\" in value for value in column):
            column = [value.replace("\\", "\\\\").replace('"', '\\"') for value in column]
        return '{"' + '","'.join(column) + '"}'
    return list(column)


def _array_with_gaps(column: Sequence[Any], kind: type) -> Any:
    """The same where some values are NULL."""
    written = _ELEMENTS.get(kind)
    if written is None:
        return list(column)
    return "{" + ",".join(["NULL" if v is None else written(v) for v in column]) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_ELEMENTS: dict[type, Callable[[Any], str]] = {
    int: repr,
    float: repr,
    bytes: lambda value: f'"\\\\x{value.hex()}"',
    datetime: lambda value: f'"{value}"',
    date: str,
    str: _quoted,
}


def _execute_many(cursor: CursorWrapper, sql: str, rows: Iterable[Row]) -> int:
    cursor.executemany(sql, [[_for_sqlite(value) for value in row] for row in rows])
    return cursor.rowcount


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo:  # as Django does, in a quarter of the time
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return value
