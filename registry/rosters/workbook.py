"""What a workbook says of itself: its sheets, its strings, which numbers are dates."""

import posixpath
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from registry.rosters.archive import MAX_KEPT_BYTES, Archive, bad_workbook
from registry.rosters.markup import Attributes, Markup, elements

MAX_SHEETS = 100
# Formats built in that show a date or a time (ECMA-376 part 1, 18.8.30), East Asian ones included.
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_LETTERS_OF_A_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.I)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BEFORE_1900_03 = 60  # Excel's calendar has a 29 February 1900
LAST_SERIAL = 2_958_465  # 9999-12-31


@dataclass(frozen=True)
class Sheet:
    name: str
    part: str
    hidden: bool


class Workbook:
    """Opened, and refused where it may run something: macros, a password, a binary book."""

    def __init__(self, file: BinaryIO) -> None:
        self.archive = Archive(file)
        self._refuse_what_runs()
        main = self._main_part()
        book = elements(self.archive.read(main), "sheet", "workbookPr")
        self.from_1904 = any(
            name == "workbookPr" and found.get("date1904") in ("1", "true") for name, found in book
        )
        targets = self._targets(main)
        self.sheets = [
            Sheet(
                name=found.get("name", ""),
                part=targets[found.get("id", "")],
                hidden=found.get("state", "visible") != "visible",
            )
            for name, found in book
            if name == "sheet" and found.get("id", "") in targets
        ][:MAX_SHEETS]
        self.date_styles = self._date_styles(posixpath.dirname(main))
        self.strings = self._strings(posixpath.dirname(main))
        self.linked = any(name.startswith("xl/externalLinks/") for name in self.archive.names)

    def _refuse_what_runs(self) -> None:
        names = self.archive.names
        if "mimetype" in names:
            sentence = _("这是 OpenDocument 表格，请另存为“Excel 工作簿（.xlsx）”后再上传。")
            raise DomainError("not_a_roster", sentence)
        if "xl/workbook.bin" in names:
            sentence = _("这是二进制工作簿（.xlsb），请另存为“Excel 工作簿（.xlsx）”后再上传。")
            raise DomainError("binary_workbook", sentence)
        kinds = elements(self.archive.read("[Content_Types].xml"), "Override", "Default")
        macros = any("macroenabled" in found.get("ContentType", "").lower() for _n, found in kinds)
        if macros or any(name.lower().endswith("vbaproject.bin") for name in names):
            sentence = _("工作簿含有宏，请另存为不含宏的“Excel 工作簿（.xlsx）”后再上传。")
            raise DomainError("macros", sentence)

    def _main_part(self) -> str:
        for _name, found in elements(self.archive.read("_rels/.rels"), "Relationship"):
            if found.get("Type", "").endswith("/officeDocument"):
                return _resolved("", found.get("Target", ""))
        raise bad_workbook()

    def _targets(self, main: str) -> dict[str, str]:
        """Sheets by the id of their relation; nothing outside the file is ever followed."""
        folder, name = posixpath.split(main)
        relations = self.archive.read(f"{folder}/_rels/{name}.rels".lstrip("/"))
        return {
            found.get("Id", ""): _resolved(folder, found.get("Target", ""))
            for _name, found in elements(relations, "Relationship")
            if found.get("Type", "").endswith("/worksheet")
            and found.get("TargetMode") != "External"
        }

    def _date_styles(self, folder: str) -> frozenset[int]:
        """Places in cellXfs whose number format shows a date."""
        reader = _Styles()
        if content := self.archive.read(f"{folder}/styles.xml".lstrip("/")):
            reader.feed(content, last=True)
        return frozenset(
            place
            for place, number in enumerate(reader.formats_used)
            if number in _DATE_FORMATS or _shows_a_date(reader.formats.get(number, ""))
        )

    def _strings(self, folder: str) -> list[str]:
        reader = _Strings()
        name = f"{folder}/sharedStrings.xml".lstrip("/")
        if name in self.archive:
            reader.feed_all(self.archive.pieces(name, limit=MAX_KEPT_BYTES))
        return reader.strings

    def date_text(self, serial: float) -> str | None:
        """1990-03-07, with a time of day where there is one; None for what is no date."""
        if self.from_1904:
            serial += 1462
        if not 1 <= serial < LAST_SERIAL + 1:
            return None
        days = serial if serial >= _BEFORE_1900_03 else serial + 1
        moment = datetime(1899, 12, 30) + timedelta(days=days)
        moment = moment.replace(microsecond=0) + timedelta(seconds=moment.microsecond >= 500_000)
        return str(moment).removesuffix(" 00:00:00")


class _Styles(Markup):
    """Number formats: those the book names itself, and the one each cell style uses."""

    def __init__(self) -> None:
        super().__init__()
        self.formats: dict[int, str] = {}
        self.formats_used: list[int] = []
        self._in_cell_styles = False

    def started(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self.formats[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cell_styles = True
        elif name == "xf" and self._in_cell_styles:
            self.formats_used.append(_number(attributes.get("numFmtId")))

    def ended(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cell_styles = False


class _Strings(Markup):
    """The table of strings; how they are to be read aloud (rPh) is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._takes = self._aloud = False

    def started(self, name: str, attributes: Attributes) -> None:
        if name == "rPh":
            self._aloud = True
        self._takes = name == "t" and not self._aloud

    def ended(self, name: str) -> None:
        self._takes = False
        if name == "rPh":
            self._aloud = False
        elif name == "si":
            self.strings.append(unescaped("".join(self._parts)))
            self._parts.clear()

    def text(self, text: str) -> None:
        if self._takes:
            self._parts.append(text)


def unescaped(text: str) -> str:
    """_x000D_ is how a workbook writes a character that XML cannot hold; a line break is the only
    one of them that says anything."""
    return _ESCAPED.sub(_meant, text) if "_x" in text else text


def _meant(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character.isprintable() or character == "\n" else ""


def _shows_a_date(code: str) -> bool:
    letters = _NOT_LETTERS_OF_A_DATE.sub("", code.partition(";")[0]).lower()
    return "general" not in letters and any(letter in letters for letter in "ymdhs")


def _resolved(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0
