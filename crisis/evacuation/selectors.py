"""Reading manifests: rows, hash, and what differs between two versions."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crisis.evacuation.labels import Labels
from crisis.evacuation.models import Manifest
from crisis.evacuation.rows import FIELDS, Row, hash_of, row_of

CHUNK = 500
_COMPARED = ("priority", *FIELDS)


def rows_of(manifest: Manifest) -> Iterator[Row]:
    """The manifest's rows by position, a few hundred in memory at a time."""
    entries = manifest.entries.select_related("own_key").order_by("position")
    return (row_of(entry) for entry in entries.iterator(chunk_size=CHUNK))


def content_hash(manifest: Manifest) -> str:
    """What the seal says, or would say, about the rows as they stand."""
    return hash_of(rows_of(manifest))


def is_intact(manifest: Manifest) -> bool:
    """Whether a sealed manifest's rows are still those that were sealed; of people who were erased
    since, whether their places are, and nothing else has changed."""
    if manifest.state != Manifest.State.SEALED:
        return False
    erased = manifest.erasures.last()
    return content_hash(manifest) == (erased.content_hash if erased else manifest.content_hash)


@dataclass(frozen=True, slots=True)
class Change:
    """One person who is on both versions, with what differs: (heading, before, after)."""

    before: Row
    after: Row
    fields: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """From `old` to `new`. A new place in the order alone is no change."""

    old: Manifest
    new: Manifest
    added: list[Row]
    removed: list[Row]
    changed: list[Change]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def lines(self) -> list[str]:
        """The difference in words: + added, − removed, ~ changed."""
        return [
            *(f"+ {_who(row)}" for row in self.added),
            *(f"− {_who(row)}" for row in self.removed),
            *(f"~ {_who(change.after)}：{_what(change)}" for change in self.changed),
        ]


def difference(old: Manifest, new: Manifest) -> Difference:
    """What changed between two versions of one incident's manifest."""
    before = {row.person_ref: row for row in rows_of(old)}
    added, changed, labels = [], [], Labels()
    for row in rows_of(new):
        former = before.pop(row.person_ref, None)
        if former is None:
            added.append(row)
        elif fields := _differing(former, row, labels):
            changed.append(Change(former, row, fields))
    return Difference(old, new, added, list(before.values()), changed)


def _differing(before: Row, after: Row, labels: Labels) -> list[tuple[str, str, str]]:
    pairs = ((name, labels.cell(before, name), labels.cell(after, name)) for name in _COMPARED)
    return [(labels.headings[name], was, now) for name, was, now in pairs if was != now]


def _who(row: Row) -> str:
    names = [row.text("name"), row.text("passport_name"), row.text("document_number")]
    return " ".join(filter(None, names)) or f"#{row.person_ref}"


def _what(change: Change) -> str:
    nothing = _("无")
    return "；".join(
        f"{name} {was or nothing} → {now or nothing}" for name, was, now in change.fields
    )
