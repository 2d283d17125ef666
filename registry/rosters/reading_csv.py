"""Reading a roster that came as CSV: its encoding, its separator and its rows."""

import csv
import io
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from config.kernel.text import clean
from registry.rosters.columns import BY_HEADING, ERROR_COLUMNS, Roster, RosterRow, check_columns

# A guard written by our own exports, and by people who know spreadsheets.
_GUARD = re.compile(r"^'(?=[=+\-@|%＝＋－＠])")
_HIDDEN_QUOTE = re.compile(r'^="(.*)"$')


def read_roster(content: bytes) -> Roster:
    """Decode and split a CSV file.

    Raises DomainError bad_encoding, bad_csv, empty_file, repeated_column or missing_column: then
    nothing of the file is used.
    """
    text, encoding = decode(content)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), _dialect(text), strict=False))
    except csv.Error as problem:
        sentence = _("文件不是可读的 CSV：%(problem)s。")
        raise DomainError("bad_csv", sentence % {"problem": problem}) from None
    if not lines:
        raise DomainError("empty_file", _("文件是空的。"))
    headings = [clean(heading) for heading in lines[0]]
    columns = [BY_HEADING.get(h, BY_HEADING.get(h.lower(), "")) for h in headings]
    check_columns(columns)
    ignored = {*ERROR_COLUMNS, ""}
    unknown = [h for h, c in zip(headings, columns, strict=True) if not c and h not in ignored]
    return Roster(encoding, headings, unknown, list(_rows(lines, headings, columns)))


def decode(content: bytes) -> tuple[str, str]:
    """(text, encoding): UTF-8 with or without its mark, else GB18030 as Chinese Excel writes it."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise DomainError(
            "bad_encoding", _("这是 Excel 工作簿，请另存为“CSV UTF-8（逗号分隔）”后再导入。")
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, "utf-8" if encoding == "utf-8-sig" else encoding
    raise DomainError(
        "bad_encoding", _("无法识别文件编码，请另存为“CSV UTF-8（逗号分隔）”后再导入。")
    )


def _dialect(text: str) -> type[csv.Dialect]:
    """Commas; semicolons or tabs where the heading has those and no comma."""
    heading = text.split("\n", 1)[0]
    delimiter = next((d for d in (",", ";", "\t") if d in heading), ",")

    class Found(csv.excel):
        pass

    Found.delimiter = delimiter
    return Found


def _rows(lines: list[list[str]], headings: list[str], columns: list[str]) -> Iterator[RosterRow]:
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        padded = line + [""] * (len(headings) - len(line))
        cells = {c: plain(cell) for c, cell in zip(columns, padded, strict=False) if c}
        written = dict(zip(headings, padded, strict=False))
        yield RosterRow(number, written, cells)


def plain(cell: str) -> str:
    """A cell as text: no formula is ever run, and the guards around one are taken off.

    '+86… and ="0123" are read as what they guard; =1+1 stays the four characters it is.
    """
    tidy = clean(cell)
    hidden = _HIDDEN_QUOTE.match(tidy)
    return hidden.group(1) if hidden else _GUARD.sub("", tidy)
