"""What every format offers, and one file of one manifest."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise

from crisis.evacuation.exports.rows import Sheet, sheet_of
from crisis.evacuation.models import Manifest
from crisis.evacuation.profiles import EVERYTHING, Profile
from crisis.transports.models import Transport


def accept(sheet: Sheet) -> None:
    """What most formats have against a sheet: nothing."""


@dataclass(frozen=True, slots=True)
class Format:
    """`write` yields the file's bytes in pieces, and never holds all rows in memory.

    `profiles` names those that the format makes sense for; all, where it names none.
    `by_transport`: a file of this format is of one transport. `label` is what its button says.
    `check` reads a sheet of its own before anything is sent, and raises DomainError where the
    format cannot say what stands in it.
    """

    extension: str
    content_type: str
    write: Callable[[Sheet], Iterator[bytes]]
    profiles: tuple[str, ...] = ()
    by_transport: bool = False
    label: str | Promise = ""
    check: Callable[[Sheet], None] = accept

    def suits(self, profile: Profile) -> bool:
        return not self.profiles or profile.code in self.profiles


@dataclass(frozen=True, slots=True)
class Export:
    """One manifest, or one transport of it, in one format for one profile, not yet written."""

    manifest: Manifest
    format: Format
    profile: Profile = EVERYTHING
    transport: Transport | None = None

    @property
    def content_type(self) -> str:
        return self.format.content_type

    @property
    def file_name(self) -> str:
        """`manifest-12-v3-airline-t8.csv`; a draft says so in its name. ASCII, for any header."""
        parts = ["manifest", str(self.manifest.incident_id), f"v{self.manifest.version}"]
        if self.profile is not EVERYTHING:
            parts.append(self.profile.code)
        if self.transport is not None:
            parts.append(f"t{self.transport.pk}")
        if self.manifest.state == Manifest.State.DRAFT:
            parts.append("draft")
        return f"{'-'.join(parts)}.{self.format.extension}"

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes, in the language that is active at this call."""
        return self.format.write(sheet_of(self.manifest, self.profile, self.transport))

    def save(self, path: Path) -> None:
        """Write the file, readable by its owner alone."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.writelines(self.chunks())
