"""A roster from whatever file came: a workbook or a CSV, or a sentence why it is neither."""

import io
from collections.abc import Collection
from typing import BinaryIO

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from registry.rosters.columns import Roster
from registry.rosters.reading_csv import read_csv
from registry.rosters.reading_xlsx import read_xlsx

MAX_FILE_BYTES = 10 * 1024 * 1024
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
# The stream that holds the content of a workbook with a password ([MS-OFFCRYPTO] 2.3.4.4).
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_roster(content: bytes | BinaryIO, *, given: Collection[str] = ()) -> Roster:
    """Open a roster: bytes, or a file that can be rewound. Rows come one by one.

    `given` are columns that the file need not have. Raises DomainError bad_encoding, bad_csv,
    empty_file, missing_column, repeated_column, old_workbook, encrypted_workbook, macros,
    binary_workbook, bad_workbook, workbook_too_big or not_a_roster; reading the rows may raise
    bad_csv, bad_workbook and workbook_too_big.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    file.seek(0)
    start = file.read(8)
    if start.startswith(_ZIP):
        return read_xlsx(file, given)
    if start.startswith(_OLE):
        raise _ole(file)
    if start.startswith(_PDF):
        raise DomainError("not_a_roster", _("这是 PDF，请上传 XLSX 或 CSV 文件。"))
    return read_csv(file, given)


def check_size(size: int) -> None:
    """Raises DomainError file_too_big for more bytes than a page or the API takes."""
    if size > MAX_FILE_BYTES:
        sentence = _("文件超过 %(limit)d MB，请分成几个文件上传。")
        words = {"limit": MAX_FILE_BYTES // 1024**2}
        raise DomainError("file_too_big", sentence % words, status=413)


def _ole(file: BinaryIO) -> DomainError:
    file.seek(0)
    if _ENCRYPTED in file.read(MAX_FILE_BYTES):
        sentence = _("工作簿设有密码，请在 Excel 中取消密码后再上传。")
        return DomainError("encrypted_workbook", sentence)
    sentence = _("这是旧格式的 Excel 文件（.xls），请另存为“Excel 工作簿（.xlsx）”后再上传。")
    return DomainError("old_workbook", sentence)
