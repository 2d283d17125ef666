"""What is said about a person before it is written: one set of rules for pages, API and loader.

Each draft is plain data; `clean()` returns it in its one written form or raises DomainError.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from config.kernel.encryption import blind_index
from config.kernel.errors import DomainError
from config.kernel.text import clean
from registry.addresses import normalise_phone
from registry.ages import LATEST_WEEK, PREGNANCY_WEEKS
from registry.countries import is_country, nationality_of
from registry.geography.areas import check_position
from registry.models import BloodType, DocumentKind, Language, Obstacle, Person, Sex
from registry.models.whereabouts import BANDS_PER_DEGREE, MAX_ACCURACY_M

# Codes that matter on a plane and at a gate.
NEEDS = ("wheelchair", "stretcher", "oxygen", "infant", "pregnant", "infirm")
MAX_NAME = 80
OLDEST = date(1900, 1, 1)
DOCUMENT_PURPOSE = "registry.person.document_number"
MAX_INSURER = 60
MAX_POLICY = 40
_SHORT_NUMBER = re.compile(r"[0-9]{3,8}\Z")  # such as 95518: dialled in one country alone
_DOCUMENT = re.compile(r"[A-Z0-9]{5,20}\Z")
_SPELLING = re.compile(r"[A-Z][A-Z '\-]*(/[A-Z][A-Z '\-]*)?\Z")


# Made once: an enumeration lists its values anew each time, which costs a roster minutes.
_ALLOWED: dict[str, list[str]] = {
    "sex": Sex.values,
    "document_kind": DocumentKind.values,
    "language": Language.values,
    "basis": Person.Basis.values,
    "blood_type": ["", *BloodType.values],
}
_OBSTACLES = Obstacle.values


@dataclass(frozen=True, kw_only=True)
class PersonDraft:
    """A person; `passport_name` is spelled as in the document: WANG/XIAOMING.

    `due_on` is the day a child is expected. `insurer_phone` is the insurer's line for
    emergencies: E.164, or a short number of its own country.
    """

    name: str
    passport_name: str = ""
    sex: str = Sex.UNSPECIFIED
    birth_date: date | None = None
    nationality: str = "CN"
    document_kind: str = DocumentKind.PASSPORT
    document_number: str = ""
    document_expires_on: date | None = None
    language: str = Language.CHINESE
    needs: tuple[str, ...] = ()
    health_note: str = ""
    blood_type: str = ""
    due_on: date | None = None
    obstacles: tuple[str, ...] = ()
    insurer: str = ""
    insurance_policy: str = ""
    insurer_phone: str = ""
    basis: str = Person.Basis.CONSENT
    external_ref: str | None = None

    def clean(self, today: date) -> "PersonDraft":
        """Checked and normalised; raises DomainError whose extra names the field."""
        for field, allowed in _ALLOWED.items():
            _known(field, getattr(self, field), allowed)
        for need in self.needs:
            _known("needs", need, NEEDS)
        for obstacle in self.obstacles:
            _known("obstacles", obstacle, _OBSTACLES)
        return replace(
            self,
            name=clean_name("name", self.name),
            passport_name=_spelling(self.passport_name),
            birth_date=_birth_date(self.birth_date, today),
            nationality=nationality_of(country_code("nationality", self.nationality)),
            document_number=document_number(self.document_number),
            needs=tuple(sorted({*self.needs, *(["pregnant"] if self.due_on else [])})),
            health_note=clean(self.health_note)[:500],
            due_on=_due_on(self.due_on, today),
            obstacles=tuple(sorted(set(self.obstacles))),
            insurer=_short("insurer", self.insurer, MAX_INSURER),
            insurance_policy=_short("insurance_policy", self.insurance_policy, MAX_POLICY),
            insurer_phone=insurer_line(self.insurer_phone),
            external_ref=clean(self.external_ref or "")[:60] or None,
        )

    def columns(self) -> dict[str, Any]:
        """The columns of a person, index included, of a draft that was cleaned."""
        return {
            **vars(self),
            "needs": list(self.needs),
            "obstacles": list(self.obstacles),
            "due_on": self.due_on.isoformat() if self.due_on else "",
            "document_index": document_index(self.document_number),
        }

    def row(
        self,
        *,
        registered_at: datetime,
        household_id: int | None,
        registered_by_id: int | None = None,
    ) -> Person:
        """The unsaved row of a draft that was cleaned."""
        return Person(
            **self.columns(),
            registered_at=registered_at,
            household_id=household_id,
            registered_by_id=registered_by_id,
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where somebody is: a point with an accuracy radius in metres, or only a country."""

    country: str
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    city: str = ""
    address: str = ""

    def clean(self) -> "Place":
        """Checked; a place vaguer than 50 km keeps only its country. Raises DomainError."""
        tidy = replace(
            self,
            country=country_code("country", self.country),
            city=clean(self.city)[:80],
            address=clean(self.address)[:300],
        )
        if self.latitude is None and self.longitude is None:
            return replace(tidy, accuracy_m=None)
        if self.latitude is None or self.longitude is None:
            raise refusal("half_position", "latitude", _("纬度和经度要么都填，要么都不填。"))
        check_position(self.latitude, self.longitude)
        return tidy._with_accuracy()

    def _with_accuracy(self) -> "Place":
        accuracy = 0.0 if self.accuracy_m is None else self.accuracy_m
        if not accuracy >= 0:
            raise refusal("bad_accuracy", "accuracy_m", _("精度必须是不小于 0 的米数。"))
        if accuracy > MAX_ACCURACY_M:
            return replace(self, latitude=None, longitude=None, accuracy_m=None)
        return replace(self, accuracy_m=accuracy)

    def columns(self) -> dict[str, Any]:
        """The columns of a whereabouts row, `band` included, of a place that was cleaned."""
        band = None if self.latitude is None else band_of(self.latitude)
        return {**vars(self), "band": band}


