"""Everything the registry holds about one person, as they may see it and take it with them.

Each fact stands once, under a stable key for programs, a label for people and both forms of its
value. A test walks the models: a column or a model that is missing here fails it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.kernel import clock
from registry.consent.texts import wording
from registry.countries import country_name
from registry.models import (
    Consent,
    ConsentPurpose,
    CurrentWhereabouts,
    Membership,
    Obstacle,
    Person,
    Whereabouts,
)

SECTIONS: dict[str, tuple[str, ...]] = {
    "basics": ("name", "passport_name", "sex", "birth_date", "nationality", "language"),
    "document": ("document_kind", "document_number", "document_expires_on", "obstacles"),
    "health": ("needs", "blood_type", "due_on", "health_note"),
    "insurance": ("insurer", "insurance_policy", "insurer_phone"),
    "registration": (
        "basis", "registered_at", "registered_by", "confirmed_at", "dormant_at", "paused_until",
        "left_at", "external_ref", "provisional",
    ),
}  # fmt: skip
# What is derived from another column, stands in a section of its own (household), or cannot be
# set on a page that is shown.
DERIVED = frozenset(
    {"id", "document_index", "erased_at", "pinyin", "initials", "spelled", "household"}
)


@dataclass(frozen=True, slots=True)
class Fact:
    """`value` is plain JSON; `shown` is how people read it."""

    key: str
    label: str
    value: Any
    shown: str


@dataclass(frozen=True, slots=True)
class Section:
    """`entries` are the rows of this section, each a list of facts."""

    key: str
    title: str
    entries: list[list[Fact]] = field(default_factory=list)


def holdings_of(person: Person) -> list[Section]:
    """Everything of the registry's, in the order of the page."""
    own = {key: _own(person, key) for key in SECTIONS}
    return [
        own["basics"],
        own["document"],
        _contacts(person),
        _current(person),
        _places(person),
        _emergency(person),
        own["health"],
        own["insurance"],
        _household(person),
        _groups(person),
        _consents(person),
        own["registration"],
    ]


def fact(key: str, label: str, value: Any, shown: str | None = None) -> Fact:
    """A fact whose JSON and wording follow from its value, where nothing else is said."""
    plain = value.isoformat() if hasattr(value, "isoformat") else value
    return Fact(key, str(label), plain, _shown(value) if shown is None else shown)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return "" if value is None else str(value)


def _titles() -> Mapping[str, str]:
    return {
        "basics": _("基本信息"),
        "document": _("证件与离境障碍"),
        "health": _("健康与特殊需要"),
        "insurance": _("保险"),
        "registration": _("登记状态"),
    }


def _own(person: Person, key: str) -> Section:
    return Section(key, _titles()[key], [[_column(person, name) for name in SECTIONS[key]]])


def _column(row: models.Model, name: str) -> Fact:
    column: Any = row._meta.get_field(name)
    value = getattr(row, column.attname)
    label = _labels().get(name, column.verbose_name)
    return fact(name, label, value, _worded(row, name, value))


def _labels() -> Mapping[str, str]:
    """Of columns whose own name is for programs."""
    return {
        "registered_by": _("由谁登记"),
        "external_ref": _("名册中的编号"),
        "country": _("国家或地区"),
    }


def _worded(row: models.Model, name: str, value: Any) -> str | None:
    if name in ("nationality", "country") and value:
        return country_name(value, get_language() or "")
    if name == "registered_by":
        return _who(row, value)
    if name == "needs":
        return "、".join(need_label(need) for need in value)
    if name == "obstacles":
        return "、".join(str(Obstacle(one).label) for one in value if one in Obstacle.values)
    if getattr(row._meta.get_field(name), "choices", None):
        return str(getattr(row, f"get_{name}_display")())
    return None


def _who(person: models.Model, other_id: int | None) -> str:
    """Somebody who did something for this person, by name; empty for nobody."""
    if other_id is None or other_id == person.pk:
        return _("本人") if other_id else ""
    return Person.objects.filter(pk=other_id).values_list("name", flat=True).first() or ""


def need_label(need: str) -> str:
    return {
        "wheelchair": _("轮椅"), "stretcher": _("担架"), "oxygen": _("吸氧"),
        "infant": _("携带婴儿"), "pregnant": _("怀孕"), "infirm": _("年老体弱"),
    }.get(need, need)  # fmt: skip


