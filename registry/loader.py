"""Loading a roster: good rows are kept, bad rows come back with the reason and the remedy.

A row is known by its `ref`, or by its document number where it has none: loading the same file
twice adds nobody. All rows go through registry.drafts, so a roster knows no laxer rules.
"""

import csv
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TextIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.text import formula_safe
from registry import roster
from registry.drafts import PersonDraft, Place, document_index, document_number, refusal
from registry.models import (
    Channel,
    ContactPoint,
    EmergencyContact,
    Household,
    Person,
    Whereabouts,
    WhereaboutsKind,
)
from registry.places import find_city
from registry.roster import Cells, RosterRow
from registry.services.people import contact_row, emergency_row
from registry.services.whereabouts import check_trip

CHUNK = 500
ADDRESS_COLUMNS = (
    ("phone", Channel.SMS),
    ("wechat_openid", Channel.WECHAT),
    ("phone_2", Channel.SMS),
    ("email", Channel.EMAIL),
)
_PHONE_HINT = _("写国际区号和完整号码，例如 +678 5550123。")
_DATE_HINT = _("写成年-月-日，例如 1990-03-07。")
REMEDIES = {
    "": _("按列的说明改正这一格，再导入此文件。"),
    "ref": _("填写来源中不重复的编号，不超过 60 个字。"),
    "name": _("填写姓名，不超过 80 个字。"),
    "passport_name": _("照证件写成“姓/名”，例如 WANG/XIAOMING。"),
    "phone": _PHONE_HINT,
    "phone_2": _PHONE_HINT,
    "emergency_phone": _PHONE_HINT,
    "country": _("填写两个字母的国家代码，例如 VU。"),
    "nationality": _("填写两个字母的国家代码，例如 CN。"),
    "birth_date": _DATE_HINT,
    "document_expires_on": _DATE_HINT,
    "starts_on": _DATE_HINT,
    "ends_on": _DATE_HINT,
    "latitude": _("填写 -90 到 90 之间的度数，或连同经度留空。"),
    "longitude": _("填写 -180 到 180 之间的度数，或连同纬度留空。"),
    "accuracy_m": _("填写不小于 0 的米数，或留空。"),
}
# A city without a coordinate: the person is somewhere in it.
CITY_ACCURACY_M = 20_000.0
MAX_KEY = 60

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


@dataclass
class _Entry:
    """One good row, not yet written."""

    row: RosterRow
    person: Person
    household: str
    places: list[Whereabouts]
    contacts: list[ContactPoint]
    emergency: list[EmergencyContact]


def load_people(*, content: bytes, actor: str, progress: Progress | None = None) -> LoadReport:
    """Load a roster file and say what became of every row.

    `actor` stands in the audit log. `progress` is called with (rows done, rows in all). Raises
    DomainError when the file as a whole cannot be read; then nothing was written.
    """
    file = roster.read_roster(content)
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
            entries.append(_entry(row.cells, row, now))
        except DomainError as refused:
            name = str(refused.extra.get("field", ""))
            report.errors.append(RowError(row, name, refused.code, str(refused)))
    with transaction.atomic():
        fresh = _unknown(entries)
        _write(fresh)
    report.known += len(entries) - len(fresh)
    report.added += len(fresh)


def _unknown(entries: list[_Entry]) -> list[_Entry]:
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


def _write(entries: list[_Entry]) -> None:
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


def _households(keys: set[str]) -> dict[str, Household]:
    """The household of each key; one that an earlier file brought is used again."""
    found = {home.label: home for home in Household.objects.filter(label__in=keys)}
    missing = [Household(label=key) for key in sorted(keys - found.keys())]
    return found | {home.label: home for home in Household.objects.bulk_create(missing)}


# -- one row -----------------------------------------------------------------------------------


def _entry(cells: Cells, row: RosterRow, now: datetime) -> _Entry:
    """Raises DomainError whose extra names the column."""
    country = roster.read_country(cells, "country")
    draft = _draft(cells).clean(now.date())
    return _Entry(
        row=row,
        person=draft.row(registered_at=now, household_id=None),
        household=_key(cells, "household"),
        places=_places(cells, country, now),
        contacts=list(_contacts(cells, country, now)),
        emergency=list(_emergency(cells)),
    )


def _draft(cells: Cells) -> PersonDraft:
    number = document_number(cells.get("document_number", ""))
    return PersonDraft(
        name=cells.get("name", ""),
        passport_name=cells.get("passport_name", ""),
        sex=roster.read_word(cells, "sex"),
        birth_date=roster.read_date(cells, "birth_date"),
        nationality=roster.read_country(cells, "nationality", default="CN"),
        document_kind=roster.read_word(cells, "document_kind"),
        document_number=number,
        document_expires_on=roster.read_date(cells, "document_expires_on"),
        language=roster.read_word(cells, "language"),
        needs=roster.read_needs(cells),
        health_note=cells.get("health_note", ""),
        external_ref=_ref(cells, number),
    )


