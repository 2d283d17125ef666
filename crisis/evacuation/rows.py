"""One row of a manifest as it is sealed: canonical JSON, the same bytes wherever it is written."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from config.kernel.encryption import new_key, seal_under, unseal_under
from crisis.evacuation.models import EntryKey, Manifest, ManifestEntry
from crisis.seats.parties import Seat

FIELDS = (
    "name",
    "passport_name",
    "sex",
    "birth_date",
    "nationality",
    "document_kind",
    "document_number",
    "document_expires_on",
    "phone",
    "needs",
    "condition",
    "movement",
    "reasons",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One person on one version. `data` holds FIELDS; a field may be missing in an old version."""

    position: int
    person_ref: int
    party: int
    priority: str
    data: dict[str, Any]

    def text(self, name: str) -> str:
        return str(self.data.get(name) or "")


ROW_PURPOSE = "evacuation.entry.row"


def entry_of(manifest: Manifest, seat: Seat) -> tuple[ManifestEntry, EntryKey]:
    """The entry to be written for a seat, and the key it is sealed under."""
    one = seat.candidate
    data = {
        **one.record,
        "condition": one.condition,
        "movement": one.movement,
        "reasons": [list(reason) for reason in seat.reasons],
    }
    key = new_key()
    entry = ManifestEntry(
        manifest=manifest,
        position=seat.position,
        person_ref=one.person_ref,
        party=seat.party,
        priority=seat.priority,
        sealed_row=seal_under(key, canonical(data), ROW_PURPOSE),
    )
    return entry, EntryKey(entry=entry, key=key)


def row_of(entry: ManifestEntry) -> Row:
    """The row; of a person who was erased, which took the key, the number alone."""
    key = getattr(entry, "own_key", None)
    if key is None:
        data = {"name": f"#{entry.person_ref}"}
    else:
        data = json.loads(unseal_under(key.key, bytes(entry.sealed_row), ROW_PURPOSE))
    return Row(entry.position, entry.person_ref, entry.party, entry.priority, data)


def canonical(value: object) -> str:
    """JSON with sorted keys and no blanks (RFC 8785 in spirit; there are no fractions here)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(rows: Iterable[Row]) -> str:
    """SHA-256, in hex, over one canonical line a row, in order of position."""
    digest = hashlib.sha256()
    for row in rows:
        line = [row.position, row.person_ref, row.party, row.priority, row.data]
        digest.update(canonical(line).encode() + b"\n")
    return digest.hexdigest()
