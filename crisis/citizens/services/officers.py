"""What an officer writes of somebody: on the phone, at the counter, or by a program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.citizens.services.joining import EmergencyDraft, place_of
from registry.drafts import PersonDraft, Place, draft_of, refusal
from registry.models import Consent, ConsentPurpose, Household, Person, Source, Whereabouts
from registry.selectors.consents import has_consent
from registry.selectors.holdings import SECTIONS
from registry.services.consents import NOT_HEALTH, give_consent, withdraw_consent
from registry.services.people import (
    add_contact_point,
    add_emergency_contact,
    correct_person,
    register_person,
)
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


@transaction.atomic
def correct_by_officer(*, person: Person, facts: Mapping[str, Any], username: str) -> list[str]:
    """Put these facts (fields of PersonDraft) in place of what was known; the columns changed.

    Raises DomainError: consent_needed (health without its consent), those of correct_person.
    """
    held = Person.objects.select_for_update().get(pk=person.pk)
    draft = replace(draft_of(held), **facts)
    health = any(facts.get(name) for name in SECTIONS["health"])
    if health and held.basis in AGREED and _tells_health(draft):
        _demand_health(has_consent(held.pk, ConsentPurpose.HEALTH))
    changed = correct_person(person=held, draft=draft)
    note_correction(person=held, columns=changed, username=username)
    return changed


@transaction.atomic
def move_by_officer(*, person: Person, place: Place, username: str) -> Whereabouts:
    """Where the person lives now. A place without a point is looked up in the gazetteer."""
    found = find_point(place)
    home = set_residence(person=person, place=found, source=Source.OFFICER)
    note_correction(person=person, columns=["residence"], username=username)
    return home


def find_point(place: Place) -> Place:
    """The place itself where it has a point, else its city where the gazetteer knows it.

    Raises DomainError unknown_country, half_position, bad_position, bad_accuracy.
    """
    tidy = place.clean()
    if place.latitude is not None:
        return tidy
    return place_of(country=tidy.country, city=tidy.city, address=tidy.address)


def note_correction(*, person: Person, columns: Sequence[str], username: str) -> None:
    subject = f"person:{person.pk}"
    audit.record(actor=username, act="person.corrected", subject=subject, columns=[*columns])


@transaction.atomic
def record_consent(
    *, person: Person, purpose: str, given_by: Person | None, username: str
) -> Consent:
    """An officer writes down what `given_by` (None: a guardian who is not registered) agreed to,
    in today's words. Raises DomainError as give_consent."""
    consent = give_consent(person=person, purpose=purpose, given_by=given_by)
    _note_consent("consent.recorded", person, purpose, username)
    return consent


@transaction.atomic
def record_withdrawal(*, person: Person, purpose: str, username: str) -> bool:
    """The person took a consent back; False when there was none in force.

    Raises DomainError is_leaving for those without which nobody is registered.
    """
    if purpose in (ConsentPurpose.REGISTRY, ConsentPurpose.GUARDIAN):
        raise DomainError("is_leaving", _("撤回这一项同意即为退出登记，请办理退出。"), status=409)
    withdrawn = withdraw_consent(person=person, purpose=purpose)
    if withdrawn:
        _note_consent("consent.withdrawal_recorded", person, purpose, username)
    return withdrawn


def _note_consent(act: str, person: Person, purpose: str, username: str) -> None:
    audit.record(actor=username, act=act, subject=f"person:{person.pk}", purpose=purpose)


def _check_consents(entry: OfficersEntry) -> None:
    draft = entry.draft
    if draft.basis not in AGREED:
        return  # a duty by law, or to protect life: nobody is asked
    if ConsentPurpose.REGISTRY not in entry.consents:
        raise refusal("consent_needed", "consents", _("请先取得本人对登记的同意。"))
    if _tells_health(draft):
        _demand_health(ConsentPurpose.HEALTH in entry.consents)


def _tells_health(draft: PersonDraft) -> bool:
    needs = {*draft.needs} - {*NOT_HEALTH}
    return bool(draft.health_note or draft.blood_type or draft.due_on or needs)


def _demand_health(agreed: bool) -> None:
    if not agreed:
        raise refusal("consent_needed", "consents", _("登记健康信息须取得本人的单独同意。"))
