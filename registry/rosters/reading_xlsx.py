"""Reading a roster that came as a workbook: which sheet, which row has the headings, and its rows.

Cells are text. A formula is refused by name: what a workbook last calculated may be old, or made
up, and we calculate nothing.
"""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from registry.drafts import refusal
from registry.rosters.archive import bad_workbook
from registry.rosters.columns import (
    EXAMPLE,
    MAX_COLUMNS,
    ROWS_BEFORE_HEADINGS,
    Roster,
    RosterRow,
    find_headings,
    missing_columns,
)
from registry.rosters.reading_csv import plain
from registry.rosters.sheets import Cell, Range, Row, merged_ranges, reference_of, rows_of
from registry.rosters.workbook import Sheet, Workbook, unescaped

# Whole columns are often formatted, a million rows of nothing: after so many we stop, and say so.
EMPTY_ROWS_AT_THE_END = 1_000
# A number has 15 digits in a spreadsheet; the others are lost (ECMA-376, 18.3.1.96: a double).
MOST_EXACT = 1e15
_DATES = ("birth_date", "document_expires_on", "trip_starts_on", "trip_ends_on")
_DAYS_TO_1904 = 1_462


def read_xlsx(file: BinaryIO, given: Collection[str] = ()) -> Roster:
    """Find the first sheet with known headings; its rows follow as they are asked for."""
    book = Workbook(file)
    shown = [sheet for sheet in book.sheets if not sheet.hidden]
    first_lines: list[list[str]] = []
    for sheet in shown:
        lines = _first_lines(book, sheet)
        found = find_headings(lines, given)
        if found:
            place, headings, columns = found
            roster = Roster(kind="xlsx", encoding="", headings=headings, columns=columns)
            roster.notes.extend(_said(book, sheet, shown))
            roster.rows = _SheetRows(book, sheet, place + 1, roster).rows()
            return roster
        first_lines = first_lines or lines
    if not any(any(line) for line in first_lines):
        raise DomainError("empty_file", _("文件是空的。"))
    raise missing_columns(first_lines, given)


def _first_lines(book: Workbook, sheet: Sheet) -> list[list[str]]:
    """The first rows as text, empty lines where rows are missing, so that places are numbers."""
    lines: list[list[str]] = [[] for _n in range(ROWS_BEFORE_HEADINGS)]
    for number, cells in islice(rows_of(book.archive, sheet.part), ROWS_BEFORE_HEADINGS):
        if number <= ROWS_BEFORE_HEADINGS and cells:
            width = min(max(cells) + 1, MAX_COLUMNS)
            lines[number - 1] = [_heading(book, cells.get(n)) for n in range(width)]
    return lines


def _heading(book: Workbook, cell: Cell | None) -> str:
    if cell is None or cell.formula or cell.kind == "e":
        return ""
    return text_of(book, cell)


def _said(book: Workbook, sheet: Sheet, shown: list[Sheet]) -> Iterator[str]:
    if len(shown) > 1:
        yield _("读取的是工作表“%(sheet)s”，其他工作表已略过。") % {"sheet": sheet.name}
    if len(shown) < len(book.sheets):
        yield _("隐藏的工作表已略过。")
    if book.linked:
        yield _("工作簿引用了其他文件，这些引用不会被打开。")


def text_of(book: Workbook, cell: Cell) -> str:
    """A cell's value as text: dates as 1990-03-07, whole numbers without a point or exponent."""
    match cell.kind:
        case "s":
            place = int(cell.text) if cell.text.isdecimal() and len(cell.text) < 10 else -1
            if not 0 <= place < len(book.strings):
                raise bad_workbook()
            return book.strings[place]
        case "n":
            return _number_text(book, cell)
        case "b":
            return "TRUE" if cell.text == "1" else "FALSE"
        case "d":
            return cell.text.replace("T", " ").removesuffix(" 00:00:00")
    return unescaped(cell.text)


def _number_text(book: Workbook, cell: Cell) -> str:
    try:
        number = float(cell.text)
    except ValueError:
        raise bad_workbook() from None
    if cell.style in book.date_styles:
        return book.date_text(number) or cell.text
    return str(int(number)) if number.is_integer() and abs(number) < MOST_EXACT else repr(number)


class _SheetRows:
    """The rows below the headings of one sheet."""

    def __init__(self, book: Workbook, sheet: Sheet, start: int, roster: Roster) -> None:
        self._book, self._sheet, self._start, self._roster = book, sheet, start, roster
        self._known = [(n, column) for n, column in enumerate(roster.columns) if column]
        self._merged: list[Range] = []

    def rows(self) -> Iterator[RosterRow]:
        self._merged = merged_ranges(self._book.archive, self._sheet.part)
        empty = 0
        for number, cells in rows_of(self._book.archive, self._sheet.part):
            if number <= self._start:
                continue
            row = self._row((number, cells)) if cells else None
            empty = 0 if row else empty + 1
            if row and row.cells.get("ref") != EXAMPLE:
                yield row
            if empty == EMPTY_ROWS_AT_THE_END:
                said = _("第 %(row)d 行之前有一千个空行，其后的内容没有读取。")
                self._roster.notes.append(said % {"row": number})
                return

    def _row(self, row: Row) -> RosterRow | None:
        number, cells = row
        written = [""] * len(self._roster.headings)
        for column, cell in cells.items():
            if column < len(written) and not cell.formula:
                written[column] = text_of(self._book, cell)
        found = {column: plain(written[n]) for n, column in self._known}
        refused = self._wrong(row)
        if refused is None and not any(map(str.strip, written)):
            return None
        return RosterRow(number, written, self._in_1900(row, found), refused)

    def _wrong(self, row: Row) -> DomainError | None:
        """The first cell that cannot be believed, in a column that is read."""
        number, cells = row
        for place, column in self._known:
            cell = cells.get(place)
            where = {"cell": reference_of(number, place)}
            if cell and cell.formula:
                said = _("单元格 %(cell)s 是公式，请改为数值（复制后“选择性粘贴”为值）。")
                return refusal("formula", column, said % where)
            if cell and cell.kind == "e":
                return refusal("error_cell", column, _("单元格 %(cell)s 是错误值。") % where)
            if cell and cell.kind == "n" and _lost_digits(cell):
                said = _("单元格 %(cell)s 的数字超过 15 位，末几位已丢失，请改为文本重新填写。")
                return refusal("lost_digits", column, said % where)
            if cells and any(merged.hides(number, place) for merged in self._merged):
                said = _("单元格 %(cell)s 与其他单元格合并，请取消合并，在每一行填写。")
                return refusal("merged_cell", column, said % where)
        return None

    def _in_1900(self, row: Row, found: dict[str, str]) -> dict[str, str]:
        """Days counted from 1904 as if from 1900, where a date is written as a bare number."""
        if not self._book.from_1904:
            return found
        for place, column in self._known:
            cell = row[1].get(place)
            bare = cell and cell.kind == "n" and cell.style not in self._book.date_styles
            if bare and column in _DATES and found[column].isdecimal():
                found[column] = str(int(found[column]) + _DAYS_TO_1904)
        return found


def _lost_digits(cell: Cell) -> bool:
    number = float(cell.text)
    return abs(number) >= MOST_EXACT and number.is_integer()
