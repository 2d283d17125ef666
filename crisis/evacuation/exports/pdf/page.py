"""Drawing on a page: text, lines, boxes and QR codes. Lengths are in points (1/72 inch); `x` runs
from the left edge and `y` from the top edge downwards, as people read.
"""

from collections.abc import Iterable, Sequence

import segno

from crisis.evacuation.exports.pdf.typeface import Type

QUIET = 4  # modules of white around a QR code (ISO/IEC 18004, 6.3.8)
# One of the eight masks: to try them all, as the standard asks of printers, takes five times as
# long; readers take any.
MASK = 3
# Of a size of type: bold is filled and outlined, for there is one weight of the typeface.
OUTLINE = 0.025
DRAFT_GREY = "0.88 g"
Cell = tuple[float, Sequence[str]]
"""Where its lines begin, and its lines."""


class Page:
    """The content of one page, in the order in which it is drawn."""

    def __init__(self, type: Type, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._type = type
        self._parts: list[str] = []

    @property
    def content(self) -> bytes:
        return "\n".join(self._parts).encode("ascii")

    def text(self, x: float, y: float, size: float, text: str, *, bold: bool = False) -> None:
        """One line of any text on the base line `y`."""
        if shown := self._type.printable(text):
            style = f"2 Tr {size * OUTLINE:.3g} w " if bold else ""
            place = f"{x:.1f} {self.height - y:.1f}"
            self._parts.append(
                f"q BT {style}/F {size:.4g} Tf {place} Td {self._type.set(shown)}Tj ET Q"
            )

    def fitted(
        self, x: float, y: float, size: float, room: float, text: str, *, bold: bool = False
    ) -> None:
        """One line that is set smaller where it is longer than `room`: nothing is cut off."""
        length = self._type.length(text, size)
        self.text(x, y, size * min(1, room / length) if length else size, text, bold=bold)

    def cells(self, y: float, size: float, leading: float, cells: Iterable[Cell]) -> None:
        """Printable lines that begin at different places, the first of each on the base line."""
        parts = [f"BT /F {size:.4g} Tf"]
        for x, lines in cells:
            for number, line in enumerate(lines):
                if line:
                    place = f"{x:.1f} {self.height - y - number * leading:.1f}"
                    parts.append(f"1 0 0 1 {place} Tm {self._type.set(line)}Tj")
        self._parts.append("\n".join([*parts, "ET"]))

    def ending(self, x: float, y: float, size: float) -> None:
        """What stands the same on every page and is known only at the end (Document.ending)."""
        self._parts.append(f"q {size:.4g} 0 0 {size:.4g} {x:.1f} {self.height - y:.1f} cm /E Do Q")

    def line(self, x: float, y: float, to_x: float, to_y: float, width: float = 0.4) -> None:
        at, to = f"{x:.1f} {self.height - y:.1f}", f"{to_x:.1f} {self.height - to_y:.1f}"
        self._parts.append(f"{width:.4g} w {at} m {to} l S")

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """An empty one, to be ticked."""
        corner = f"{x:.1f} {self.height - y - height:.1f}"
        self._parts.append(f".8 w {corner} {width:.1f} {height:.1f} re S")

    def band(self, x: float, y: float, width: float, height: float, grey: float = 0.92) -> None:
        corner = f"{x:.1f} {self.height - y - height:.1f}"
        self._parts.append(f"q {grey:.4g} g {corner} {width:.1f} {height:.1f} re f Q")

    def across(self, text: str) -> None:
        """A word over the whole page, in grey, below what is drawn later."""
        size = 0.6 * min(self.width, self.height) / max(len(text), 1)
        half = self._type.length(text, size) / 2
        middle = f"{self.width / 2:.1f} {self.height / 2:.1f}"
        self._parts.append(
            f"q {DRAFT_GREY} .87 .5 -.5 .87 {middle} cm BT /F {size:.4g} Tf "
            f"{-half:.1f} {-size / 3:.1f} Td {self._type.set(self._type.printable(text))}Tj ET Q"
        )

    def qr(self, x: float, y: float, side: float, code: str) -> None:
        """A QR code with its quiet zone, in a square of `side`; error correction M (15 %)."""
        rows = segno.make_qr(code, error="m", mask=MASK, boost_error=False).matrix
        modules = len(rows)
        step = side / (modules + 2 * QUIET)
        corner = f"{x + QUIET * step:.2f} {self.height - y - side + QUIET * step:.2f}"
        span = f"{modules * step:.2f}"
        bits = "".join(_packed(row) for row in rows)
        self._parts.append(
            f"q {span} 0 0 {span} {corner} cm BI /W {modules} /H {modules} /BPC 1 /IM true "
            f"/D[1 0] /F/AHx ID\n{bits}>\nEI Q"
        )


def _packed(row: bytearray) -> str:
    """One row of an image mask in hex, filled up to whole bytes."""
    bits = "".join(map(str, row))
    size = -(-len(bits) // 8) * 8
    return f"{int(bits.ljust(size, '0'), 2):0{size // 4}X}"
