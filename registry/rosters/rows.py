"""One row of a roster as rows of the registry. Rules: registry.drafts, as everywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from config.kernel.encryption import blind_index
from config.kernel.errors import DomainError
from registry.addresses import address_index, normalise_address, normalise_phone
from registry.ages import is_child
from registry.drafts import PersonDraft, Place, clean_name, refusal
from registry.models import Channel, Person, Source, WhereaboutsKind
from registry.models.fields import NAME_KEYS
from registry.pinyin import name_keys
from registry.places import find_city
from registry.rosters import cells as reading
from registry.rosters.columns import Cells, RosterRow
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
GUARDIAN = "监护人"
# What a roster for a group need not say: the group says it.
GIVEN = ("country",)

Columns = dict[str, Any]
_city = lru_cache(maxsize=20_000)(find_city)  # a roster names few cities, each many times


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Under which a roster is loaded.

    `group_id`: whose members these people become; keys count within that group alone, and nobody
    known under another name is touched. `given_by_id`: the person who hands the roster in.
    `country` holds where a row names none. `vouched`: addresses are used without a code.
    `stated`: the uploader says that everybody listed has agreed (wording ROSTER).
    """

    group_id: int | None = None
    given_by_id: int | None = None
    country: str = ""
    vouched: bool = True
    stated: bool = False

    def key(self, text: str) -> str:
        return text if self.group_id is None or not text else f"group:{self.group_id}:{text}"


@dataclass(slots=True)
class Entry:
    """One good row, not yet written: columns of the rows it becomes, by model."""

    row: RosterRow
    person: Columns
    household: str
    child: bool
    guarded: bool
    places: list[Columns]
    contacts: list[Columns]
    emergency: list[Columns]


def entry_of(row: RosterRow, terms: Terms, now: datetime) -> Entry:
    """Raises DomainError whose extra names the column."""
    if row.refused:
        raise row.refused
    cells = row.cells
    reading.check_digits(cells)
    country = reading.read_country(cells, "country", default=terms.country)
    draft = _draft(cells).clean(now.date())
    contacts = list(_contacts(cells, country, now if terms.vouched else None))
    person = draft.columns()
    keys = name_keys(person["name"], person["passport_name"])
    person |= {column: getattr(keys, column) for column in NAME_KEYS}
    person["external_ref"] = _ref(cells, person, contacts, terms)
    child = is_child(draft.birth_date, now.date())
    if child:
        person["basis"] = Person.Basis.GUARDIAN
    return Entry(
        row=row,
        person=person,
        household=_key(cells, "household", terms),
        child=child,
        guarded=bool(cells.get("guardian_name")),
        places=_places(cells, country, now),
        contacts=contacts,
        emergency=list(_emergency(cells, country)),
    )


def _draft(cells: Cells) -> PersonDraft:
    return PersonDraft(
        name=cells.get("name", ""),
        # WANG, XIAOMING is how some passports and airlines part the names.
        passport_name=cells.get("passport_name", "").replace(", ", "/").replace(",", "/"),
        sex=reading.read_word(cells, "sex"),
        birth_date=reading.read_date(cells, "birth_date"),
        nationality=reading.read_country(cells, "nationality", default="CN"),
        document_kind=reading.read_word(cells, "document_kind"),
        document_number=cells.get("document_number", ""),
        document_expires_on=reading.read_date(cells, "document_expires_on"),
        language=reading.read_word(cells, "language"),
        needs=reading.read_needs(cells),
        health_note=cells.get("health_note", ""),
    )


def _ref(cells: Cells, person: Columns, contacts: list[Columns], terms: Terms) -> str:
    """By what the row is known again: its own key, its document, or name with birth or phone."""
    if cells.get("ref"):
        return _key(cells, "ref", terms)
    if person["document_index"] is not None:
        return f"document:{person['document_index'].hex()}"
    phone = next((c["address"] for c in contacts if c["channel"] == Channel.SMS), "")
    born = person["birth_date"]
    if born is None and not phone:
        sentence = _("编号、证件号码、出生日期和手机请至少填写一项，否则重复导入时无法认出此人。")
        raise refusal("missing_ref", "ref", str(sentence))
    known_by = blind_index(f"{person['name']}\0{born}\0{phone}", "registry.roster.named")
    return terms.key(f"named:{known_by.hex()}")


