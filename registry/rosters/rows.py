"""One row of a roster as the rows of the registry. Rules: registry.drafts, as everywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from registry.drafts import PersonDraft, Place, document_index, document_number, refusal
from registry.models import (
    Channel,
    ContactPoint,
    EmergencyContact,
    Person,
    Whereabouts,
    WhereaboutsKind,
)
from registry.places import find_city
from registry.rosters import cells as reading
from registry.rosters.columns import Cells, RosterRow
from registry.services.people import contact_row, emergency_row
from registry.services.whereabouts import check_trip

ADDRESS_COLUMNS = (
    ("phone", Channel.SMS),
    ("wechat_openid", Channel.WECHAT),
    ("phone_2", Channel.SMS),
    ("email", Channel.EMAIL),
)
# A city without a coordinate: the person is somewhere in it.
CITY_ACCURACY_M = 20_000.0
MAX_KEY = 60


@dataclass
class Entry:
    """One good row, not yet written."""

    row: RosterRow
    person: Person
    household: str
    places: list[Whereabouts]
    contacts: list[ContactPoint]
    emergency: list[EmergencyContact]


def entry_of(cells: Cells, row: RosterRow, now: datetime) -> Entry:
    """Raises DomainError whose extra names the column."""
    country = reading.read_country(cells, "country")
    draft = _draft(cells).clean(now.date())
    return Entry(
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
        sex=reading.read_word(cells, "sex"),
        birth_date=reading.read_date(cells, "birth_date"),
        nationality=reading.read_country(cells, "nationality", default="CN"),
        document_kind=reading.read_word(cells, "document_kind"),
        document_number=number,
        document_expires_on=reading.read_date(cells, "document_expires_on"),
        language=reading.read_word(cells, "language"),
        needs=reading.read_needs(cells),
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
    starts = reading.read_moment(cells, "trip_starts_on")
    ends = reading.read_moment(cells, "trip_ends_on", end_of_day=True)
    if starts is None or ends is None:
        raise refusal("bad_trip", "trip_starts_on", str(_("行程需要开始和结束日期。")))
    check_trip(starts, ends)
    leg = _place(cells, "trip_", reading.read_country(cells, "trip_country")).columns()
    trip = Whereabouts(
        kind=WhereaboutsKind.TRIP, recorded_at=now, starts_at=starts, ends_at=ends, **leg
    )
    return [*places, trip]


def _place(cells: Cells, prefix: str, country: str) -> Place:
    """A point; else the city's, if the small table knows it; else the country alone."""
    latitude = reading.read_number(cells, f"{prefix}latitude")
    longitude = reading.read_number(cells, f"{prefix}longitude")
    accuracy = reading.read_number(cells, f"{prefix}accuracy_m")
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
