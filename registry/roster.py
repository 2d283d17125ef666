"""Reading a roster file: its encoding, its columns, and what each cell means.

Columns and their Chinese names: docs/registry-csv.md.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from config.kernel.text import clean
from registry.countries import find_country
from registry.drafts import refusal

# column → Chinese heading
COLUMNS = {
    "ref": "编号", "name": "姓名", "passport_name": "证件拼写", "sex": "性别",
    "birth_date": "出生日期", "nationality": "国籍", "document_kind": "证件种类",
    "document_number": "证件号码", "document_expires_on": "证件有效期至", "language": "语言",
    "needs": "特殊需要", "health_note": "健康说明", "household": "家庭编号",
    "phone": "手机", "phone_2": "手机2", "wechat_openid": "微信openid", "email": "电子邮件",
    "country": "所在国家", "city": "城市", "latitude": "纬度", "longitude": "经度",
    "accuracy_m": "精度米", "address": "地址",
    "trip_country": "行程国家", "trip_city": "行程城市", "trip_latitude": "行程纬度",
    "trip_longitude": "行程经度", "trip_accuracy_m": "行程精度米",
    "trip_starts_on": "行程开始", "trip_ends_on": "行程结束",
    "emergency_name": "紧急联系人", "emergency_relation": "紧急联系人关系",
    "emergency_phone": "紧急联系人电话",
}  # fmt: skip
REQUIRED = ("name", "country")
ERROR_COLUMNS = ("error_row", "error_field", "error_reason", "error_remedy")
_BY_HEADING = {heading: column for column, heading in COLUMNS.items()} | {c: c for c in COLUMNS}
_SEXES = {"男": "M", "女": "F", "m": "M", "f": "F", "x": "X", "male": "M", "female": "F", "": "X"}
_DOCUMENTS = {
    "": "passport", "护照": "passport", "香港特区护照": "sar_passport",
    "澳门特区护照": "sar_passport", "台湾居民来往大陆通行证": "taiwan_permit",
    "台胞证": "taiwan_permit", "旅行证": "travel_document", "外国护照": "foreign_passport",
    "无": "none", "无证件": "none",
}  # fmt: skip
_LANGUAGES = {"": "zh-hans", "中文": "zh-hans", "zh": "zh-hans", "zh-cn": "zh-hans",
              "英文": "en", "英语": "en", "english": "en"}  # fmt: skip
_NEEDS = {"轮椅": "wheelchair", "担架": "stretcher", "吸氧": "oxygen", "氧气": "oxygen",
          "婴儿": "infant", "孕妇": "pregnant", "怀孕": "pregnant", "体弱": "infirm"}  # fmt: skip
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z")
# A guard written by our own exports, and by people who know spreadsheets.
_GUARD = re.compile(r"^'(?=[=+\-@|%＝＋－＠])")
_HIDDEN_QUOTE = re.compile(r'^="(.*)"$')

Cells = Mapping[str, str]


@dataclass(frozen=True)
class RosterRow:
    """One row: its line in the file (the heading is 1), the cells as written, and cleaned."""

    number: int
    written: Mapping[str, str]
    cells: Cells


@dataclass(frozen=True)
class Roster:
    """A file that could be read. `encoding` is utf-8 or gb18030; `unknown` are ignored columns."""

    encoding: str
    headings: list[str]
    unknown: list[str]
    rows: list[RosterRow]


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
    columns = [_BY_HEADING.get(h, _BY_HEADING.get(h.lower(), "")) for h in headings]
    _check_columns(columns)
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


def _check_columns(columns: list[str]) -> None:
    known = [c for c in columns if c]
    for column in known:
        if known.count(column) > 1:
            sentence = _("列“%(column)s”出现了两次，请只保留一列。")
            raise DomainError("repeated_column", sentence % {"column": column})
    for column in REQUIRED:
        if column not in known:
            sentence = _("缺少列“%(column)s”（%(heading)s）。文件的第一行必须是列名。")
            words = {"column": column, "heading": COLUMNS[column]}
            raise DomainError("missing_column", sentence % words, {"column": column})


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


# -- cells ---------------------------------------------------------------------------------------


def read_date(cells: Cells, column: str) -> date | None:
    """1990-03-07, 1990/3/7, 1990.3.7 or 1990年3月7日; None for an empty cell."""
    text = cells.get(column, "")
    if not text:
        return None
    found = _DATE.match(text)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        sentence = _("“%(text)s”不是日期，请写成 1990-03-07。")
        raise refusal("bad_date", column, sentence % {"text": text[:30]}) from None


def read_moment(cells: Cells, column: str, *, end_of_day: bool = False) -> datetime | None:
    """Midnight UTC of a date, or the last second of that day."""
    day = read_date(cells, column)
    if day is None:
        return None
    return datetime.combine(day, time(23, 59, 59) if end_of_day else time(), UTC)


def read_number(cells: Cells, column: str) -> float | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        sentence = _("“%(text)s”不是数字。")
        raise refusal("bad_number", column, sentence % {"text": text[:30]}) from None


def read_country(cells: Cells, column: str, *, default: str = "") -> str:
    """A code, a Chinese or an English name."""
    text = cells.get(column, "") or default
    code = find_country(text)
    if code is None:
        sentence = _("“%(text)s”不是国家或地区的代码或名称，请使用两个字母的代码，例如 VU。")
        raise refusal("unknown_country", column, sentence % {"text": text[:30]})
    return code


def read_word(cells: Cells, column: str) -> str:
    """sex, document_kind or language in our own word; an unknown one is left for the draft."""
    words = {"sex": _SEXES, "document_kind": _DOCUMENTS, "language": _LANGUAGES}[column]
    text = cells.get(column, "")
    return words.get(text.casefold(), text.casefold() if column != "sex" else text)


def read_needs(cells: Cells) -> tuple[str, ...]:
    parts = re.split(r"[\s,;，；、/]+", cells.get("needs", ""))
    return tuple(_NEEDS.get(part, part.lower()) for part in parts if part)
