"""Persons, their addresses and whom to call: what may be written about them."""

from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from registry.addresses import address_index, normalise_address, normalise_phone
from registry.ages import is_child
from registry.consent.texts import GUARDIAN_UNDER
from registry.drafts import PersonDraft, clean_name, refusal
from registry.models import (
    Channel,
    ContactPoint,
    EmergencyContact,
    Household,
    Person,
)
from registry.models.fields import NAME_KEYS


def register_person(
    *,
    draft: PersonDraft,
    household: Household | None = None,
    registered_by: Person | None = None,
    provisional: bool = False,
) -> Person:
    """Write one person, whom `registered_by` registered where it was not they themselves;
    `provisional` where they only reported themselves in an incident.

    Raises DomainError from the draft, already_registered or guardian_needed.
    """
    now = clock.now()
    tidy = draft.clean(now.date())
    check_guardian(tidy, now.date())
    if tidy.external_ref and Person.objects.filter(external_ref=tidy.external_ref).exists():
        raise DomainError("already_registered", _("这条登记已经存在。"), status=409)
    person = tidy.row(
        registered_at=now,
        household_id=household.pk if household else None,
        registered_by_id=registered_by.pk if registered_by else None,
    )
    person.provisional = provisional
    person.save(force_insert=True)
    return person


def correct_person(*, person: Person, draft: PersonDraft) -> list[str]:
    """Write what is now right about a person; the names of the columns that changed.

    Who brought the person in (`external_ref`, `basis`) stays. Raises DomainError from the draft
    or guardian_needed.
    """
    tidy = draft.clean(today := clock.now().date())
    check_guardian(replace(tidy, basis=person.basis), today)
    columns = tidy.columns()
    changed = [
        name
        for name, value in columns.items()
        if name not in ("external_ref", "basis", "document_index")
        and getattr(person, name) != value
    ]
    for name in changed:
        setattr(person, name, columns[name])
    if "document_number" in changed:
        person.document_index = columns["document_index"]
    if changed:
        person.save(update_fields=[*changed, "document_index", *NAME_KEYS])
    return changed


def check_guardian(draft: PersonDraft, today: date) -> None:
    """A child's own consent is none (个人信息保护法 第三十一条): the basis is the guardian's, or
    the law's. Raises DomainError guardian_needed."""
    if is_child(draft.birth_date, today) and draft.basis == Person.Basis.CONSENT:
        sentence = _("未满%(age)s周岁者须由父母或其他监护人登记并代为同意。")
        raise refusal("guardian_needed", "birth_date", sentence % {"age": GUARDIAN_UNDER})


def contact_row(
    *, channel: str, address: str, preference: int, verified_at: datetime | None, region: str | None
) -> ContactPoint:
    """An unsaved contact point without its person; raises DomainError for a bad address."""
    written = normalise_address(channel, address, region=region)
    return ContactPoint(
        channel=channel,
        address=written,
        address_index=address_index(channel, written),
        preference=preference,
        verified_at=verified_at,
    )


def add_contact_point(
    *,
    person: Person,
    channel: str,
    address: str,
    preference: int = 1,
    verified_at: datetime | None = None,
    region: str | None = None,
) -> ContactPoint:
    """Add an address, or return the one already there (a retired one stays retired).

    `verified_at` is when the person proved the address, or None: then it is not used yet.
    """
    row = contact_row(
        channel=channel,
        address=address,
        preference=preference,
        verified_at=verified_at,
        region=region,
    )
    found, created = ContactPoint.objects.get_or_create(
        person=person,
        channel=channel,
        address_index=row.address_index,
        defaults={"address": row.address, "preference": preference, "verified_at": verified_at},
    )
    if not created and verified_at and found.verified_at is None:
        ContactPoint.objects.filter(pk=found.pk, verified_at=None).update(verified_at=verified_at)
        found.verified_at = verified_at
    return found


def retire_address(*, channel: str, index: bytes) -> int:
    """Stop using an address for everybody who gave it («wrong number»); how many rows changed."""
    points = ContactPoint.objects.filter(channel=channel, address_index=index, retired_at=None)
    return points.update(retired_at=clock.now())


def emergency_row(*, name: str, relation: str, phone: str, region: str | None) -> EmergencyContact:
    """An unsaved emergency contact without its person; raises DomainError."""
    written = normalise_phone(phone, region=region)
    return EmergencyContact(
        name=clean_name("emergency_name", name),
        relation=relation.strip()[:20],
        phone=written,
        phone_index=address_index(Channel.SMS, written),
    )


def add_emergency_contact(
    *, person: Person, name: str, relation: str, phone: str, region: str | None = "CN"
) -> EmergencyContact:
    """Add somebody to call; the same number twice for one person is one row."""
    row = emergency_row(name=name, relation=relation, phone=phone, region=region)
    known = EmergencyContact.objects.filter(person=person, phone_index=row.phone_index).first()
    if known:
        return known
    row.person = person
    row.save(force_insert=True)
    return row


def join_household(*, person: Person, household: Household) -> None:
    Person.objects.filter(pk=person.pk).update(household=household)
    person.household = household


def leave_registry(*, person: Person) -> bool:
    """The person withdraws; False when they had done so before."""
    changed = Person.objects.filter(pk=person.pk, left_at=None).update(left_at=clock.now())
    return bool(changed)
