"""Name keys for rows that were written without them."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from config.kernel import bulk
from registry.models import Person
from registry.models.fields import NAME_KEYS
from registry.pinyin import name_keys

PIECE = 5_000


def fill_name_keys(*, model: type[Any] = Person, piece: int = PIECE) -> Iterator[int]:
    """Give every row without keys its own, some thousands a commit; yields how many each time.

    Whoever is stopped goes on where they were: a row that has its keys is passed over. `model` is
    the historical one in a migration.
    """
    last = 0
    without = model.objects.filter(pinyin="", spelled="").exclude(name="").order_by("pk")
    while rows := list(
        without.filter(pk__gt=last).values_list("pk", "name", "passport_name")[:piece]
    ):
        values = [(pk, *name_keys(name, spelling)) for pk, name, spelling in rows]
        with transaction.atomic():
            bulk.update(model, ("id", *NAME_KEYS), values)
        last = rows[-1][0]
        yield len(rows)
