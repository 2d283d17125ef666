"""The gate's list on paper: of each person a code to scan, what to compare with the passport, what
to look to, and boxes to tick; for the hour in which no phone works, too.

Parties stay together on a page where they fit. A draft has no codes: nobody boards by a draft.
"""

from collections.abc import Iterator
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crisis.evacuation.exports.base import Format
from crisis.evacuation.exports.codes import gate_code, party_code
from crisis.evacuation.exports.pdf.document import PORTRAIT, Document
from crisis.evacuation.exports.pdf.flow import Flow
from crisis.evacuation.exports.pdf.heading import DOT, HEAD, MARGIN, Heading
from crisis.evacuation.exports.pdf.page import Page
from crisis.evacuation.exports.rows import Sheet
from crisis.evacuation.rows import Row

BAND, ROW = 14.0, 60.0
QR = 56.0  # 20 mm: half a millimetre a module, which a phone reads at arm's length
TEXT = MARGIN + QR + 6
PARTY_QR = PORTRAIT[0] - MARGIN - QR
BOXES = PARTY_QR - 56
ROOM = BOXES - TEXT - 8
NAME, PLAIN, SMALL = 11.0, 8.5, 7.0
# What stands under the name, line by line; of each only what the receiver gets.
LINES = (
    ("sex", "birth_date", "nationality"),
    ("document_kind", "document_number", "document_expires_on"),
    ("place_class", "priority", "needs", "phone"),
)
DAYS = ("birth_date", "document_expires_on")


class _Gate:
    """The pages of one gate list."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._heading = Heading(sheet, _("登乘名单"))
        self.document = Document(self._heading.about, PORTRAIT, self._heading.of_pages)
        self._of_party = _("同行组 %(party)s：%(people)s 人")
        self._whole_party = _("全组")
        self._boxes = (_("已登乘"), _("未到"), _("拒绝登乘"))
        self._total = _("本名单到此为止，共 %(people)s 人。")

    def pages(self) -> Iterator[Page]:
        flow, people = Flow(self.document, self._heading), 0
        for _party, rows in groupby(self._sheet.records, key=lambda row: row.party):
            members = list(rows)
            together = BAND + ROW * len(members)
            fits = together <= flow.bottom - HEAD
            yield from flow.room_for(together if fits else BAND + ROW)
            self._draw_band(flow, members)
            for row in members:
                yield from flow.room_for(ROW)
                self._draw(flow, row, party=len(members) > 1 and row is members[0])
            people += len(members)
        yield from flow.room_for(BAND)
        flow.page.text(MARGIN, flow.y + 12, PLAIN, self._total % {"people": people}, bold=True)
        yield flow.page

    def _draw_band(self, flow: Flow, members: list[Row]) -> None:
        words = self._of_party % {"party": members[0].party, "people": len(members)}
        flow.page.band(MARGIN, flow.y, flow.page.width - 2 * MARGIN, BAND)
        flow.page.text(MARGIN + 4, flow.y + 10, PLAIN, words, bold=True)
        flow.y += BAND

    def _draw(self, flow: Flow, row: Row, *, party: bool) -> None:
        page, y = flow.page, flow.y
        self._draw_person(page, y, row)
        for place, words in enumerate(self._boxes):
            page.box(BOXES, y + 8 + 16 * place, 9, 9)
            page.text(BOXES + 13, y + 16 + 16 * place, PLAIN, words)
        if self._heading.sealed:
            page.qr(MARGIN, y + 2, QR, gate_code(self._sheet.manifest, row))
        if self._heading.sealed and party:
            page.qr(PARTY_QR, y, QR, party_code(self._sheet.manifest, row))
            page.text(PARTY_QR + 20, y + ROW - 1, SMALL, self._whole_party)
        flow.y += ROW
        page.line(MARGIN, flow.y, page.width - MARGIN, flow.y, 0.2)

    def _draw_person(self, page: Page, y: float, row: Row) -> None:
        names = "  ".join(filter(None, (row.text("name"), row.text("passport_name"))))
        page.fitted(TEXT, y + 14, NAME, ROOM, f"{row.position}  {names}", bold=True)
        for place, fields in enumerate(LINES):
            words = DOT.join(filter(None, (self._said(row, name) for name in fields)))
            page.fitted(TEXT, y + 28 + 12 * place, PLAIN, ROOM, words)

    def _said(self, row: Row, name: str) -> str:
        """A field as a person reads it; a day with what it is the day of."""
        labels = self._sheet.labels
        said = labels.cell(row, name)
        return f"{labels.headings[name]} {said}" if said and name in DAYS else said


def write(sheet: Sheet) -> Iterator[bytes]:
    """Words are fetched at this call, pages are made as they are read."""
    made = _Gate(sheet)
    return made.document.written(made.pages())


FORMAT = Format(
    "pdf",
    "application/pdf",
    write,
    profiles=("gate",),
    label=gettext_lazy("PDF（登乘口，带二维码）"),
)
