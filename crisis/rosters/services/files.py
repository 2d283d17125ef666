"""The sealed file of an upload, in pieces small enough to be sealed anew a thousand at a time."""

import base64
import io
from typing import BinaryIO

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.rosters.models import RosterPiece, RosterUpload

PIECE_BYTES = 64 * 1024


def keep_file(upload: RosterUpload, content: bytes) -> None:
    pieces = [content[at : at + PIECE_BYTES] for at in range(0, len(content), PIECE_BYTES)]
    RosterPiece.objects.bulk_create(
        RosterPiece(upload=upload, number=number, content=base64.b64encode(piece).decode())
        for number, piece in enumerate(pieces)
    )


def open_file(upload: RosterUpload) -> BinaryIO:
    """The file as it came; raises DomainError file_gone (410) once it was deleted."""
    pieces = RosterPiece.objects.filter(upload=upload).order_by("number")
    content = b"".join(base64.b64decode(p) for p in pieces.values_list("content", flat=True))
    if not content:
        raise DomainError("file_gone", _("文件已按期删除，请重新上传。"), status=410)
    return io.BytesIO(content)
