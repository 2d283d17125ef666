"""Somebody is registered by an officer: on the phone, at the counter, or by a program."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from crisis.citizens.services.joining import EmergencyDraft
from registry.drafts import PersonDraft, Place, refusal
from registry.models import ConsentPurpose, Household, Person, Source
from registry.services.consents import NOT_HEALTH, give_consent
from registry.services.people import add_contact_point, add_emergency_contact, register_person
from registry.services.whereabouts import set_residence

AGREED = (Person.Basis.CONSENT, Person.Basis.GUARDIAN)


@dataclass(frozen=True, kw_only=True)
class ContactDraft:
    """An address; `verified`: the officer reached the person there."""

    channel: str
    address: str
    verified: bool = False


@dataclass(frozen=True, kw_only=True)
class OfficersEntry:
    """What an officer says of somebody. `consents`: purposes to whose words the person agreed."""

    draft: PersonDraft
    place: Place
    contacts: Sequence[ContactDraft] = field(default_factory=tuple)
    emergency: Sequence[EmergencyDraft] = field(default_factory=tuple)
    consents: Sequence[str] = field(default_factory=tuple)
    household: Household | None = None


@transaction.atomic
def register_by_officer(*, entry: OfficersEntry, username: str) -> Person:
    """Write it in one commit. Whose business the country is, is asked before.

    Raises DomainError: consent_needed (on the basis of consent without one to the registry, or
    health without its own), those of the draft, already_registered, guardian_needed.
    """
    _check_consents(entry)
    person = register_person(draft=entry.draft, household=entry.household)
    child = entry.draft.basis == Person.Basis.GUARDIAN
    for purpose in entry.consents:
        give_consent(person=person, purpose=purpose, given_by=None if child else person)
    now = clock.now()
    for preference, contact in enumerate(entry.contacts, start=1):
        add_contact_point(
            person=person,
            channel=contact.channel,
            address=contact.address,
            preference=preference,
            verified_at=now if contact.verified else None,
            region=entry.place.country,
        )
    for somebody in entry.emergency:
        add_emergency_contact(person=person, **vars(somebody))
    set_residence(person=person, place=entry.place, source=Source.OFFICER)
    subject = f"person:{person.pk}"
    audit.record(actor=username, act="registry.registered", subject=subject, basis=person.basis)
    return person


def _check_consents(entry: OfficersEntry) -> None:
    draft = entry.draft
    if draft.basis not in AGREED:
        return  # a duty by law, or to protect life: nobody is asked
    if ConsentPurpose.REGISTRY not in entry.consents:
        raise refusal("consent_needed", "consents", _("请先取得本人对登记的同意。"))
    health = draft.health_note or draft.blood_type or set(draft.needs) - {*NOT_HEALTH}
    if (health or draft.due_on) and ConsentPurpose.HEALTH not in entry.consents:
        raise refusal("consent_needed", "consents", _("登记健康信息须取得本人的单独同意。"))
