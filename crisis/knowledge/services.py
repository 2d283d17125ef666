"""Writing what citizens look up. Every save is a new version with a source and a day."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.knowledge.models import CountryFacts, GuidePage, Listing
from crisis.knowledge.selectors import GUIDE, LANGUAGES, facts_of, is_abroad, words_of
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand, posts_of
from registry.models import Jurisdiction

# Emergency numbers as they are dialled: digits, several parted by blanks.
_DIALLED = re.compile(r"[0-9]{2,15}( [0-9]{2,15}){0,3}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{3,38}[0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFacts:
    """The columns of CountryFacts that an officer writes."""

    police: str = ""
    fire: str = ""
    ambulance: str = ""
    without_relations: bool = False
    note_zh: str = ""
    note_en: str = ""
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NewListing:
    """The columns of Listing that an officer writes."""

    kind: str
    name: str
    phone: str
    city: str = ""
    address: str = ""
    languages: str = ""
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPage:
    """The columns of GuidePage that an officer writes."""

    title: str
    body: str
    source: str
    checked_on: date


@transaction.atomic
def save_facts(*, country: str, facts: NewFacts, seen: int, officer: User) -> CountryFacts:
    """Write the facts of a country anew. `seen` is the number of the version that the officer
    saw, 0 where there was none.

    Raises DomainError: forbidden (403), outside_jurisdiction (404), bad_number, source_needed,
    bad_day, changed_meanwhile (409).
    """
    _check(country, officer)
    newest = facts_of(country)
    if (newest.pk if newest else 0) != seen:
        raise _changed()
    facts = replace(
        facts,
        police=_dialled("police", facts.police),
        fire=_dialled("fire", facts.fire),
        ambulance=_dialled("ambulance", facts.ambulance),
        source=_source(facts.source),
        checked_on=_day(facts.checked_on),
    )
    row = CountryFacts.objects.create(
        country=country, saved_by=officer, saved_at=clock.now(), **asdict(facts)
    )
    _note(officer, "knowledge.facts_saved", country, version=row.pk)
    return row


@transaction.atomic
def save_listing(
    *, country: str, listing: NewListing, officer: User, replaces: Listing | None = None
) -> Listing:
    """Put an address on a country's list, or in the place of one.

    Raises DomainError: forbidden (403), outside_jurisdiction (404), bad_kind, name_needed,
    bad_number, source_needed, bad_day, changed_meanwhile (409).
    """
    _check(country, officer)
    if listing.kind not in Listing.Kind.values:
        raise DomainError("bad_kind", _("请选择医院、律师或翻译。"), {"field": "kind"})
    if not clean(listing.name):
        raise DomainError("name_needed", _("请填写名称。"), {"field": "name"})
    if not _PHONE.fullmatch(clean(listing.phone)):
        raise DomainError("bad_number", _("请填写电话号码，例如 +678 22100。"), {"field": "phone"})
    if replaces is not None:
        _end(replaces, officer)
    words = {name: clean(value) for name, value in asdict(listing).items() if name in _LISTED}
    row = Listing.objects.create(
        country=country,
        kind=listing.kind,
        source=_source(listing.source),
        checked_on=_day(listing.checked_on),
        saved_by=officer,
        saved_at=clock.now(),
        replaces=replaces,
        **words,
    )
    _note(officer, "knowledge.listing_saved", country, listing=row.pk)
    return row


@transaction.atomic
def withdraw_listing(*, listing: Listing, officer: User) -> None:
    """Take an address off its list; the row stays. Raises DomainError: forbidden (403),
    outside_jurisdiction (404), changed_meanwhile (409)."""
    _check(listing.country, officer)
    _end(listing, officer)
    _note(officer, "knowledge.listing_withdrawn", listing.country, listing=listing.pk)


@transaction.atomic
def save_page(*, slug: str, language: str, page: NewPage, seen: int, officer: User) -> GuidePage:
    """Write a page of the guide anew; it holds everywhere, so it is for those who answer for a
    post. `seen` is the version that the officer saw.

    Raises DomainError: forbidden (403), not_found (404), words_needed, source_needed, bad_day,
    changed_meanwhile (409).
    """
    demand(officer, Capability.EDIT_GUIDE)
    if slug not in GUIDE or language not in LANGUAGES:
        raise DomainError("not_found", _("未找到。"), status=404)
    if words_of(slug, language).version != seen:
        raise _changed()
    title, body = clean(page.title), _lines(page.body)
    if not title or not body:
        raise DomainError("words_needed", _("请填写标题和正文。"), {"field": "body"})
    row, is_new = GuidePage.objects.get_or_create(
        slug=slug,
        language=language,
        version=seen + 1,
        defaults={
            "title": title,
            "body": body,
            "source": _source(page.source),
            "checked_on": _day(page.checked_on),
            "saved_by": officer,
            "saved_at": clock.now(),
        },
    )
    if not is_new:
        raise _changed()
    _note(officer, "knowledge.page_saved", f"{slug}.{language}", version=row.version)
    return row


_LISTED = ("name", "phone", "city", "address", "languages")


def _check(country: str, officer: User) -> None:
    """Only an officer of a post that serves the country; to others it is not there."""
    demand(officer, Capability.EDIT_KNOWLEDGE)
    served = Jurisdiction.objects.filter(country=country, post__in=posts_of(officer))
    if not is_abroad(country) or not served.exists():
        raise DomainError("outside_jurisdiction", _("未找到。"), status=404)


def _end(listing: Listing, officer: User) -> None:
    standing = Listing.objects.filter(pk=listing.pk, ended_at=None)
    if not standing.update(ended_at=clock.now(), ended_by=officer):
        raise _changed()


def _dialled(field: str, text: str) -> str:
    number = clean(text.replace("/", " ").replace(",", " ").replace("，", " "))
    if number and not _DIALLED.fullmatch(number):
        raise DomainError(
            "bad_number",
            _("请填写当地直拨的号码，只用数字，多个号码用空格分开；不清楚请留空。"),
            {"field": field},
        )
    return number


def _source(text: str) -> str:
    if not (source := clean(text)[:200]):
        raise DomainError("source_needed", _("请写明来源，例如馆方致电核实。"), {"field": "source"})
    return source


def _day(day: date) -> date:
    if day > clock.now().date():
        raise DomainError("bad_day", _("核对日期不能晚于今天。"), {"field": "checked_on"})
    return day


def _lines(text: str) -> str:
    lines = [clean(line) for line in text.splitlines()]
    return "\n".join(lines).strip()


def _changed() -> DomainError:
    return DomainError(
        "changed_meanwhile", _("其他人刚刚修改过。请重新打开页面，核对后再保存。"), status=409
    )


def _note(officer: User, act: str, subject: str, **references: int) -> None:
    audit.record(actor=officer.username, act=act, subject=f"knowledge:{subject}", **references)
