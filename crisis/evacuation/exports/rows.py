"""The rows of a file: one iterator for every format, so that all formats say the same."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.kernel.text import formula_safe
from crisis.evacuation.labels import Labels
from crisis.evacuation.models import Manifest
from crisis.evacuation.selectors import rows_of

# Column and its width on a sheet, in characters.
COLUMNS = {
    "position": 6,
    "party": 7,
    "priority": 14,
    "name": 12,
    "passport_name": 24,
    "sex": 6,
    "birth_date": 12,
    "nationality": 7,
    "document_kind": 20,
    "document_number": 16,
    "document_expires_on": 14,
    "phone": 18,
    "needs": 14,
    "condition": 10,
    "reasons": 40,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Headings, and rows of as many cells. Every cell is text that no spreadsheet runs."""

    title: str
    headings: list[str]
    widths: list[int]
    rows: Iterator[list[str]]


def sheet_of(manifest: Manifest) -> Sheet:
    """The manifest as a sheet; words are fetched now, rows as they are read."""
    labels = Labels()
    return Sheet(
        title=f"{manifest.incident_id} v{manifest.version}",
        headings=[labels.headings[name] for name in COLUMNS],
        widths=list(COLUMNS.values()),
        rows=(
            [formula_safe(labels.cell(row, name)) for name in COLUMNS] for row in rows_of(manifest)
        ),
    )
