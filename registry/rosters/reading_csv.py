"""Reading a roster that came as CSV: its encoding, its separator and its rows, as they come."""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from config.kernel.text import clean
from registry.rosters.columns import (
    EXAMPLE,
    ROWS_BEFORE_HEADINGS,
    Roster,
    RosterRow,
    find_headings,
    missing_columns,
    recognise,
)

PIECE_BYTES = 1024 * 1024
SEPARATORS = (",", ";", "\t", "|")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# A guard written by our own exports, and by people who know spreadsheets.
_GUARD = re.compile(r"^'(?=['=+\-@|%＝＋－＠])")
_HIDDEN_QUOTE = re.compile(r'^="(.*)"$')


def read_csv(file: BinaryIO, given: Collection[str] = ()) -> Roster:
    """Find encoding, separator and headings; the rows follow as they are asked for."""
    encoding = find_encoding(file)
    separator = max(SEPARATORS, key=lambda s: _headed(_first_lines(file, encoding, s)))
    lines = _first_lines(file, encoding, separator)
    if not lines:
        raise DomainError("empty_file", _("文件是空的。"))
    found = find_headings(lines, given)
    if found is None:
        raise missing_columns(lines, given)
    place, headings, columns = found
    said = encoding.removesuffix("-sig")
    roster = Roster(kind="csv", encoding=said, headings=headings, columns=columns)
    if said != "utf-8":
        roster.notes.append(_("按 %(encoding)s 读取；建议改用 UTF-8。") % {"encoding": said})
    roster.rows = _rows(_lines(file, encoding, separator), place + 1, roster)
    return roster


def find_encoding(file: BinaryIO) -> str:
    """utf-8-sig, utf-16, utf-16-le, utf-16-be, or gb18030 as Chinese Excel writes it.

    The whole file is decoded once to be sure. Raises DomainError bad_encoding.
    """
    file.seek(0)
    start = file.read(400)
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    if marked is None and b"\0" in start:
        marked = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    for encoding in [marked] if marked else ["utf-8-sig", "gb18030"]:
        if _decodes(file, encoding):
            return encoding
    raise DomainError(
        "bad_encoding", _("无法识别文件编码，请另存为“CSV UTF-8（逗号分隔）”后再导入。")
    )


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(PIECE_BYTES):
            if "\0" in decoder.decode(piece):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: BinaryIO, encoding: str, separator: str) -> Iterator[list[str]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from csv.reader(text, delimiter=separator)
    except csv.Error as problem:
        sentence = _("文件不是可读的 CSV：%(problem)s。")
        raise DomainError("bad_csv", sentence % {"problem": problem}) from None
    finally:
        if not file.closed:
            text.detach()  # the file is the caller's, to read again


def _first_lines(file: BinaryIO, encoding: str, separator: str) -> list[list[str]]:
    return list(islice(_lines(file, encoding, separator), ROWS_BEFORE_HEADINGS))


def _headed(lines: list[list[str]]) -> int:
    """How many known headings the best of these lines has."""
    return max((sum(map(bool, recognise(line))) for line in lines), default=0)


def _rows(lines: Iterator[list[str]], start: int, roster: Roster) -> Iterator[RosterRow]:
    width, columns = len(roster.headings), roster.columns
    known = [(place, column) for place, column in enumerate(columns) if column]
    for number, line in enumerate(islice(lines, start, None), start=start + 1):
        if not any(map(str.strip, line)):
            continue
        written = line[:width] + [""] * (width - len(line))
        cells = {column: plain(text) if (text := written[n]) else "" for n, column in known}
        if cells.get("ref") != EXAMPLE:
            yield RosterRow(number, written, cells)


def plain(cell: str) -> str:
    """A cell as text: no formula is ever run, and the guards around one are taken off.

    '+86… and ="0123" are read as what they guard; =1+1 stays the four characters it is.
    """
    tidy = clean(cell)
    if not tidy.startswith(("'", "=")):
        return tidy
    hidden = _HIDDEN_QUOTE.match(tidy)
    return clean(hidden.group(1)) if hidden else _GUARD.sub("", tidy)
