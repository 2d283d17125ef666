"""Model fields over config.kernel.encryption."""

from typing import Any

from django.db import models

from config.kernel import encryption


class EncryptedTextField(models.Field):
    """Text that stands encrypted in the database. Empty text is stored empty.

    `purpose` binds the ciphertext to this field; keep it when a column is renamed.
    """

    empty_strings_allowed = True

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        self.purpose = purpose
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["purpose"] = self.purpose
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return connection.Database.Binary(encryption.seal(value, self.purpose) if value else b"")

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        if value is None:
            return None
        raw = bytes(value)
        return encryption.unseal(raw, self.purpose) if raw else ""
