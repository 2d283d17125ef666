"""A new index key: every blind index computed anew from the value that is sealed beside it.

It is done while nobody works (the check of keys lets no process start meanwhile), because a
look-up sees only one key. What is done already comes out the same, so a run that was killed is
simply started again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from config.kernel import bulk
from config.kernel.encryption import blind_index

PIECE = 1_000


@dataclass(frozen=True, slots=True)
class Column:
    """`index` is the blind index of the sealed field `value`. `purpose(*given)` is what it is
    computed for; `given` are the fields that this depends on."""

    model: type[models.Model]
    index: str
    value: str
    purpose: Callable[..., str]
    given: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.model._meta.db_table}.{self.index}"


_COLUMNS: dict[str, Column] = {}
_AFTER: list[Callable[[], object]] = []


def register(column: Column) -> None:
    _COLUMNS[column.name] = column


def register_after(deed: Callable[[], object]) -> None:
    """`deed()` mends what has an index and no value of its own, once the columns are done."""
    if deed not in _AFTER:
        _AFTER.append(deed)


def columns() -> list[Column]:
    return list(_COLUMNS.values())


def finish() -> None:
    for deed in _AFTER:
        deed()


def reindex(column: Column, *, size: int = PIECE) -> Iterator[int]:
    """Piece by piece; yields how many indexes were changed so far. Rows without a value keep what
    they have: it fits nothing."""
    after, changed = 0, 0
    rows = column.model._base_manager.exclude(**{column.value: ""}).order_by("pk")
    names = ("pk", column.index, column.value, *column.given)
    while piece := list(rows.filter(pk__gt=after).values_list(*names)[:size]):
        changed += _write(column, piece)
        after = piece[-1][0]
        yield changed


@transaction.atomic
def _write(column: Column, piece: list[tuple[Any, ...]]) -> int:
    fresh = [
        (pk, index)
        for pk, before, value, *given in piece
        if (index := blind_index(value, column.purpose(*given))) != bytes(before or b"")
    ]
    return bulk.update(column.model, (column.model._meta.pk.name, column.index), fresh)
