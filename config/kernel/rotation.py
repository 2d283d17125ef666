"""Sealing everything anew under the newest key, while everybody works on.

There is nothing to remember: a value says in its first byte which key it needs, so what is left to
do is asked of the rows themselves. Whoever was killed is followed by whoever starts again.

A piece is one short transaction: the next stale rows by key, locked without waiting (who is being
worked on at this moment comes in the next round), opened, sealed and written in one statement. So
nobody's write is overtaken, and nobody waits for more than a piece.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from config.kernel import bulk, encryption, scanning
from config.kernel.fields import EncryptedTextField

PIECE = 1_000
# How often, and for how long (seconds), rows are waited for that others hold all the time.
PATIENCE, WAIT_S = 40, 0.25


@dataclass(frozen=True)
class Table:
    """One table and its sealed columns."""

    model: type[models.Model]
    fields: tuple[EncryptedTextField, ...]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> Any:
        return self.model._meta.pk

    @cached_property
    def columns(self) -> list[str]:
        quote = connection.ops.quote_name
        return [quote(str(field.column)) for field in self.fields]

    def stale(self, key_id: int) -> str:
        """SQL: some value of this row needs another key than this one."""
        return self._any(_NOT, key_id)

    def needs(self, key_id: int) -> str:
        """SQL: some value of this row needs this key."""
        return self._any(_IS, key_id)

    def _any(self, asks: dict[str, str], key_id: int) -> str:
        return f"({' OR '.join(asks[connection.vendor].format(c, key_id) for c in self.columns)})"


_NOT = {
    "postgresql": "(length({0}) > 0 AND get_byte({0}, 0) <> {1})",
    "sqlite": "(length({0}) > 0 AND substr({0}, 1, 1) <> x'{1:02x}')",
}
_IS = {
    "postgresql": "(length({0}) > 0 AND get_byte({0}, 0) = {1})",
    "sqlite": "(length({0}) > 0 AND substr({0}, 1, 1) = x'{1:02x}')",
}


def sealed_tables() -> list[Table]:
    """Every table of every app that has a sealed column. The registry comes before notifications,
    which copies addresses as they stand."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        own = model._meta.managed and not model._meta.proxy
        fields = [f for f in model._meta.local_concrete_fields if isinstance(f, EncryptedTextField)]
        if own and fields:
            found.append(Table(model, tuple(fields)))
    return sorted(found, key=lambda table: table.name, reverse=True)


def needing(key_id: int) -> dict[str, int]:
    """How many rows of each table still need this key; tables without any are left out."""
    rows = {t.name: scanning.count_where(t.model, t.needs(key_id)) for t in sealed_tables()}
    return {name: count for name, count in rows.items() if count}


@dataclass
class Progress:
    """How far one table is: rows that were stale at the start, those sealed anew here, the keys
    of rows with a value that does not open, and, at the end, rows that were held all the time."""

    table: Table
    total: int
    done: int = 0
    unreadable: list[Any] = field(default_factory=list)
    left: int = 0


def rotate(table: Table, *, size: int = PIECE) -> Iterator[Progress]:
    """Seal what is stale in one table, piece by piece; yields after each.

    Rounds are made until one finds nothing: rows that were locked, and those that a process with
    older settings wrote meanwhile, come in a later one.
    """
    target = max(settings.FIELD_KEYS)
    made = Progress(table, scanning.count_where(table.model, table.stale(target)))
    made.left, idle = made.total, 0
    while made.left and idle < PATIENCE:
        after, moved = None, 0
        while (piece := _piece(table, target, after, size)) is not None:
            after, rows, bad = piece
            moved += rows
            made.done += rows
            made.unreadable += [pk for pk in bad if pk not in made.unreadable]
            yield made
        left = scanning.count_where(table.model, table.stale(target)) - len(made.unreadable)
        made.left, idle = max(left, 0), 0 if moved else idle + 1
        if made.left and not moved:
            Event().wait(WAIT_S)


@transaction.atomic
def _piece(table: Table, target: int, after: Any, size: int) -> tuple[Any, int, list[Any]] | None:
    """(last key looked at, rows written, keys of rows that do not open); None at the end."""
    names = (table.key.name, *(f.name for f in table.fields))
    stale = scanning.take_where(table.model, names, table.stale(target), after=after, limit=size)
    if not stale:
        return None
    fresh, bad = [], []
    for pk, *values in stale:
        try:
            fresh.append((pk, *_anew(table, target, values)))
        except encryption.UnreadableValue:
            bad.append(pk)
    bulk.update(table.model, names, fresh)
    return stale[-1][0], len(fresh), bad


def _anew(table: Table, target: int, values: Iterable[Any]) -> Iterator[bytes | None]:
    """The row's values, stale ones sealed anew. Raises UnreadableValue."""
    for one, value in zip(table.fields, values, strict=True):
        raw = None if value is None else bytes(value)
        if raw and raw[0] != target:
            raw = encryption.seal(encryption.unseal(raw, one.purpose), one.purpose)
        yield raw
