"""The syntax of a PDF (ISO 32000-1), written front to back: of what is out, only offsets are kept.

A page is out as soon as it is full, so that a list of 36,000 people takes no more memory than one
of 36. What is known only at the end, the typeface's letters and the number of pages, comes at the
end, under object numbers that were reserved before.
"""

import zlib
from array import array
from collections.abc import Iterator

HEADER = b"%PDF-1.7\n%\xe5\xbd\x92\xe8\x88\xaa\n"  # four bytes above 127 say that it is binary


class PdfFile:
    """Numbers objects and remembers where each began. Every method returns the bytes to send."""

    def __init__(self) -> None:
        self._offsets = array("Q", [0])
        self._length = 0

    def begin(self) -> bytes:
        return self._sent(HEADER)

    def reserve(self) -> int:
        """The number of an object that will be written later, and can be referred to now."""
        self._offsets.append(0)
        return len(self._offsets) - 1

    def object(self, number: int, body: str) -> bytes:
        """A dictionary or array; `body` is ASCII in the syntax of PDF."""
        return self._object(number, body.encode("ascii"))

    def stream(self, number: int, data: bytes, entries: str = "") -> bytes:
        """Data under Flate, with further `entries` for its dictionary."""
        packed = zlib.compress(data)
        head = f"<</Length {len(packed)}/Filter/FlateDecode{entries}>>stream\n"
        return self._object(number, head.encode("ascii") + packed + b"\nendstream")

    def end(self, *, root: int, info: int, ident: str) -> bytes:
        """Table of offsets and trailer; `ident` is the file's identifier, in hex."""
        start = self._length
        lines = [f"xref\n0 {len(self._offsets)}\n0000000000 65535 f \n"]
        lines += [f"{offset:010d} 00000 n \n" for offset in self._offsets[1:]]
        lines.append(f"trailer\n<</Size {len(self._offsets)}/Root {root} 0 R/Info {info} 0 R")
        lines.append(f"/ID[<{ident}><{ident}>]>>\nstartxref\n{start}\n%%EOF\n")
        return self._sent("".join(lines).encode("ascii"))

    def _object(self, number: int, body: bytes) -> bytes:
        self._offsets[number] = self._length
        return self._sent(b"%d 0 obj\n" % number + body + b"\nendobj\n")

    def _sent(self, piece: bytes) -> bytes:
        self._length += len(piece)
        return piece


def text_string(text: str) -> str:
    """Text in a dictionary, such as a title: UTF-16 in hex."""
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def in_pieces(items: list[str], size: int) -> Iterator[list[str]]:
    """Lists of at most `size`; PDF allows a hundred entries in one block of a character map."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