def _contacts(person: Person) -> Section:
    return Section(
        "contacts",
        _("联系方式"),
        [
            [
                fact("channel", _("渠道"), point.channel, str(point.get_channel_display())),
                fact("address", _("号码或账号"), point.address),
                fact("verified_at", _("核实时间"), point.verified_at),
                fact("retired_at", _("停用时间"), point.retired_at),
                fact("preference", _("次序"), point.preference),
            ]
            for point in person.contact_points.order_by("preference", "pk")
        ],
    )


def _current(person: Person) -> Section:
    """Where we think the person is, and why."""
    row = CurrentWhereabouts.objects.filter(person=person).select_related("whereabouts").first()
    paused = person.paused_until is not None and person.paused_until > clock.now().date()
    facts = [fact("paused", _("已暂停"), paused)]
    if row:
        place = row.whereabouts if row.whereabouts_id else None
        facts = [
            *(_place_facts(place) if place else []),
            fact("ground", _("依据"), row.ground, str(row.get_ground_display())),
            fact("since", _("自何时起"), row.since),
            fact("contested", _("同时还考虑另一处"), row.contested),
            *facts,
        ]
    return Section("current", _("我们认为您现在在哪里"), [facts])


def _places(person: Person) -> Section:
    rows = person.whereabouts.order_by("kind", "starts_at", "pk")
    return Section("places", _("住址与行程"), [_place(row) for row in rows])


def _place(row: Whereabouts) -> list[Fact]:
    return [
        fact("kind", _("种类"), row.kind, str(row.get_kind_display())),
        *_place_facts(row),
        fact("starts_at", _("开始"), row.starts_at),
        fact("ends_at", _("结束"), row.ends_at),
        fact("recorded_at", _("记录时间"), row.recorded_at),
        fact("source", _("来源"), row.source, str(row.get_source_display())),
    ]


def _place_facts(row: Whereabouts) -> list[Fact]:
    return [
        fact(
            "country", _("国家或地区"), row.country, country_name(row.country, get_language() or "")
        ),
        fact("city", _("城市"), row.city),
        fact("address", _("地址"), row.address),
        fact("latitude", _("纬度"), row.latitude),
        fact("longitude", _("经度"), row.longitude),
        fact("accuracy_m", _("精度（米）"), row.accuracy_m),
    ]


def _emergency(person: Person) -> Section:
    return Section(
        "emergency",
        _("紧急联系人"),
        [
            [
                fact("name", _("姓名"), one.name),
                fact("relation", _("关系"), one.relation),
                fact("phone", _("电话"), one.phone),
                fact("told_at", _("告知时间"), one.told_at),
            ]
            for one in person.emergency_contacts.order_by("pk")
        ],
    )


def _household(person: Person) -> Section:
    members: Iterable[Person] = (
        person.household.members.exclude(pk=person.pk).filter(erased_at=None).order_by("pk")
        if person.household
        else ()
    )
    return Section("household", _("同行家人"), [[fact("name", _("姓名"), m.name)] for m in members])


def _groups(person: Person) -> Section:
    rows = Membership.objects.filter(person=person).select_related("group").order_by("pk")
    return Section(
        "groups",
        _("团组"),
        [
            [
                fact("name", _("名称"), one.group.name),
                fact("part", _("身份"), one.part, str(one.get_part_display())),
                fact("joined_at", _("加入时间"), one.joined_at),
                fact("ended_at", _("结束时间"), one.ended_at),
            ]
            for one in rows
        ],
    )


def _consents(person: Person) -> Section:
    rows = Consent.objects.filter(person=person).order_by("given_at", "pk")
    return Section("consents", _("同意记录"), [_consent(person, row) for row in rows])


def _consent(person: Person, row: Consent) -> list[Fact]:
    words = wording(row.purpose, row.text_version)
    return [
        fact("purpose", _("用途"), row.purpose, str(ConsentPurpose(row.purpose).label)),
        fact("text_version", _("文本版本"), row.text_version),
        fact("text", _("文本"), words.words(get_language() or "").agree if words else ""),
        fact("given_by", _("由谁同意"), row.given_by_id, _who(person, row.given_by_id)),
        fact("given_at", _("同意时间"), row.given_at),
        fact("withdrawn_at", _("撤回时间"), row.withdrawn_at),
    ]
