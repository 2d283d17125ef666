"""Files that browsers send: kept in memory alone, so that nothing of a roster touches a disk before
it is sealed."""

import io
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

KEPT_BYTES = 10 * 1024**2
# Beyond this a request is not even read to its end.
REFUSED_BYTES = 2 * KEPT_BYTES


class MemoryOnly(FileUploadHandler):
    """Keeps the first 10 MB of a file and its true size, by which it is refused where it is read.

    Raises RequestDataTooBig for a request of more than twice that.
    """

    def handle_raw_input(self, input_data: Any, meta: Any, content_length: int, *rest: Any) -> None:
        if content_length > REFUSED_BYTES:
            raise RequestDataTooBig("an upload of more than 20 MB")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start < KEPT_BYTES:
            self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._kept.seek(0)
        return InMemoryUploadedFile(
            file=self._kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
