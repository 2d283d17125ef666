"""manage.py load_people FILE.csv: a roster into the registry (columns: docs/rosters.md)."""

import argparse
import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.progress import Progress

from config.kernel.errors import DomainError
from registry.rosters.errors import write_errors
from registry.rosters.loading import LoadReport, load_people


class Command(BaseCommand):
    help = "Load a roster of people from a CSV file. Loading the same file twice adds nobody."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="columns: docs/rosters.md")
        parser.add_argument(
            "--errors", type=Path, help="where refused rows go (default: FILE.errors.csv)"
        )
        parser.add_argument(
            "--actor", default=f"shell:{getpass.getuser()}", help="for the audit log"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror}") from None
        try:
            report = self._load(content, options["actor"])
        except DomainError as refused:
            raise CommandError(f"{options['file']}: {refused}") from None
        self._say(report, options["errors"] or options["file"].with_suffix(".errors.csv"))

    def _load(self, content: bytes, actor: str) -> LoadReport:
        with Progress(transient=True) as bar:
            task = bar.add_task("people", total=None)
            return load_people(
                content=content,
                actor=actor,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )

    def _say(self, report: LoadReport, errors: Path) -> None:
        if report.encoding != "utf-8":
            self.stdout.write(
                _("按 %(encoding)s 读取；建议改用 UTF-8。") % {"encoding": report.encoding}
            )
        for heading in report.unknown_columns:
            self.stdout.write(_("未知的列“%(heading)s”，已略过。") % {"heading": heading})
        self.stdout.write(
            _("新增 %(added)d 人，已有 %(known)d 人，退回 %(refused)d 行。")
            % {
                "added": report.added,
                "known": report.known,
                "refused": len(report.errors),
            }
        )
        if not report.errors:
            return
        with errors.open("w", encoding="utf-8-sig", newline="") as file:
            write_errors(report, file)
        for error in report.errors[:10]:
            self.stdout.write(
                _("第 %(row)d 行，%(field)s：%(reason)s")
                % {"row": error.row.number, "field": error.field, "reason": error.reason}
            )
        self.stdout.write(_("请改正 %(file)s 中的各行，再载入该文件。") % {"file": errors})
