"""Looking for words everywhere in the database: every table, every column, sealed ones opened."""

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.db import connection

from config.kernel import encryption
from config.kernel.fields import EncryptedTextField


def traces(words: Collection[str]) -> list[str]:
    """«table.column: word» for each word that stands there plain, or in what is sealed."""
    return sorted(
        {f"{where}: {word}" for where, text in _texts() for word in words if word in text}
    )


def plain_traces(words: Collection[str]) -> list[str]:
    """The same, without opening anything: what a thief of the database reads."""
    found = set()
    for table, names, row in _rows():
        for name, value in zip(names, row, strict=True):
            held = _bytes(value)
            found |= {f"{table}.{name}: {word}" for word in words if word.encode() in held}
    return sorted(found)


def _texts() -> Iterator[tuple[str, str]]:
    sealed = {
        (model._meta.db_table, field.column): field.purpose
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    }
    for table, names, row in _rows():
        for name, value in zip(names, row, strict=True):
            purpose = sealed.get((table, name))
            held = _bytes(value)
            opened = encryption.unseal(held, purpose) if purpose and held else ""
            yield f"{table}.{name}", opened or held.decode(errors="replace")


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _rows() -> Iterator[tuple[str, list[str], tuple[Any, ...]]]:
    """Every row of every table, read past the models."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield table, names, row
