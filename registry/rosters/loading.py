"""Loading a roster: good rows are kept, bad rows come back with the reason and the remedy.

A row is known by its `ref`, or by its document number where it has none: loading the same file
twice adds nobody. All rows go through registry.drafts, so a roster knows no laxer rules.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, bulk, clock
from config.kernel.errors import DomainError
from registry.consent.texts import ROSTER
from registry.drafts import refusal
from registry.models import (
    Consent,
    ConsentPurpose,
    ContactPoint,
    EmergencyContact,
    Household,
    Membership,
    Person,
    Whereabouts,
)
from registry.rosters.columns import Roster, RosterRow
from registry.rosters.guardians import unguarded
from registry.rosters.known import Known, known_people
from registry.rosters.reading import read_roster
from registry.rosters.rows import Columns, Entry, Terms, entry_of
from registry.rosters.writing import write
from registry.services.current import settle_new

CHUNK = 500  # of an upload, whose progress is watched
LARGE_CHUNK = 2_000
PIECE_BYTES = 1024 * 1024
# Two rosters at once look for known people and write new ones by turns: else both would add a
# person who stands in both.
_TURN = 0x726F7374  # an arbitrary number that names the lock

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row was not taken: its line in the file, the column, the reason and the remedy."""

    row: RosterRow
    field: str
    code: str
    reason: str


@dataclass
class LoadReport:
    """`added` + `known` + `refused` = `rows`. `errors` holds the refused rows, unless they were
    taken away one by one (`load_people(refused=…)`)."""

    roster: Roster
    rows: int = 0
    added: int = 0
    known: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)

    @property
    def encoding(self) -> str:
        return self.roster.encoding

    @property
    def unknown_columns(self) -> list[str]:
        return self.roster.unknown


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of some rows."""

    added: int
    known: int
    refused: list[RowError]


def load_people(
    *,
    content: bytes | BinaryIO,
    actor: str,
    progress: Progress | None = None,
    refused: Callable[[Roster, RowError], None] | None = None,
) -> LoadReport:
    """Load a roster and say what became of every row, however many they are.

    `actor` stands in the audit log. `progress` is called with the rows done, `refused` with each
    row that was not taken. Raises DomainError when the file cannot be read (read_roster): good
    rows before the place where it breaks are kept.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    digest = _digest(file)
    report = LoadReport(read_roster(file))
    for rows in chunks(report.roster.rows, LARGE_CHUNK):
        done = load_rows(rows, Terms())
        report.rows += len(rows)
        report.added += done.added
        report.known += done.known
        report.refused += len(done.refused)
        for error in done.refused:
            report.errors.append(error) if refused is None else refused(report.roster, error)
        if progress:
            progress(report.rows)
    counts = {name: getattr(report, name) for name in ("rows", "added", "known", "refused")}
    audit.record(actor=actor, act="registry.load", subject=digest, **counts)
    return report


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def chunks(rows: Iterable[RosterRow], size: int) -> Iterator[list[RosterRow]]:
    """Some `size` rows at a time; a household whose rows stand together is not cut."""
    chunk: list[RosterRow] = []
    for row in rows:
        if len(chunk) >= size and not _one_household(chunk[-1], row):
            yield chunk
            chunk = []
        chunk.append(row)
        if len(chunk) >= 2 * size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _one_household(one: RosterRow, other: RosterRow) -> bool:
    return bool(one.cells.get("household")) and (
        one.cells["household"] == other.cells.get("household")
    )


def load_rows(rows: Sequence[RosterRow], terms: Terms) -> Outcome:
    """Write what is good of these rows in one transaction, or in the caller's."""
    now = clock.now()
    entries, refused = _read(rows, terms, now)
    with transaction.atomic():
        bulk.take_turn(_TURN)
        for entry in unguarded(entries, now.date()):
            entries.remove(entry)
            refused.append(_error(entry.row, _no_guardian()))
        known = known_people(entries, terms)
        refused += [_error(entry.row, _other_name()) for entry in known.otherwise]
        _write(known, terms, now)
    refused.sort(key=lambda error: error.row.number)
    return Outcome(len(known.fresh), known.rows, refused)


