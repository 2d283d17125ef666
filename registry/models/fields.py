"""Columns that follow from others of the same row."""

from typing import Any

from django.db import models

from registry.pinyin import name_keys


class NameKeyField(models.CharField):
    """One of the name's keys (registry.pinyin), worked out whenever the row is saved or created.

    Whoever writes rows without an instance, or `update_fields` with a name among them, writes the
    keys too: NAME_KEYS are their columns.
    """

    def __init__(self, *args: Any, key: str = "", **kwargs: Any) -> None:
        self.key = key
        own: dict[str, Any] = {"default": "", "db_default": "", "blank": True, "editable": False}
        super().__init__(*args, **own | kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "key": self.key}

    def pre_save(self, model_instance: Any, add: bool) -> str:
        keys = name_keys(model_instance.name, model_instance.passport_name)
        value: str = getattr(keys, self.key)
        setattr(model_instance, self.attname, value)
        return value


NAME_KEYS = ("pinyin", "initials", "spelled")
