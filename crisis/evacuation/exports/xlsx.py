"""XLSX: every cell typed as text, so that +86 numbers and leading zeros stay as they are."""

import tempfile
from collections.abc import Iterator

import xlsxwriter

from crisis.evacuation.exports.base import Format
from crisis.evacuation.exports.rows import Sheet

PIECE_BYTES = 64 * 1024


def write(sheet: Sheet) -> Iterator[bytes]:
    """The zip's directory comes last, so the file is made on disk first, then streamed."""
    with tempfile.TemporaryFile() as file:
        # constant_memory writes each row out as soon as the next begins.
        with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
            _fill(book, sheet)
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece


def _fill(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.title)
    _set_for_paper(page, sheet)
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    bold = book.add_format({"bold": True, "bottom": 1})
    for column, heading in enumerate(sheet.headings):
        page.write_string(0, column, heading, bold)
    for number, cells in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(cells):
            page.write_string(number, column, cell)


def _set_for_paper(page: xlsxwriter.worksheet.Worksheet, sheet: Sheet) -> None:
    """The headings stay, on the screen and on every page; a page says of which version it is."""
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{sheet.title} {sheet.manifest.content_hash[:16]}&R&P / &N")


FORMAT = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write)