def _read(
    rows: Sequence[RosterRow], terms: Terms, now: datetime
) -> tuple[list[Entry], list[RowError]]:
    entries, refused = [], []
    for row in rows:
        try:
            entries.append(entry_of(row, terms, now))
        except DomainError as problem:
            refused.append(_error(row, problem))
    return entries, refused


def _error(row: RosterRow, problem: DomainError) -> RowError:
    return RowError(row, str(problem.extra.get("field", "")), problem.code, str(problem))


def _no_guardian() -> DomainError:
    sentence = _("未满14周岁者须有监护人：请填写监护人，或与成年家人填同一家庭编号并放在一起。")
    return refusal("missing_guardian", "guardian_name", sentence)


def _other_name() -> DomainError:
    sentence = _("此证件号码已登记在另一姓名下，请核对；确实无误的，请联系使领馆。")
    return refusal("known_otherwise", "document_number", sentence)


# -- writing -------------------------------------------------------------------------------------


def _write(known: Known, terms: Terms, now: datetime) -> None:
    fresh = known.fresh
    ids = bulk.new_ids(Person, len(fresh)) if fresh else []
    homes = _households({entry.household for entry in fresh if entry.household})
    people = [
        {"id": pk, "household_id": homes.get(entry.household), **entry.person}
        for pk, entry in zip(ids, fresh, strict=True)
    ]
    write(Person, people, same={"registered_at": now, "registered_by_id": terms.given_by_id})
    owned = list(zip(ids, fresh, strict=True))
    write(Whereabouts, [_of(pk, row) for pk, e in owned for row in e.places], same={})
    write(ContactPoint, [_of(pk, row) for pk, e in owned for row in e.contacts], same={})
    write(EmergencyContact, [_of(pk, row) for pk, e in owned for row in e.emergency], same={})
    settle_new(ids, now)
    if terms.stated:
        _record_consents(owned, terms, now)
    if terms.group_id is not None:
        _join([*ids, *known.ids], terms.group_id, now)


def _of(person_id: int, row: Columns) -> Columns:
    return {"person_id": person_id, **row}


def _households(labels: set[str]) -> dict[str, int]:
    """The household of each key; one that an earlier file brought is used again."""
    found = dict(Household.objects.filter(label__among=sorted(labels)).values_list("label", "pk"))
    missing = sorted(labels - found.keys())
    ids = bulk.new_ids(Household, len(missing)) if missing else []
    rows = [{"id": pk, "label": label} for pk, label in zip(ids, missing, strict=True)]
    write(Household, rows, same={"created_at": clock.now()})
    return found | dict(zip(missing, ids, strict=True))


def _record_consents(owned: list[tuple[int, Entry]], terms: Terms, now: datetime) -> None:
    """What the uploader stated for everybody listed, in the words of ROSTER."""
    rows = [{"person_id": pk, "purpose": p} for pk, entry in owned for p in _purposes(entry)]
    alike = {"text_version": ROSTER.version, "given_by_id": terms.given_by_id, "given_at": now}
    write(Consent, rows, same=alike)


def _purposes(entry: Entry) -> Iterator[ConsentPurpose]:
    yield ConsentPurpose.REGISTRY
    if entry.person["needs"] or entry.person["health_note"]:
        yield ConsentPurpose.HEALTH
    if entry.child:
        yield ConsentPurpose.GUARDIAN


def _join(person_ids: Sequence[int], group_id: int, now: datetime) -> None:
    """Make them members, those who are already left as they are."""
    alike = {"group": group_id, "part": Membership.Part.MEMBER.value, "joined_at": now}
    alike["ended_at"] = None
    bulk.insert(Membership, ["person"], [(pk,) for pk in sorted(set(person_ids))], same=alike)
