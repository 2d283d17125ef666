"""An installation is live or drill, for ever: its database remembers which."""

from typing import Any

from django.conf import settings
from django.core.checks import run_checks
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.utils.translation import gettext as _

from config.kernel import keys
from config.kernel.checks import AT_START
from config.kernel.errors import DomainError
from config.kernel.models import Installation


def settle_mode(**_options: Any) -> None:
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


def hold_mode() -> None:
    """Raises DomainError mode_mismatch where the database belongs to the other mode: it was
    restored from another installation's dump, or a process was started with the wrong setting."""
    mode = Installation.objects.values_list("mode", flat=True).first()
    if mode not in (None, settings.MODE):
        raise DomainError(
            "mode_mismatch",
            _("数据库属于 %(theirs)s 安装，而 GUIHANG_MODE 为 %(ours)s。请改用本安装自己的数据库。")
            % {"theirs": mode, "ours": settings.MODE},
            {"database": mode, "mode": settings.MODE},
        )


def hold_at_start() -> None:
    """For every process that works without `manage.py`, which checks by itself: the settings must
    fit the mode, and the database too if it can be asked already. Raises DomainError."""
    errors = [problem.msg for problem in run_checks(tags=[AT_START]) if problem.is_serious()]
    if errors:
        raise DomainError("wrong_installation", "; ".join(errors))
    try:
        hold_mode()
        keys.note_keys()
    except (OperationalError, InterfaceError, ProgrammingError):
        return  # not there or not migrated yet; services and the hand-over ask again
    finally:
        if not connection.in_atomic_block:
            connection.close()  # a child process must not inherit it
