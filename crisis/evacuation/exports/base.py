"""What every format offers, and one file of one manifest."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crisis.evacuation.exports.rows import Sheet, sheet_of
from crisis.evacuation.models import Manifest


@dataclass(frozen=True, slots=True)
class Format:
    """`write` yields the file's bytes in pieces, and never holds all rows in memory."""

    extension: str
    content_type: str
    write: Callable[[Sheet], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Export:
    """One manifest in one format, not yet written."""

    manifest: Manifest
    format: Format

    @property
    def content_type(self) -> str:
        return self.format.content_type

    @property
    def file_name(self) -> str:
        """`manifest-12-v3.csv`; a draft says so in its name."""
        draft = "-draft" if self.manifest.state == Manifest.State.DRAFT else ""
        number = f"{self.manifest.incident_id}-v{self.manifest.version}{draft}"
        return f"manifest-{number}.{self.format.extension}"

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes, in the language that is active at this call."""
        return self.format.write(sheet_of(self.manifest))

    def save(self, path: Path) -> None:
        """Write the file, readable by its owner alone."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.writelines(self.chunks())
