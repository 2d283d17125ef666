"""The cells of one sheet as they flow by: rows as they are written, nothing calculated."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from registry.rosters.archive import Archive, bad_workbook, too_big
from registry.rosters.markup import Attributes, Markup

MAX_RANGES = 2_000
_WIDEST, _TALLEST = 16_384, 1_048_576
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
# Merged cells are named after all rows: they are looked for ahead, by one pass over the bytes.
_MERGED = re.compile(
    rb"<(?:[A-Za-z][\w.-]{0,40}:)?mergeCell\s[^<>]{0,200}?ref\s{0,9}=\s{0,9}[\"']"
    rb"([A-Z]{1,3}[0-9]{1,7}):([A-Z]{1,3}[0-9]{1,7})[\"']"
)
_OVERLAP_BYTES = 400


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as written: ECMA-376's type letter, the place of its style, text, whether it has a
    formula."""

    kind: str
    style: int
    text: str
    formula: bool


@dataclass(frozen=True, slots=True)
class Range:
    """Cells from one corner to the other; rows count from 1, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def hides(self, row: int, column: int) -> bool:
        """Whether that cell lies under another's: in the range and not its first."""
        inside = self.top <= row <= self.bottom and self.left <= column <= self.right
        return inside and (row, column) != (self.top, self.left)


Row = tuple[int, dict[int, Cell]]


def rows_of(archive: Archive, part: str) -> Iterator[Row]:
    """(row number, cells by column) of each row that is written in the sheet, empty ones too.

    Raises DomainError bad_workbook or workbook_too_big.
    """
    reader = _SheetReader()
    for piece in archive.pieces(part):
        reader.feed(piece)
        yield from reader.taken()
    reader.feed(b"", last=True)
    yield from reader.taken()


def merged_ranges(archive: Archive, part: str) -> list[Range]:
    """Every merged range of the sheet. Raises DomainError as `rows_of`."""
    found: dict[tuple[bytes, bytes], Range] = {}
    tail = b""
    for piece in archive.pieces(part):
        if not tail and piece.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise bad_workbook()  # UTF-16, which no spreadsheet writes into a sheet
        for match in _MERGED.finditer(tail + piece):
            found.setdefault((match[1], match[2]), _range(match[1].decode(), match[2].decode()))
        tail = piece[-_OVERLAP_BYTES:]
        if len(found) > MAX_RANGES:
            raise too_big()
    return list(found.values())


def place_of(reference: str) -> tuple[int, int]:
    """(row from 1, column from 0) of a reference such as B7; raises DomainError bad_workbook."""
    match = _REFERENCE.match(reference)
    if match is None:
        raise bad_workbook()
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    row = int(match[2])
    if column > _WIDEST or not 1 <= row <= _TALLEST:
        raise bad_workbook()
    return row, column - 1


def reference_of(row: int, column: int) -> str:
    """B7 for row 7, column 1."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def _range(first: str, last: str) -> Range:
    (top, left), (bottom, right) = place_of(first), place_of(last)
    return Range(top, left, bottom, right)


class _SheetReader(Markup):
    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._cells: dict[int, Cell] = {}
        self._row = self._column = 0
        self._kind, self._style, self._formula = "n", 0, False
        self._takes = self._aloud = False
        self._parts: list[str] = []
        self._arrays: list[Range] = []

    def taken(self) -> list[Row]:
        """The rows that are whole by now, each once."""
        rows, self._rows = self._rows, []
        return rows

    def started(self, name: str, attributes: Attributes) -> None:
        match name:
            case "c":
                self._begin_cell(attributes)
            case "v" | "t":
                self._takes = not self._aloud
            case "row":
                self._begin_row(attributes.get("r", ""))
            case "f":
                self._formula = True
                self._keep_array(attributes)
            case "rPh":
                self._aloud = True

    def ended(self, name: str) -> None:
        match name:
            case "c":
                self._end_cell()
            case "v" | "t":
                self._takes = False
            case "row":
                self._rows.append((self._row, self._cells))
            case "rPh":
                self._aloud = False

    def text(self, text: str) -> None:
        if self._takes:
            self._parts.append(text)

    def _begin_row(self, number: str) -> None:
        self._row = int(number) if number.isdecimal() and len(number) < 8 else self._row + 1
        if not 1 <= self._row <= _TALLEST:
            raise bad_workbook()
        self._cells, self._column = {}, -1

    def _begin_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        self._column = place_of(reference)[1] if reference else self._column + 1
        style = attributes.get("s", "0")
        self._kind = attributes.get("t", "n")
        self._style = int(style) if style.isdecimal() and len(style) < 8 else 0
        self._formula = False
        self._parts.clear()

    def _end_cell(self) -> None:
        text = "".join(self._parts)
        covered = any(array.hides(self._row, self._column) for array in self._arrays)
        if text or self._formula or covered:
            formula = self._formula or covered
            self._cells[self._column] = Cell(self._kind, self._style, text, formula)

    def _keep_array(self, attributes: Attributes) -> None:
        """Of a formula over many cells only the first is marked as one."""
        if attributes.get("t") in ("array", "dataTable") and attributes.get("ref"):
            first, _colon, last = attributes["ref"].partition(":")
            self._arrays.append(_range(first, last or first))
            if len(self._arrays) > MAX_RANGES:
                raise too_big()
