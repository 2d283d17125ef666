"""A workbook's zip, opened as if by an enemy: every limit is held while bytes come out of it.

What a zip says of itself in its headers is not believed. Why we read workbooks ourselves:
docs/decisions/workbooks-are-read-by-expat.md.
"""

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError

MAX_ENTRIES = 1_000
# Of one part that is kept in memory (strings, styles), and of one that only flows past (a sheet).
MAX_KEPT_BYTES = 64 * 1024**2
MAX_FLOWING_BYTES = 512 * 1024**2
MAX_TOTAL_BYTES = 1024**3
# Sheets of a million formatted empty rows shrink to a fortieth; deflate's limit is 1 to 1,032.
MAX_RATIO = 200
RATIO_GRACE_BYTES = 4 * 1024**2
PIECE_BYTES = 64 * 1024
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


def bad_workbook() -> DomainError:
    sentence = _("工作簿已损坏或不是 XLSX，请在 Excel 中打开并另存为“Excel 工作簿（.xlsx）”。")
    return DomainError("bad_workbook", sentence)


def too_big() -> DomainError:
    sentence = _("工作簿解压后过大。请把名册复制到新的工作簿，只保留有内容的行，再上传。")
    return DomainError("workbook_too_big", sentence)


class Archive:
    """The parts of one workbook. Raises DomainError bad_workbook or workbook_too_big."""

    def __init__(self, file: BinaryIO) -> None:
        self._size = file.seek(0, 2)
        self._total = 0
        try:
            self._zip = zipfile.ZipFile(file)
        except (*_BROKEN, ValueError, UnicodeDecodeError):
            raise bad_workbook() from None
        self._parts = {info.filename: info for info in self._zip.infolist()}
        if len(self._zip.infolist()) > MAX_ENTRIES:
            raise too_big()
        if len(self._parts) < len(self._zip.infolist()):
            raise bad_workbook()  # two parts of one name: readers differ on which counts

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def read(self, name: str) -> bytes:
        """One whole part; empty where there is none of that name."""
        return b"".join(self.pieces(name, limit=MAX_KEPT_BYTES)) if name in self else b""

    def pieces(self, name: str, *, limit: int = MAX_FLOWING_BYTES) -> Iterator[bytes]:
        """A part, piece by piece, at most `limit` bytes of it."""
        info = self._parts.get(name)
        if info is None or info.compress_type not in _METHODS or info.flag_bits & 1:
            raise bad_workbook()
        came = 0
        try:
            with self._zip.open(info) as part:
                while piece := part.read(PIECE_BYTES):
                    came += len(piece)
                    self._hold(came, limit, len(piece))
                    yield piece
        except _BROKEN:
            raise bad_workbook() from None

    def _hold(self, came: int, limit: int, fresh: int) -> None:
        self._total += fresh
        ratio = self._total > RATIO_GRACE_BYTES and self._total > MAX_RATIO * self._size
        if came > limit or self._total > MAX_TOTAL_BYTES or ratio:
            raise too_big()