def band_of(latitude: float) -> int:
    """floor(latitude × 8): the strip in which a point is found again."""
    return int(latitude * BANDS_PER_DEGREE // 1)


def clean_name(where: str, text: str) -> str:
    """A name without invisible characters; raises DomainError bad_name."""
    name = clean(text)
    if not name or len(name) > MAX_NAME:
        raise refusal("bad_name", where, _("姓名不能为空，也不能超过 80 个字。"))
    return name


def country_code(where: str, text: str) -> str:
    code = text.strip().upper()
    if not is_country(code):
        sentence = _("“%(code)s”不是国家或地区代码，请使用两个字母的代码，例如 VU。")
        raise refusal("unknown_country", where, sentence % {"code": text[:20]})
    return code


def document_number(text: str) -> str:
    """Capitals and digits without separators; empty stays empty. Raises DomainError."""
    written = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", clean(text))).upper()
    if written and not _DOCUMENT.match(written):
        raise refusal(
            "bad_document_number",
            "document_number",
            _("证件号码应为 5 至 20 个字母或数字，请对照证件检查。"),
        )
    return written


def document_index(number: str) -> bytes | None:
    """16 bytes by which a normalised document number is found; None without a number."""
    return blind_index(number, DOCUMENT_PURPOSE) if number else None


def insurer_line(text: str) -> str:
    """E.164, or a short number such as 95518; empty stays empty. Raises DomainError."""
    written = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", clean(text)))
    if not written or _SHORT_NUMBER.match(written):
        return written
    try:
        return normalise_phone(written, region="CN")
    except DomainError as refused:
        raise refusal(refused.code, "insurer_phone", str(refused)) from None


def draft_of(person: Person) -> PersonDraft:
    """What is known of a person, as a draft that may be changed and written again."""
    known = {name: getattr(person, name) for name in vars(PersonDraft(name=""))}
    return PersonDraft(
        **known
        | {
            "needs": tuple(person.needs),
            "obstacles": tuple(person.obstacles),
            "due_on": date.fromisoformat(person.due_on) if person.due_on else None,
        }
    )


def refusal(code: str, field: str, sentence: str) -> DomainError:
    return DomainError(code, sentence, {"field": field})


def _known(field: str, value: str, allowed: Any) -> None:
    if value not in allowed:
        sentence = _("“%(value)s”不能识别，可用的值：%(allowed)s。")
        words = {"value": str(value)[:40], "allowed": " ".join(allowed)}
        raise refusal(f"unknown_{field}", field, sentence % words)


def _spelling(text: str) -> str:
    written = clean(text).upper()
    if written and (len(written) > MAX_NAME or not _SPELLING.match(written)):
        sentence = _("证件拼写应为“姓/名”的拉丁字母，例如 WANG/XIAOMING。")
        raise refusal("bad_passport_name", "passport_name", sentence)
    return written


def _short(field: str, text: str, limit: int) -> str:
    written = clean(text)
    if len(written) > limit:
        raise refusal("too_long", field, _("这一项不能超过 %(limit)s 个字。") % {"limit": limit})
    return written


def _due_on(expected: date | None, today: date) -> date | None:
    """Not longer ahead than a pregnancy lasts, nor longer past than one is carried over."""
    if expected is None:
        return None
    earliest = today - timedelta(weeks=LATEST_WEEK - PREGNANCY_WEEKS)
    if not earliest <= expected <= today + timedelta(weeks=PREGNANCY_WEEKS):
        sentence = _("预产期应在今后四十周之内，过期不超过两周。")
        raise refusal("bad_due_on", "due_on", sentence)
    return expected


def _birth_date(born: date | None, today: date) -> date | None:
    if born is not None and not OLDEST <= born <= today:
        raise refusal("bad_birth_date", "birth_date", _("出生日期必须在 1900 年之后、今天之前。"))
    return born
