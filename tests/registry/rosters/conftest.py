"""Workbooks of every sort, written by XlsxWriter and openpyxl, and some made by hand."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import pytest

HEADINGS = ["编号", "姓名", "所在国家"]
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows: Sequence[Sequence[Any]], **changes: Any) -> bytes:
    """A workbook of one sheet, as openpyxl writes it; `change` may alter it before."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change := changes.get("change"):
        change(book)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def by_hand(sheet: str | bytes, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """The least workbook, with this XML as its sheet."""
    relation = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{RELATIONS}/'
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": f'{relation}officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{relation}worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": sheet,
        **(parts or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return file.getvalue()


def sheet_xml(rows: str) -> str:
    """A sheet whose first row has the headings; `rows` is what follows, as XML."""
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in HEADINGS)
    head = f'<row r="1">{cells}</row>'
    return f'<worksheet xmlns="{MAIN}"><sheetData>{head}{rows}</sheetData></worksheet>'


@pytest.fixture
def make():
    """The makers above, by name."""
    return {"workbook": workbook, "by_hand": by_hand, "sheet_xml": sheet_xml, "saved": saved}
