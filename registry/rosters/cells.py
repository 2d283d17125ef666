"""What one cell of a roster means."""

import re
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from registry.countries import find_country
from registry.drafts import refusal
from registry.rosters.columns import Cells

_SEXES = {"男": "M", "女": "F", "m": "M", "f": "F", "x": "X", "male": "M", "female": "F", "": "X",
          "男性": "M", "女性": "F"}  # fmt: skip
_DOCUMENTS = {
    "": "passport", "护照": "passport", "因私护照": "passport", "因公护照": "passport",
    "普通护照": "passport", "公务护照": "passport", "外交护照": "passport",
    "香港特区护照": "sar_passport", "澳门特区护照": "sar_passport",
    "香港/澳门特区护照": "sar_passport", "台湾居民来往大陆通行证": "taiwan_permit",
    "台胞证": "taiwan_permit", "旅行证": "travel_document", "外国护照": "foreign_passport",
    "travel document": "travel_document", "foreign passport": "foreign_passport",
    "无": "none", "无证件": "none",
}  # fmt: skip
_LANGUAGES = {"": "zh-hans", "中文": "zh-hans", "汉语": "zh-hans", "zh": "zh-hans",
              "zh-cn": "zh-hans", "chinese": "zh-hans", "英文": "en", "英语": "en",
              "english": "en"}  # fmt: skip
_NEEDS = {"轮椅": "wheelchair", "担架": "stretcher", "吸氧": "oxygen", "氧气": "oxygen",
          "婴儿": "infant", "孕妇": "pregnant", "怀孕": "pregnant", "体弱": "infirm"}  # fmt: skip
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0{1,2}:00(?::00)?)?\Z", re.A)
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)\Z", re.A)
# A day as a spreadsheet counts it, where the cell lost its date format: 1910 to 2099.
_SERIAL = re.compile(r"\d{4,5}\Z", re.A)
_SERIALS = range(3_654, 73_051)
_DAY_ZERO = date(1899, 12, 30)
# 1.38E+10: a spreadsheet wrote a long number short, and the digits are gone.
_SHORTENED = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{1,3}\Z", re.A)
_LONG = ("phone", "phone_2", "emergency_phone", "guardian_phone", "ref", "document_number")


def read_date(cells: Cells, column: str) -> date | None:
    """1990-03-07, 1990/3/7, 1990.3.7, 1990年3月7日, 19900307, or 32939 as a spreadsheet counts;
    None for an empty cell."""
    text = cells.get(column, "")
    if not text:
        return None
    try:
        return _date(text)
    except ValueError:
        sentence = _("“%(text)s”不是日期，请写成 1990-03-07。")
        raise refusal("bad_date", column, sentence % {"text": text[:30]}) from None


def _date(text: str) -> date:
    found = _DATE.match(text) or _EIGHT_DIGITS.match(text)
    if found:
        return date(int(found[1]), int(found[2]), int(found[3]))
    if _SERIAL.match(text) and int(text) in _SERIALS:
        return _DAY_ZERO + timedelta(days=int(text))
    raise ValueError(text)


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
    parts = re.split(r"[\s,;，；、/]+", cells["needs"]) if cells.get("needs") else ()
    return tuple(_NEEDS.get(part, part.lower()) for part in parts if part)


def check_digits(cells: Cells) -> None:
    """Raises DomainError lost_digits for a number that a spreadsheet shortened to 1.38E+10."""
    for column in _LONG:
        text = cells.get(column, "")
        if "+" in text and _SHORTENED.match(text):
            sentence = _("“%(text)s”是被表格缩写的数字，原来的各位已丢失，请改为文本重新填写。")
            raise refusal("lost_digits", column, sentence % {"text": text[:30]})
