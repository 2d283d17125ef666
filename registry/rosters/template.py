"""The roster to fill in: headings in Chinese or English, an example, and what may be chosen."""

import csv
import io
from collections.abc import Sequence
from datetime import date

import xlsxwriter
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry.models import DocumentKind, Language, Sex
from registry.rosters.columns import EXAMPLE, heading_of

# What most rosters need, in the order of a form; the others are read wherever they stand.
OFFERED = (
    "ref", "name", "passport_name", "sex", "birth_date", "nationality", "document_kind",
    "document_number", "document_expires_on", "phone", "phone_2", "email", "country", "city",
    "address", "household", "guardian_name", "guardian_phone", "needs", "health_note", "language",
    "trip_country", "trip_city", "trip_starts_on", "trip_ends_on", "emergency_name",
    "emergency_relation", "emergency_phone",
)  # fmt: skip
COMMENTS = {
    "ref": _("贵单位自己的编号，例如工号、学号；有护照号码时可不填。"),
    "name": _("必填，不超过 80 个字。"),
    "passport_name": _("照护照写成“姓/名”。"),
    "sex": _("从列表中选择。"),
    "birth_date": _("年-月-日。"),
    "nationality": _("两个字母的国家代码或名称；不填为中国。"),
    "document_kind": _("从列表中选择；不填为护照。"),
    "document_number": _("5 至 20 个字母或数字，加密保存。"),
    "document_expires_on": _("年-月-日。"),
    "phone": _("带国际区号；不带区号的按所在国家识别。"),
    "phone_2": _("同上，可不填。"),
    "country": _("两个字母的国家代码或名称；为团组上传时不填即为该团组所在国家。"),
    "address": _("加密保存。"),
    "household": _("同一家人填相同的编号并放在一起，撤离时不拆开。"),
    "guardian_name": _("未满 14 周岁且名册中没有成年家人时必填。"),
    "needs": _("轮椅、担架、吸氧、婴儿、孕妇、体弱；可填几项，用顿号隔开。"),
    "health_note": _("须经本人单独同意；不超过 500 个字，加密保存。"),
    "language": _("收取短信的语言，从列表中选择。"),
    "trip_country": _("正在或即将前往的国家；须同时填写开始和结束日期。"),
    "emergency_phone": _("国内号码可不带区号。"),
}
_EXAMPLE = {
    "ref": EXAMPLE, "name": "王小明", "passport_name": "WANG/XIAOMING", "birth_date": "1990-03-07",
    "nationality": "CN", "document_number": "EZ1234567", "document_expires_on": "2031-05-01",
    "phone": "+678 555 0123", "country": "VU", "city": "维拉港", "household": "F-1",
    "emergency_name": "王大明", "emergency_phone": "13800138000",
}  # fmt: skip
_DATES = ("birth_date", "document_expires_on", "trip_starts_on", "trip_ends_on")
# As `cells.read_word` knows them, in either language.
_CHOICES = {
    "zh": {
        "sex": ["男", "女"],
        "document_kind": ["护照", "香港特区护照", "澳门特区护照", "台湾居民来往大陆通行证",
                          "旅行证", "外国护照", "无证件"],
        "language": ["中文", "英文"],
    },
    "en": {
        "sex": [Sex.MALE.value, Sex.FEMALE.value, Sex.UNSPECIFIED.value],
        "document_kind": [kind.value for kind in DocumentKind],
        "language": [language.value for language in Language],
    },
}  # fmt: skip
_LAST_ROW = 20_000


def template(kind: str) -> bytes:
    """An empty roster as xlsx or csv, in the language that is spoken now."""
    language = get_language() or "zh-hans"
    return _workbook(language) if kind == "xlsx" else _csv(language)


def _headings(language: str) -> list[str]:
    return [heading_of(column, language) for column in OFFERED]


def _example(language: str) -> list[str]:
    chosen = {column: words[0] for column, words in choices(language).items()}
    return [{**_EXAMPLE, **chosen}.get(column, "") for column in OFFERED]


def choices(language: str) -> dict[str, list[str]]:
    """What may be written into a column that has a closed list."""
    return _CHOICES["zh" if language.startswith("zh") else "en"]


def _csv(language: str) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([_headings(language), _example(language)])
    return file.getvalue().encode("utf-8-sig")


def _workbook(language: str) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet(str(_("名册")))
        text = book.add_format({"num_format": "@"})
        page.freeze_panes(1, 0)
        page.set_column(0, len(OFFERED) - 1, 16, text)  # text: numbers keep all their digits
        _write(book, page, _headings(language), _example(language))
        for place, column in enumerate(OFFERED):
            if column in COMMENTS:
                page.write_comment(0, place, str(COMMENTS[column]))
        _restrict(page, choices(language))
    return file.getvalue()


def _write(
    book: xlsxwriter.Workbook,
    page: xlsxwriter.worksheet.Worksheet,
    headings: Sequence[str],
    example: Sequence[str],
) -> None:
    bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    grey = book.add_format({"italic": True, "font_color": "#5f6b76", "num_format": "@"})
    for place, (heading, cell) in enumerate(zip(headings, example, strict=True)):
        page.write_string(0, place, heading, bold)
        page.write_string(1, place, cell, grey)


def _restrict(page: xlsxwriter.worksheet.Worksheet, lists: dict[str, list[str]]) -> None:
    """Lists to choose from. Dates are only explained: cells are text, whatever is typed."""
    for column, words in lists.items():
        place = OFFERED.index(column)
        page.data_validation(1, place, _LAST_ROW, place, {"validate": "list", "source": words})
    for column in _DATES:
        place = OFFERED.index(column)
        hint = {"validate": "any", "input_title": date(1990, 3, 7).isoformat()}
        page.data_validation(1, place, _LAST_ROW, place, {**hint, "input_message": "YYYY-MM-DD"})
