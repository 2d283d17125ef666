"""The rows that were refused, as a file of the same kind to correct and load again as it is."""

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO, Protocol

import xlsxwriter
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.kernel.text import formula_safe
from registry.rosters.columns import ERROR_COLUMNS, Roster, RosterRow, heading_of
from registry.rosters.reading_csv import plain

_PHONE_HINT = _("写国际区号和完整号码，例如 +678 5550123。")
_DATE_HINT = _("写成年-月-日，例如 1990-03-07。")
REMEDIES = {
    "": _("按列的说明改正这一格，再导入此文件。"),
    "ref": _("填写来源中不重复的编号，不超过 40 个字。"),
    "name": _("填写姓名，不超过 80 个字。"),
    "passport_name": _("照证件写成“姓/名”，例如 WANG/XIAOMING。"),
    "phone": _PHONE_HINT,
    "phone_2": _PHONE_HINT,
    "emergency_phone": _PHONE_HINT,
    "guardian_phone": _PHONE_HINT,
    "country": _("填写两个字母的国家代码，例如 VU。"),
    "nationality": _("填写两个字母的国家代码，例如 CN。"),
    "birth_date": _DATE_HINT,
    "document_expires_on": _DATE_HINT,
    "starts_on": _DATE_HINT,
    "ends_on": _DATE_HINT,
    "latitude": _("填写 -90 到 90 之间的度数，或连同经度留空。"),
    "longitude": _("填写 -180 到 180 之间的度数，或连同纬度留空。"),
    "accuracy_m": _("填写不小于 0 的米数，或留空。"),
}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ErrorsFile(Protocol):
    def add(self, row: RosterRow, column: str, reason: str) -> None:
        """One refused row: what is wrong in which column."""

    def close(self) -> None:
        """Nothing more comes; the file is whole."""


def errors_file(roster: Roster, file: BinaryIO) -> ErrorsFile:
    """Writes XLSX where XLSX came, else CSV, in the language that is spoken now."""
    return _Workbook(roster, file) if roster.kind == "xlsx" else _Csv(roster, file)


def remedy(column: str) -> str:
    """What to write into a column instead."""
    return str(REMEDIES.get(column.removeprefix("trip_"), REMEDIES[""]))


class _Sheet:
    """Which cells a refused row becomes."""

    def __init__(self, roster: Roster) -> None:
        self._language = get_language() or "zh-hans"
        self._columns = roster.columns
        self._headings = roster.headings
        self._kept = [n for n, column in enumerate(roster.columns) if column not in ERROR_COLUMNS]

    def headings(self) -> list[str]:
        ours = [heading_of(column, self._language) for column in ERROR_COLUMNS]
        return [*ours, *(self._headings[n] for n in self._kept)]

    def cells(self, row: RosterRow, column: str, reason: str) -> list[str]:
        why = [str(row.number), self._named(column), reason, remedy(column)]
        return [*why, *(plain(row.written[n]) for n in self._kept)]

    def _named(self, column: str) -> str:
        """As the file heads it, else as we do."""
        if column in self._columns:
            return self._headings[self._columns.index(column)]
        return heading_of(column, self._language)


class _Csv(_Sheet):
    """UTF-8 with its mark, which a spreadsheet needs. Cells that it would run are guarded with an
    apostrophe, which loading takes off."""

    def __init__(self, roster: Roster, file: BinaryIO) -> None:
        super().__init__(roster)
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._text)
        self._write(self.headings())

    def add(self, row: RosterRow, column: str, reason: str) -> None:
        self._write(self.cells(row, column, reason))

    def _write(self, cells: Sequence[str]) -> None:
        self._writer.writerow([_guarded(cell) or formula_safe(cell) for cell in cells])

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


class _Workbook(_Sheet):
    """Every cell typed as text, which no spreadsheet runs."""

    def __init__(self, roster: Roster, file: BinaryIO) -> None:
        super().__init__(roster)
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True})
        self._page = self._book.add_worksheet()
        self._page.freeze_panes(1, 0)
        self._page.set_column(0, len(ERROR_COLUMNS) - 1, 18)
        self._row = 0
        self._write(self.headings())

    def add(self, row: RosterRow, column: str, reason: str) -> None:
        self._write(self.cells(row, column, reason))

    def _write(self, cells: Sequence[str]) -> None:
        for column, cell in enumerate(cells):
            self._page.write_string(self._row, column, _guarded(cell) or cell)
        self._row += 1

    def close(self) -> None:
        self._book.close()


def _guarded(cell: str) -> str:
    """A cell whose own apostrophe or ="…" loading would take for a guard gets one in front."""
    return "'" + cell if cell.startswith(("'", '="')) else ""
