"""登记: one commit for a person, the family registered with them, and what all agreed to.

An address counts only once its holder has proved it by a code; until then the registration
exists and nothing is sent to it. Somebody who stands in the registry already is registered again
and told nothing of it: that two rows are one person is for an officer to see and to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.db import IntegrityError, transaction

from config.kernel import audit
from config.kernel.errors import DomainError
from registry.drafts import PersonDraft, Place
from registry.models import Channel, Household, Person
from registry.services.consents import give_consent
from registry.services.people import (
    add_contact_point,
    add_emergency_contact,
    register_person,
)
from registry.services.whereabouts import set_residence
from registry.whereabouts.gazetteer import look_up, spot_of_country


@dataclass(frozen=True, kw_only=True)
class EmergencyDraft:
    """Somebody to call at home; `phone` is E.164."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class FamilyMember:
    """Somebody registered by another; `phone` is E.164 or empty, `consents` purpose → version."""

    draft: PersonDraft
    phone: str = ""
    consents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """Everything one registration says. `key` names it: sent twice, it is one registration."""

    key: str
    draft: PersonDraft
    place: Place
    phones: list[str]
    email: str = ""
    emergency: list[EmergencyDraft] = field(default_factory=list)
    members: list[FamilyMember] = field(default_factory=list)
    consents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Registered:
    """Who was registered; `fresh` is False where this registration had been sent before."""

    person: Person
    fresh: bool


def register_family(*, registration: Registration) -> Registered:
    """Write a registration, or return what it wrote before. Raises DomainError."""
    ref = f"web:{registration.key}"
    if known := Person.objects.filter(external_ref=ref).first():
        return Registered(known, fresh=False)
    try:
        with transaction.atomic():
            return Registered(_write(registration, ref), fresh=True)
    except (IntegrityError, DomainError):
        # Pressed twice at once: the other press has written it.
        known = Person.objects.filter(external_ref=ref).first()
        if known is None:
            raise
        return Registered(known, fresh=False)


def add_member(*, person: Person, member: FamilyMember, ref: str | None = None) -> Person:
    """Register somebody of this person's family, into their household and their home."""
    with transaction.atomic():
        home = _household_of(person)
        draft = replace(member.draft, external_ref=ref, language=person.language)
        added = register_person(draft=draft, household=home, registered_by=person)
        _agree(added, person, member.consents)
        if member.phone:
            add_contact_point(person=added, channel=Channel.SMS, address=member.phone)
        _live_together(person, added)
        actor, subject = f"person:{person.pk}", f"person:{added.pk}"
        audit.record(actor=actor, act="registry.registered_for_another", subject=subject)
    return added


def place_of(*, country: str, city: str, address: str) -> Place:
    """Somewhere in the city where the gazetteer knows it, else the country alone."""
    spot = next(iter(look_up(city, country=country)), spot_of_country(country))
    return Place(
        country=country,
        latitude=spot.latitude,
        longitude=spot.longitude,
        accuracy_m=spot.accuracy_m,
        city=city,
        address=address,
    )


def _write(registration: Registration, ref: str) -> Person:
    person = register_person(draft=replace(registration.draft, external_ref=ref))
    _agree(person, person, registration.consents)
    for preference, phone in enumerate(registration.phones, start=1):
        add_contact_point(person=person, channel=Channel.SMS, address=phone, preference=preference)
    if registration.email:
        last = len(registration.phones) + 1
        add_contact_point(
            person=person, channel=Channel.EMAIL, address=registration.email, preference=last
        )
    for contact in registration.emergency:
        add_emergency_contact(person=person, **vars(contact))
    set_residence(person=person, place=registration.place)
    for number, member in enumerate(registration.members, start=1):
        add_member(person=person, member=member, ref=f"{ref}:{number}")
    subject = f"person:{person.pk}"
    audit.record(actor=subject, act="registry.registered", subject=subject)
    return person


def _agree(person: Person, giver: Person, consents: Mapping[str, str]) -> None:
    for purpose, version in sorted(consents.items()):
        give_consent(person=person, purpose=purpose, given_by=giver, text_version=version)


def _household_of(person: Person) -> Household:
    if person.household is None:
        person.household = Household.objects.create()
        person.save(update_fields=["household"])
    return person.household


def _live_together(person: Person, added: Person) -> None:
    home = person.whereabouts.filter(kind="residence").first()
    if home is not None:
        columns = ("country", "latitude", "longitude", "accuracy_m", "city", "address")
        place = Place(**{name: getattr(home, name) for name in columns})
        set_residence(person=added, place=place)
