"""Who sits at the command line."""

import getpass
import sys

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.staff.models import User


def read_password() -> str:
    """Never an argument: those stand in the process table and in the shell's history."""
    if sys.stdin.isatty():
        return getpass.getpass()
    return sys.stdin.readline().rstrip("\n")


def demand_password(user: User) -> None:
    """A name alone would let one person act as two. Raises DomainError wrong_password (403)."""
    if not user.check_password(read_password()):
        raise DomainError("wrong_password", _("密码不正确，没有执行任何操作。"), status=403)
