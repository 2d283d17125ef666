"""XML of a workbook's parts, without what XML can do to its reader.

As defusedxml does: no document type, so no entities, none from outside; and no depth beyond what a
workbook has. Elements are named without their namespace, which differs between the transitional
and the strict form.
"""

from collections.abc import Iterable
from typing import NoReturn
from xml.parsers import expat

from registry.rosters.archive import bad_workbook

MAX_DEPTH = 64
Attributes = dict[str, str]


class Markup:
    """Feeds a part to `started`, `ended` and `text`, which a subclass gives what to do."""

    def __init__(self) -> None:
        # expat is the parser under defusedxml; the three prohibitions are its own.
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self.text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.ExternalEntityRefHandler = self._refuse
        self._depth = 0

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """Raises DomainError bad_workbook for what is no XML, or not of this kind."""
        try:
            self._parser.Parse(piece, last)
        except (expat.ExpatError, ValueError, UnicodeDecodeError):
            raise bad_workbook() from None

    def feed_all(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self.feed(piece)
        self.feed(b"", last=True)

    def started(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def ended(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Characters between two tags."""

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise bad_workbook()
        self.started(name.rpartition("}")[2], attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.ended(name.rpartition("}")[2])

    def _refuse(self, *_said: object) -> NoReturn:
        raise bad_workbook()


class Elements(Markup):
    """The attributes of the elements of some names, in order: for small parts."""

    def __init__(self, *wanted: str) -> None:
        super().__init__()
        self.found: list[tuple[str, Attributes]] = []
        self._wanted = wanted

    def started(self, name: str, attributes: Attributes) -> None:
        if name in self._wanted:
            plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
            self.found.append((name, plain))


def elements(content: bytes, *wanted: str) -> list[tuple[str, Attributes]]:
    """(name, attributes) of each wanted element of a part; none of an empty one."""
    reader = Elements(*wanted)
    if content:
        reader.feed(content, last=True)
    return reader.found
