"""Who lives together: singles, couples, children, three generations, foreign spouses."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from registry.drafts import document_index
from registry.models import DocumentKind, Language, Person
from registry.synthetic.names import chinese_name, foreign_name, surname

# (weight, roles of a household's members)
_SHAPES: list[tuple[int, tuple[str, ...]]] = [
    (52, ("adult",)),
    (16, ("adult", "partner")),
    (12, ("adult", "partner", "child")),
    (6, ("adult", "partner", "child", "child")),
    (4, ("adult", "child")),
    (4, ("adult", "partner", "child", "elder")),
    (3, ("adult", "partner", "foreign_child")),
    (3, ("adult", "foreign_partner")),
    (5, ("adult", "foreign_partner", "child")),
]
_AGES = {"adult": (19, 62), "partner": (20, 62), "child": (0, 17), "elder": (63, 88)}
_DOCUMENTS = [
    (880, DocumentKind.PASSPORT, "EZ", 7),
    (40, DocumentKind.SAR_PASSPORT, "HZ", 7),
    (30, DocumentKind.TAIWAN_PERMIT, "", 8),
    (38, DocumentKind.TRAVEL_DOCUMENT, "L", 8),
    (12, DocumentKind.NONE, "", 0),
]
_FOREIGN_DOCUMENT = (1, DocumentKind.FOREIGN_PASSPORT, "X", 8)


@dataclass(frozen=True, slots=True)
class Member:
    """One person before the row: `foreign` members bear the nationality of where they live."""

    role: str
    age_days: int
    sex: str
    foreign: bool

    @property
    def has_own_phone(self) -> bool:
        return self.role not in ("child", "elder") or self.age_days > 14 * 365


def draw_household(rng: Random, room: int) -> list[Member]:
    """The members of one household, at most `room` of them."""
    (roles,) = rng.choices([s[1] for s in _SHAPES], [s[0] for s in _SHAPES])
    return [_member(rng, role) for role in roles[:room]]


def _member(rng: Random, role: str) -> Member:
    plain = role.removeprefix("foreign_")
    youngest, oldest = _AGES[plain]
    age = rng.randint(youngest * 365, oldest * 365 + 364)
    return Member(plain, age, rng.choice("MF"), plain != role)


def person_row(
    rng: Random, member: Member, *, family: tuple[str, str], country: str, at: datetime, number: int
) -> dict[str, Any]:
    """The columns of a member's row; `number` makes document numbers distinct."""
    foreign_to_china = member.foreign and country != "CN"
    shown, spelled = _name(rng, member, family)
    kind, document = _document(rng, foreign_to_china, number)
    return {
        "name": shown,
        "passport_name": spelled,
        "sex": member.sex,
        "birth_date": at.date() - timedelta(days=member.age_days),
        "nationality": country if foreign_to_china else "CN",
        "document_kind": kind,
        "document_number": document,
        "document_index": document_index(document),
        "document_expires_on": _expiry(rng, at.date()) if document else None,
        "language": _language(rng, member, kind),
        "needs": _needs(rng, member),
        "health_note": "糖尿病，需胰岛素" if member.role == "elder" and rng.random() < 0.2 else "",
        "basis": Person.Basis.GUARDIAN if member.age_days < 14 * 365 else Person.Basis.CONSENT,
        "registered_at": at - timedelta(days=rng.randint(1, 900)),
    }


def _name(rng: Random, member: Member, family: tuple[str, str]) -> tuple[str, str]:
    if member.foreign:
        return foreign_name(rng, member.sex)
    own = surname(rng) if member.role == "partner" else family
    return chinese_name(rng, member.sex, own)


def _document(rng: Random, foreign: bool, number: int) -> tuple[str, str]:
    options = [_FOREIGN_DOCUMENT] if foreign else _DOCUMENTS
    ((_, kind, prefix, digits),) = rng.choices(options, [o[0] for o in options])
    return kind, f"{prefix}{number % 10**digits:0{digits}d}" if digits else ""


def _expiry(rng: Random, today: date) -> date:
    """One in forty has let it run out."""
    days = -rng.randint(1, 300) if rng.random() < 0.025 else rng.randint(30, 3600)
    return today + timedelta(days=days)


def _language(rng: Random, member: Member, kind: str) -> str:
    english = 0.9 if member.foreign else 0.25 if kind == DocumentKind.SAR_PASSPORT else 0.02
    return Language.ENGLISH if rng.random() < english else Language.CHINESE


def _needs(rng: Random, member: Member) -> list[str]:
    if member.age_days < 2 * 365:
        return ["infant"]
    if member.role == "elder" and rng.random() < 0.3:
        return [rng.choice(("wheelchair", "infirm", "infirm", "oxygen", "stretcher"))]
    if member.sex == "F" and 22 <= member.age_days // 365 <= 40 and rng.random() < 0.03:
        return ["pregnant"]
    return []
