"""One row of a manifest as it is sealed: canonical JSON, the same bytes wherever it is written."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from config.kernel.encryption import new_key, seal_under, unseal_under
from crisis.evacuation.models import Manifest, ManifestEntry

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
    "place_class",
    "legs",
    "reasons",
)
Leg = tuple[int, str]
"""The number of a transport in our books, and the class of place there."""


@dataclass(frozen=True, slots=True)
class Row:
    """One person on one version. `data` holds FIELDS; a field may be missing in an old version.

    `legs` are the transports in order. What they were when the row was written, in words, stands
    in `data["legs"]`: number, from, to, departs_at (local time at the place of departure).
    """

    position: int
    person_ref: int
    party: int
    priority: str
    data: dict[str, Any]
    legs: tuple[Leg, ...] = ()

    def text(self, name: str) -> str:
        return str(self.data.get(name) or "")


ROW_PURPOSE = "evacuation.entry.row"


def sealed(row: Row) -> tuple[str, bytes]:
    """A new key, and the row's data sealed under it."""
    key = new_key()
    return key, seal_under(key, canonical(row.data), ROW_PURPOSE)


def entries_of(manifest: Manifest) -> QuerySet[ManifestEntry]:
    """The entries by position, with all that `row_of` reads."""
    entries = ManifestEntry.objects.filter(manifest=manifest).order_by("position")
    return entries.select_related("own_key").prefetch_related("legs")


def row_of(entry: ManifestEntry) -> Row:
    """The row; of a person who was erased, which took the key, the number alone."""
    key = getattr(entry, "own_key", None)
    if key is None:
        data = {"name": f"#{entry.person_ref}"}
    else:
        data = json.loads(unseal_under(key.key, bytes(entry.sealed_row), ROW_PURPOSE))
    legs = sorted((leg.position, leg.transport_id, leg.place_class) for leg in entry.legs.all())
    return Row(
        position=entry.position,
        person_ref=entry.person_ref,
        party=entry.party,
        priority=entry.priority,
        data=data,
        legs=tuple((transport, place_class) for _, transport, place_class in legs),
    )


def canonical(value: object) -> str:
    """JSON with sorted keys and no blanks (RFC 8785 in spirit; there are no fractions here)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(rows: Iterable[Row]) -> str:
    """SHA-256, in hex, over one canonical line a row, in order of position. A row without legs is
    hashed as it was before there were any."""
    digest = hashlib.sha256()
    for row in rows:
        line = [row.position, row.person_ref, row.party, row.priority, row.data]
        digest.update(canonical([*line, row.legs] if row.legs else line).encode() + b"\n")
    return digest.hexdigest()
