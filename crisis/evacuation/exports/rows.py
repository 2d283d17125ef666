"""The rows of a file: one iterator for every format, so that all formats say the same."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from config.kernel.text import formula_safe
from crisis.evacuation.consenting import only_consenting
from crisis.evacuation.labels import Labels
from crisis.evacuation.models import Manifest
from crisis.evacuation.profiles import EVERYTHING, Profile
from crisis.evacuation.rows import Row
from crisis.evacuation.selectors import rows_of
from crisis.transports.models import Transport


@dataclass(frozen=True, slots=True)
class Sheet:
    """One profile's columns of one manifest, of all of it or of one transport.

    `records` is read once, either itself or by way of `rows`; it holds what the profile's receiver
    gets and nothing else. Words are in the language that was active when the sheet was made.
    """

    manifest: Manifest
    profile: Profile
    transport: Transport | None
    labels: Labels
    records: Iterator[Row]

    @property
    def title(self) -> str:
        return f"{self.manifest.incident_id} v{self.manifest.version}"

    @property
    def headings(self) -> list[str]:
        return [self.labels.headings[name] for name in self.profile.columns]

    @property
    def widths(self) -> list[int]:
        return list(self.profile.widths.values())

    @property
    def rows(self) -> Iterator[list[str]]:
        """As many cells as headings. Every cell is text that no spreadsheet runs."""
        return ([formula_safe(cell) for cell in self.cells(row)] for row in self.records)

    def cells(self, row: Row) -> list[str]:
        """A record's cells as a person reads them."""
        return [self.labels.cell(row, name) for name in self.profile.columns]


def sheet_of(
    manifest: Manifest, profile: Profile = EVERYTHING, transport: Transport | None = None
) -> Sheet:
    """The manifest as a sheet; words are fetched now, rows as they are read."""
    rows = rows_of(manifest, transport=transport)
    if profile.consent:
        rows = only_consenting(manifest, rows, profile.consent)
    records = (_for(profile, row) for row in rows)
    return Sheet(manifest, profile, transport, Labels(), records)


def _for(profile: Profile, row: Row) -> Row:
    """The row without what this receiver does not get. Its number and party stay: by them a line
    is spoken of."""
    data = {name: row.data[name] for name in profile.columns if name in row.data}
    return replace(
        row,
        data=data,
        priority=row.priority if "priority" in profile.columns else "",
        legs=row.legs if "legs" in profile.columns else (),
    )
