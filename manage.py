#!/usr/bin/env python
"""The command line of 归航 Guihang."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError) as problem:
        # The two that meet a new installation: nobody listens there, or nothing is in it yet.
        if "--traceback" in sys.argv or not is_unready(str(problem)):
            raise
        sys.exit(
            f"数据库不可用 / the database cannot be used: {str(problem).strip()}\n"
            "新数据库请先运行 manage.py migrate / run manage.py migrate on a new one."
        )


def is_unready(problem: str) -> bool:
    """Whether the database is not there or not migrated, by what its driver says."""
    said = ("no such table", "does not exist", "unable to open", "connection", "could not connect")
    return any(words in problem for words in said)


if __name__ == "__main__":
    main()
