"""The list to be signed: the cells of the other files on landscape pages, and lines for signatures
at the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crisis.evacuation.exports.base import Format
from crisis.evacuation.exports.pdf.document import LANDSCAPE, Document
from crisis.evacuation.exports.pdf.flow import Flow
from crisis.evacuation.exports.pdf.heading import HEAD, MARGIN, Heading
from crisis.evacuation.exports.pdf.page import Page
from crisis.evacuation.exports.rows import Sheet

LARGEST = 9.0  # points; smaller where there are many columns
WIDEST = (
    18  # characters of a column; on paper a long cell is wrapped, so that the type stays larger
)
# Of a size of type, what one character of a column's width takes: a figure or a small letter.
CHARACTER = 0.56
LEADING = 1.3
PADDING = 0.35


@dataclass(frozen=True, slots=True)
class _Line:
    """One person, wrapped into cells."""

    cells: list[list[str]]
    height: float


class _Table:
    """Columns on a page: where they begin and how wide they are, in points."""

    def __init__(self, sheet: Sheet, document: Document) -> None:
        room = document.size[0] - 2 * MARGIN
        shares = [min(width, WIDEST) for width in sheet.widths]
        total = sum(shares)
        self.size = min(LARGEST, room / (total * CHARACTER))
        self.leading = self.size * LEADING
        self.gap = self.size * 2 * PADDING
        self.widths = [room * width / total for width in shares]
        before = accumulate(self.widths, initial=MARGIN)
        self.starts = list(before)[: len(self.widths)]
        self._type = document.type
        self.headings = self.line(sheet.headings)

    def line(self, cells: list[str]) -> _Line:
        wrapped = [
            self._type.lines(cell, self.size, width - self.gap)
            for cell, width in zip(cells, self.widths, strict=True)
        ]
        return _Line(wrapped, max(map(len, wrapped)) * self.leading + self.gap)

    def draw(self, page: Page, y: float, line: _Line) -> float:
        """Draw below `y`; returns where the line ends."""
        base = y + self.gap / 2 + self.size
        page.cells(base, self.size, self.leading, zip(self.starts, line.cells, strict=True))
        page.line(MARGIN, y + line.height, page.width - MARGIN, y + line.height, 0.2)
        return y + line.height


class _List:
    """The pages of one signing list."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._heading = Heading(sheet, _("撤离名单"))
        self.document = Document(self._heading.about, LANDSCAPE, self._heading.of_pages)
        self._table = _Table(sheet, self.document)
        self._signatures = _Signatures()

    def pages(self) -> Iterator[Page]:
        flow, people = Flow(self.document, self._heading, self._begin), 0
        for row in self._sheet.records:
            line = self._table.line(self._sheet.cells(row))
            yield from flow.room_for(line.height)
            flow.y = self._table.draw(flow.page, flow.y, line)
            people += 1
        yield from flow.room_for(_Signatures.HEIGHT)
        self._signatures.draw(flow.page, flow.y, people)
        yield flow.page

    def _begin(self, page: Page) -> float:
        headings = self._table.headings
        page.band(MARGIN, HEAD, page.width - 2 * MARGIN, headings.height)
        return self._table.draw(page, HEAD, headings)


class _Signatures:
    """How many they are, and who says so."""

    SIZE = 9.0
    HEIGHT = 110.0

    def __init__(self) -> None:
        self._total = _("本名单到此为止，共 %(people)s 人。")
        self._signers = (_("编制人"), _("核对人"), _("批准人"), _("接收人"))
        self._dated = _("日期")

    def draw(self, page: Page, y: float, people: int) -> None:
        page.text(MARGIN, y + 22, self.SIZE, self._total % {"people": people}, bold=True)
        span = (page.width - 2 * MARGIN) / len(self._signers)
        for place, signer in enumerate(self._signers):
            x = MARGIN + place * span
            for below, words in ((62, signer), (92, self._dated)):
                page.text(x, y + below, self.SIZE, words)
                page.line(x + 58, y + below + 2, x + span - 14, y + below + 2)


def write(sheet: Sheet) -> Iterator[bytes]:
    """Words are fetched at this call, pages are made as they are read."""
    made = _List(sheet)
    return made.document.written(made.pages())


FORMAT = Format("pdf", "application/pdf", write, label=gettext_lazy("PDF（签署）"))