def _key(cells: Cells, column: str, terms: Terms) -> str:
    text = terms.key(cells.get(column, ""))
    if len(text) > MAX_KEY:
        raise refusal("too_long", column, _("编号过长，请不要超过 40 个字。"))
    return text


def _places(cells: Cells, country: str, now: datetime) -> list[Columns]:
    home = {**_place(cells, "", country).columns(), "kind": WhereaboutsKind.RESIDENCE}
    places = [{**home, "starts_at": None, "ends_at": None}]
    if cells.get("trip_country") or cells.get("trip_starts_on"):
        places.append(_trip(cells))
    for place in places:
        place |= {"recorded_at": now, "source": Source.ROSTER}
    return places


def _trip(cells: Cells) -> Columns:
    starts = reading.read_moment(cells, "trip_starts_on")
    ends = reading.read_moment(cells, "trip_ends_on", end_of_day=True)
    if starts is None or ends is None:
        raise refusal("bad_trip", "trip_starts_on", _("行程需要开始和结束日期。"))
    check_trip(starts, ends)
    leg = _place(cells, "trip_", reading.read_country(cells, "trip_country")).columns()
    return {**leg, "kind": WhereaboutsKind.TRIP, "starts_at": starts, "ends_at": ends}


def _place(cells: Cells, prefix: str, country: str) -> Place:
    """A point; else the city's, if the small table knows it; else the country alone."""
    latitude = reading.read_number(cells, f"{prefix}latitude")
    longitude = reading.read_number(cells, f"{prefix}longitude")
    accuracy = reading.read_number(cells, f"{prefix}accuracy_m")
    name = cells.get(f"{prefix}city", "")
    city = _city(country, name) if latitude is None and longitude is None else None
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


def _contacts(cells: Cells, country: str, verified_at: datetime | None) -> Iterator[Columns]:
    """Addresses in order of preference; the roster's owner vouches for them where `Terms` say."""
    seen: set[bytes] = set()
    for column, channel in ADDRESS_COLUMNS:
        if not cells.get(column):
            continue
        with _blamed(column=column):
            address = normalise_address(channel, cells[column], region=country)
        index = address_index(channel, address)
        if index in seen:
            continue
        seen.add(index)
        yield {
            "channel": channel,
            "address": address,
            "address_index": index,
            "preference": len(seen),
            "verified_at": verified_at,
        }


def _emergency(cells: Cells, country: str) -> Iterator[Columns]:
    """Whom to call: at home in China as the row says, and a child's guardian where the child is."""
    if cells.get("emergency_phone"):
        relation = cells.get("emergency_relation", "")
        yield _to_call(cells, "emergency", relation, "CN")
    if cells.get("guardian_phone"):
        yield _to_call(cells, "guardian", GUARDIAN, country)


def _to_call(cells: Cells, who: str, relation: str, region: str) -> Columns:
    with _blamed(column=f"{who}_phone"):
        phone = normalise_phone(cells[f"{who}_phone"], region=region)
    return {
        "name": clean_name(f"{who}_name", cells.get(f"{who}_name", "")),
        "relation": relation.strip()[:20],
        "phone": phone,
        "phone_index": address_index(Channel.SMS, phone),
    }


@contextmanager
def _blamed(*, column: str = "", prefix: str = "") -> Iterator[None]:
    """A refusal inside names the column of the file rather than the field of the draft."""
    try:
        yield
    except DomainError as refused:
        named = str(refused.extra.get("field", refused.code.removeprefix("bad_")))
        refused.extra["field"] = column or prefix + named
        raise
