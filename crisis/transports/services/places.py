"""Assembly points, terminals, safe havens and destinations."""

import math
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.text import clean
from crisis.staff.models import User
from crisis.transports.models import EvacuationOperation, Place, Transport
from crisis.transports.services.operations import RUNNING, note
from crisis.transports.services.refusing import hold_open, refuse
from crisis.transports.states import Disclosure, PlaceKind
from registry.countries import is_country
from registry.models import Post
from registry.places import City, cities_of

MOST_BEDS = 100_000
# The table of towns is of those abroad.
_HOME = {
    "CN": "Asia/Shanghai",
    "HK": "Asia/Hong_Kong",
    "MO": "Asia/Macau",
    "TW": "Asia/Taipei",
}
_LENGTHS = {"name_zh": 80, "name_en": 80, "directions": 300, "contact": 300}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDraft:
    """A place as it is written down. Degrees are WGS-84. Without `time_zone` that of the nearest
    known town of the country counts. `disclosure` is chosen each time, never left standing."""

    kind: PlaceKind
    name_zh: str
    country: str
    latitude: float
    longitude: float
    disclosure: Disclosure
    name_en: str = ""
    code: str = ""
    time_zone: str = ""
    directions: str = ""
    contact: str = ""
    beds: int = 0
    post: Post | None = None


@transaction.atomic
def add_place(*, operation: EvacuationOperation, draft: PlaceDraft, planner: User) -> Place:
    """Raises DomainError forbidden, not_found, operation_ended, and what _checked raises."""
    held = hold_open(operation, planner)
    place = Place.objects.create(operation=held, **_checked(held, draft))
    note(held, planner, "place.added", place=place.pk, disclosure=place.disclosure)
    return place


@transaction.atomic
def change_place(*, place: Place, draft: PlaceDraft, planner: User) -> Place:
    """Raises DomainError as add_place does, place_retired, and country_fixed: a place that
    transports call at does not move to another country."""
    held = hold_open(place.operation, planner)
    if place.retired_at is not None:
        raise refuse("place_retired", _("此地点已停用。"), status=409)
    values = _checked(held, draft, but=place)
    if values["country"] != place.country and _called_at(place).exists():
        raise refuse(
            "country_fixed", _("已有运输工具停靠此地点，不能改到另一国：请另建地点。"), "country"
        )
    for name, value in values.items():
        setattr(place, name, value)
    place.save(update_fields=list(values))
    note(held, planner, "place.changed", place=place.pk, disclosure=place.disclosure)
    return place


@transaction.atomic
def retire_place(*, place: Place, planner: User) -> Place:
    """Use it no more. Raises DomainError forbidden, not_found, operation_ended, place_in_use."""
    held = hold_open(place.operation, planner)
    in_use = _called_at(place).filter(status__in=RUNNING).values_list("number", flat=True)
    if numbers := list(in_use):
        raise refuse(
            "place_in_use",
            _("%(numbers)s 还要停靠此地点，请先更改或取消。") % {"numbers": "、".join(numbers)},
            status=409,
        )
    if place.retired_at is None:
        place.retired_at = clock.now()
        place.save(update_fields=["retired_at"])
        note(held, planner, "place.retired", place=place.pk)
    return place


def _called_at(place: Place) -> QuerySet[Transport]:
    return Transport.objects.filter(
        Q(origin=place) | Q(destination=place), operation=place.operation_id
    )


def _checked(
    operation: EvacuationOperation, draft: PlaceDraft, but: Place | None = None
) -> dict[str, object]:
    """The columns of a sound draft. Raises DomainError name_needed, too_long, place_exists,
    unknown_country, bad_latitude, bad_longitude, bad_code, unknown_zone, bad_beds."""
    written = {name: clean(getattr(draft, name)) for name in _LENGTHS}
    for name, most in _LENGTHS.items():
        if len(written[name]) > most:
            raise refuse("too_long", _("请不超过 %(n)d 个字。") % {"n": most}, name)
    if not written["name_zh"]:
        raise refuse("name_needed", _("请填写名称，不超过 80 个字。"), "name_zh")
    same = operation.places.filter(name_zh=written["name_zh"]).exclude(pk=but.pk if but else 0)
    if same.exists():
        raise refuse("place_exists", _("已有同名的地点，请换一个名称。"), "name_zh")
    if not is_country(draft.country):
        raise refuse("unknown_country", _("没有这个国家或地区。"), "country")
    check_position(draft.latitude, draft.longitude)
    if not 0 <= draft.beds <= MOST_BEDS:
        raise refuse("bad_beds", _("可住人数应在 0 到 100000 之间。"), "beds")
    return {
        **{name: getattr(draft, name) for name in draft.__slots__},
        **written,
        "code": place_code(draft.code, "code"),
        "time_zone": _zone(draft),
    }


def check_position(latitude: float, longitude: float) -> None:
    """Raises DomainError bad_latitude, bad_longitude."""
    if not (math.isfinite(latitude) and abs(latitude) <= 90):
        raise refuse("bad_latitude", _("纬度应在 -90 到 90 之间。"), "latitude")
    if not (math.isfinite(longitude) and abs(longitude) <= 180):
        raise refuse("bad_longitude", _("经度应在 -180 到 180 之间。"), "longitude")


def place_code(text: str, field: str) -> str:
    """An IATA code (three letters) or UN/LOCODE (five characters), or nothing. Raises DomainError
    bad_code."""
    code = clean(text).upper().replace(" ", "")
    if code and not (code.isascii() and code.isalnum() and len(code) in (3, 5)):
        raise refuse(
            "bad_code", _("代码应为 3 位 IATA 代码或 5 位 UN/LOCODE，例如 VLI、VUVLI。"), field
        )
    return code


def _zone(draft: PlaceDraft) -> str:
    """Raises DomainError unknown_zone."""
    zone = draft.time_zone.strip() or zone_near(draft.country, draft.latitude, draft.longitude)
    if zone not in time_zones():
        raise refuse("unknown_zone", _("请填写时区，例如 Pacific/Efate。"), "time_zone")
    return zone


@cache
def time_zones() -> frozenset[str]:
    """Names that this machine's table of time zones knows."""
    return frozenset(available_timezones())


def zone_near(country: str, latitude: float, longitude: float) -> str:
    """The zone of the country's town that is nearest; empty where none is known."""

    def far(city: City) -> float:
        turn = (city.longitude - longitude + 180) % 360 - 180
        return (city.latitude - latitude) ** 2 + (turn * math.cos(math.radians(latitude))) ** 2

    return (
        min(cities_of(country), key=far).timezone if cities_of(country) else _HOME.get(country, "")
    )
