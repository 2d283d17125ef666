"""Writing the rows of a roster: whole columns at a time, straight into set-based inserts.

The values are what the model's fields would make of them (tests hold both against each other);
going through the fields one by one costs more than all the rest of loading.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import models

from config.kernel import bulk
from config.kernel.encryption import seal
from config.kernel.fields import EncryptedTextField

Columns = Mapping[str, Any]


def write(model: type[models.Model], rows: Sequence[Columns], *, same: Columns) -> None:
    """Insert rows given by column (`person_id`, not `person`), all with the columns of the first;
    `same` has what is alike in all. Columns that neither names get the model's default.

    The caller holds the transaction. Raises IntegrityError where a row is there already.
    """
    if not rows:
        return
    fields = _fields(model)
    alike = {**_defaults(model), **same}
    names = [name for name in fields if name in rows[0]]
    columns = [_prepared(fields[name], [row[name] for row in rows]) for name in names]
    others = {
        fields[name].name: _prepared(fields[name], [alike[name]])[0]
        for name in fields
        if name in alike and name not in rows[0]
    }
    bulk.insert(
        model,
        [fields[name].name for name in names],
        list(zip(*columns, strict=True)),
        same=others,
        anew=True,
    )


@cache
def _fields(model: type[models.Model]) -> dict[str, Any]:
    return {field.attname: field for field in model._meta.concrete_fields if not field.generated}


def _defaults(model: type[models.Model]) -> dict[str, Any]:
    fields = _fields(model).values()
    return {field.attname: field.get_default() for field in fields if not field.primary_key}


def _prepared(field: Any, values: Sequence[Any]) -> Sequence[Any]:
    """A column as the database takes it."""
    if isinstance(field, EncryptedTextField):
        purpose = field.purpose
        return [seal(value, purpose) if value else b"" for value in values]
    if isinstance(field, models.JSONField):
        return [json.dumps(value) for value in values]
    if isinstance(field, models.CharField):
        return [None if value is None else str(value) for value in values]
    return values