def _ref(cells: Cells, number: str) -> str:
    index = document_index(number)
    if cells.get("ref"):
        return _key(cells, "ref")
    if index is None:
        sentence = _("编号和证件号码都为空，请至少填写一项，否则重复导入时无法认出此人。")
        raise refusal("missing_ref", "ref", str(sentence))
    return f"document:{index.hex()}"


def _key(cells: Cells, column: str) -> str:
    text = cells.get(column, "")
    if len(text) > MAX_KEY:
        raise refusal("too_long", column, str(_("编号不能超过 60 个字。")))
    return text


def _places(cells: Cells, country: str, now: datetime) -> list[Whereabouts]:
    home = _place(cells, "", country).columns()
    places = [Whereabouts(kind=WhereaboutsKind.RESIDENCE, recorded_at=now, **home)]
    if not (cells.get("trip_country") or cells.get("trip_starts_on")):
        return places
    starts = roster.read_moment(cells, "trip_starts_on")
    ends = roster.read_moment(cells, "trip_ends_on", end_of_day=True)
    if starts is None or ends is None:
        raise refusal("bad_trip", "trip_starts_on", str(_("行程需要开始和结束日期。")))
    check_trip(starts, ends)
    leg = _place(cells, "trip_", roster.read_country(cells, "trip_country")).columns()
    trip = Whereabouts(
        kind=WhereaboutsKind.TRIP, recorded_at=now, starts_at=starts, ends_at=ends, **leg
    )
    return [*places, trip]


def _place(cells: Cells, prefix: str, country: str) -> Place:
    """A point; else the city's, if the small table knows it; else the country alone."""
    latitude = roster.read_number(cells, f"{prefix}latitude")
    longitude = roster.read_number(cells, f"{prefix}longitude")
    accuracy = roster.read_number(cells, f"{prefix}accuracy_m")
    name = cells.get(f"{prefix}city", "")
    city = find_city(country, name) if latitude is None and longitude is None else None
    if city:
        latitude, longitude, accuracy = city.latitude, city.longitude, CITY_ACCURACY_M
    place = Place(
        country=country,
        latitude=latitude,
        longitude=longitude,
        accuracy_m=accuracy,
        city=name,
        address="" if prefix else cells.get("address", ""),
    )
    with _blamed(prefix=prefix):
        return place.clean()


def _contacts(cells: Cells, country: str, now: datetime) -> Iterator[ContactPoint]:
    """The roster's owner vouches for its addresses: they count as verified from now on."""
    seen: set[bytes] = set()
    for column, channel in ADDRESS_COLUMNS:
        if not cells.get(column):
            continue
        with _blamed(column=column):
            row = contact_row(
                channel=channel,
                address=cells[column],
                preference=len(seen) + 1,
                verified_at=now,
                region=country,
            )
        index = bytes(row.address_index)
        if index not in seen:
            seen.add(index)
            yield row


def _emergency(cells: Cells) -> Iterator[EmergencyContact]:
    if cells.get("emergency_phone"):
        with _blamed(column="emergency_phone"):
            yield emergency_row(
                name=cells.get("emergency_name", ""),
                relation=cells.get("emergency_relation", ""),
                phone=cells["emergency_phone"],
                region="CN",
            )


@contextmanager
def _blamed(*, column: str = "", prefix: str = "") -> Iterator[None]:
    """A refusal inside names the column of the file rather than the field of the draft."""
    try:
        yield
    except DomainError as refused:
        named = str(refused.extra.get("field", refused.code.removeprefix("bad_")))
        refused.extra["field"] = column or prefix + named
        raise


# -- what is left to correct -------------------------------------------------------------------


def write_errors(report: LoadReport, file: TextIO) -> None:
    """The refused rows as they came, after four columns that say why; correct and load again.

    Cells that a spreadsheet would run are guarded with an apostrophe, which loading takes off.
    """
    headings = [h for h in report.headings if h not in roster.ERROR_COLUMNS]
    writer = csv.writer(file)
    writer.writerow([*roster.ERROR_COLUMNS, *headings])
    for error in report.errors:
        why = [str(error.row.number), error.field, error.reason, remedy(error.field)]
        cells = [formula_safe(error.row.written.get(heading, "")) for heading in headings]
        writer.writerow([*why, *cells])


def remedy(column: str) -> str:
    """What to write into a column instead."""
    return str(REMEDIES.get(column.removeprefix("trip_"), REMEDIES[""]))
