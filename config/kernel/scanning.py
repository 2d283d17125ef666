"""Going through a table by conditions that no model field can say."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def count_where(model: type[models.Model], where: str) -> int:
    """How many rows there are for which `where`, trusted SQL over the table's columns, is true."""
    with connection.cursor() as cursor:
        cursor.execute(" ".join(["SELECT count(*) FROM", _table(model), "WHERE", where]))
        return int(cursor.fetchone()[0])


def take_where(
    model: type[models.Model], columns: Sequence[str], where: str, *, after: Any, limit: int
) -> list[Sequence[Any]]:
    """The next rows, in order of `columns[0]` (the key) beyond `after` (None: from the first),
    for which `where` is true, locked for the caller's transaction. Nobody is waited for: rows that
    another transaction holds are passed over. SQLite has one writer anyway."""
    fields: list[Any] = [model._meta.get_field(column) for column in columns]
    names = [connection.ops.quote_name(field.column) for field in fields]
    beyond = "" if after is None else f"{names[0]} > %s AND"
    lock = "FOR NO KEY UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    statement = [
        "SELECT", ", ".join(names), "FROM", _table(model), "WHERE", beyond, where,
        "ORDER BY", names[0], "LIMIT", str(int(limit)), lock,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(" ".join(statement), [] if after is None else [after])
        return list(cursor.fetchall())


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
