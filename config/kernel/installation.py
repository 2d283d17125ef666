"""An installation is live or drill, for ever: its database remembers which."""

from typing import Any

from django.conf import settings

from config.kernel.errors import DomainError
from config.kernel.models import Installation


def settle_mode(**_: Any) -> None:
    """After migrate: write the mode into a fresh database, refuse a database of the other mode."""
    row = Installation.objects.first()
    if row is None:
        Installation.objects.create(mode=settings.MODE)
    elif row.mode != settings.MODE:
        raise DomainError(
            "mode_mismatch",
            f"GUIHANG_MODE is {settings.MODE}, "
            f"but this database belongs to a {row.mode} installation",
        )
