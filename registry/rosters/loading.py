"""Loading a roster: good rows are kept, bad rows come back with the reason and the remedy.

A row is known by its `ref`, or by its document number where it has none: loading the same file
twice adds nobody. All rows go through registry.drafts, so a roster knows no laxer rules.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from registry.models import ContactPoint, EmergencyContact, Household, Person, Whereabouts
from registry.rosters.columns import RosterRow
from registry.rosters.reading_csv import read_roster
from registry.rosters.rows import Entry, entry_of
from registry.services.current import settle_new

CHUNK = 500

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RowError:
    """Why a row was not taken: its line in the file, the column, the reason and the remedy."""

    row: RosterRow
    field: str
    code: str
    reason: str


@dataclass
class LoadReport:
    """`added` + `known` + errors = rows of the file."""

    encoding: str
    unknown_columns: list[str]
    headings: list[str]
    rows: int
    added: int = 0
    known: int = 0
    errors: list[RowError] = field(default_factory=list)


def load_people(*, content: bytes, actor: str, progress: Progress | None = None) -> LoadReport:
    """Load a roster file and say what became of every row.

    `actor` stands in the audit log. `progress` is called with (rows done, rows in all). Raises
    DomainError when the file as a whole cannot be read; then nothing was written.
    """
    file = read_roster(content)
    report = LoadReport(file.encoding, file.unknown, file.headings, len(file.rows))
    for start in range(0, len(file.rows), CHUNK):
        _load_chunk(file.rows[start : start + CHUNK], report)
        if progress:
            progress(min(start + CHUNK, len(file.rows)), len(file.rows))
    audit.record(
        actor=actor,
        act="registry.load",
        subject=hashlib.sha256(content).hexdigest(),
        rows=report.rows,
        added=report.added,
        known=report.known,
        errors=len(report.errors),
    )
    return report


def _load_chunk(rows: list[RosterRow], report: LoadReport) -> None:
    now, entries = clock.now(), []
    for row in rows:
        try:
            entries.append(entry_of(row.cells, row, now))
        except DomainError as refused:
            name = str(refused.extra.get("field", ""))
            report.errors.append(RowError(row, name, refused.code, str(refused)))
    with transaction.atomic():
        fresh = _unknown(entries)
        _write(fresh)
    report.known += len(entries) - len(fresh)
    report.added += len(fresh)


def _unknown(entries: list[Entry]) -> list[Entry]:
    """Those whose ref and whose document nobody in the registry, or above in the file, has."""
    people = [entry.person for entry in entries]
    refs = Person.objects.filter(external_ref__in=[p.external_ref for p in people])
    seen: set[object] = set(refs.values_list("external_ref", flat=True))
    papers = Person.objects.filter(document_index__in=[p.document_index for p in people])
    seen |= {(k, bytes(i or b"")) for k, i in papers.values_list("document_kind", "document_index")}
    fresh = []
    for entry in entries:
        marks = _marks(entry.person)
        if seen.isdisjoint(marks):
            fresh.append(entry)
        seen |= marks
    return fresh


def _marks(person: Person) -> set[object]:
    """By what a person is known again."""
    marks: set[object] = {person.external_ref}
    index = person.document_index
    if index is not None:
        marks.add((str(person.document_kind), bytes(index)))
    return marks


def _write(entries: list[Entry]) -> None:
    homes = _households({entry.household for entry in entries if entry.household})
    for entry in entries:
        entry.person.household = homes.get(entry.household)
    Person.objects.bulk_create([entry.person for entry in entries])
    for entry in entries:
        owned: list[Whereabouts | ContactPoint | EmergencyContact]
        owned = [*entry.places, *entry.contacts, *entry.emergency]
        for row in owned:
            row.person = entry.person
    Whereabouts.objects.bulk_create([p for entry in entries for p in entry.places])
    ContactPoint.objects.bulk_create([c for entry in entries for c in entry.contacts])
    EmergencyContact.objects.bulk_create([e for entry in entries for e in entry.emergency])
    settle_new([entry.person.pk for entry in entries], clock.now())


def _households(keys: set[str]) -> dict[str, Household]:
    """The household of each key; one that an earlier file brought is used again."""
    found = {home.label: home for home in Household.objects.filter(label__in=keys)}
    missing = [Household(label=key) for key in sorted(keys - found.keys())]
    return found | {home.label: home for home in Household.objects.bulk_create(missing)}
