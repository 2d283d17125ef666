"""manage.py load_people FILE: a roster into the registry (columns: docs/rosters.md)."""

import argparse
import getpass
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.progress import Progress

from config.kernel.errors import DomainError
from registry.rosters.columns import Roster
from registry.rosters.errors import ErrorsFile, errors_file
from registry.rosters.loading import LoadReport, RowError, load_people

SHOWN = 10


class _Refused:
    """Writes refused rows to a file that begins with the first of them."""

    def __init__(self, path: Path | None, beside: Path) -> None:
        self._path, self._beside = path, beside
        self._file: BinaryIO | None = None
        self._rows: ErrorsFile | None = None
        self.path: Path | None = None
        self.first: list[RowError] = []

    def add(self, roster: Roster, error: RowError) -> None:
        if self._rows is None:
            self.path = self._path or self._beside.with_suffix(f".errors.{roster.kind}")
            self._file = self.path.open("wb")
            self._rows = errors_file(roster, self._file)
        self._rows.add(error.row, error.field, error.reason)
        if len(self.first) < SHOWN:
            self.first.append(error)

    def close(self) -> None:
        if self._rows and self._file:
            self._rows.close()
            self._file.close()


class Command(BaseCommand):
    help = "Load a roster of people: XLSX or CSV. Loading the same file twice adds nobody."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="columns: docs/rosters.md")
        parser.add_argument(
            "--errors", type=Path, help="where refused rows go (default: FILE.errors.csv or .xlsx)"
        )
        parser.add_argument(
            "--actor", default=f"shell:{getpass.getuser()}", help="for the audit log"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        refused = _Refused(options["errors"], path)
        try:
            with path.open("rb") as file:
                report = self._load(file, options["actor"], refused)
        except OSError as problem:
            raise CommandError(f"{path}: {problem.strerror}") from None
        except DomainError as problem:
            raise CommandError(f"{path}: {problem}") from None
        finally:
            refused.close()
        self._say(report, refused)

    def _load(self, file: BinaryIO, actor: str, refused: _Refused) -> LoadReport:
        with Progress(transient=True) as bar:
            task = bar.add_task("people", total=None)
            return load_people(
                content=file,
                actor=actor,
                progress=lambda done: bar.update(task, completed=done),
                refused=refused.add,
            )

    def _say(self, report: LoadReport, refused: _Refused) -> None:
        for note in report.roster.notes:
            self.stdout.write(note)
        for heading in report.unknown_columns:
            self.stdout.write(_("未知的列“%(heading)s”，已略过。") % {"heading": heading})
        self.stdout.write(
            _("新增 %(added)d 人，已有 %(known)d 人，退回 %(refused)d 行。")
            % {"added": report.added, "known": report.known, "refused": report.refused}
        )
        for error in refused.first:
            self.stdout.write(
                _("第 %(row)d 行，%(field)s：%(reason)s")
                % {"row": error.row.number, "field": error.field, "reason": error.reason}
            )
        if refused.path:
            self.stdout.write(
                _("请改正 %(file)s 中的各行，再载入该文件。") % {"file": refused.path}
            )
