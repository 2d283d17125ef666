"""Fills pages from top to bottom, each within the frame of its heading."""

from collections.abc import Callable, Iterator

from crisis.evacuation.exports.pdf.document import Document
from crisis.evacuation.exports.pdf.heading import FOOT, HEAD, Heading
from crisis.evacuation.exports.pdf.page import Page


class Flow:
    """The page at hand, and `y`, how far down it is full. `begin` draws what tops the list on each
    page and returns where it ends."""

    def __init__(
        self, document: Document, heading: Heading, begin: Callable[[Page], float] = lambda _: HEAD
    ) -> None:
        self._document, self._heading, self._begin = document, heading, begin
        self._number = 0
        self.bottom = document.size[1] - FOOT
        self._turn()

    def room_for(self, height: float) -> Iterator[Page]:
        """The page at hand where it has no such room; another has begun then. A page on which
        nothing stands takes anything."""
        if self.y + height > self.bottom and self.y > self._top:
            yield self.page
            self._turn()

    def _turn(self) -> None:
        self._number += 1
        self.page = self._document.page()
        self._heading.draw(self.page, self._number, self._document.type)
        self.y = self._top = self._begin(self.page)
