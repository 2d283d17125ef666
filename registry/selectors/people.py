"""Finding persons, and whom to call."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from config.kernel.errors import DomainError
from config.kernel.text import clean
from registry.addresses import address_index, normalise_phone
from registry.drafts import document_index, document_number
from registry.models import (
    Channel,
    ContactPoint,
    EmergencyContact,
    Person,
)
from registry.pinyin import letters_typed

_SLICE = 5_000  # below every database's limit of parameters


def persons_by_ids(ids: Iterable[int]) -> dict[int, Person]:
    """The people of these ids, left ones included; an unknown id is absent."""
    wanted, found = list(ids), {}
    for start in range(0, len(wanted), _SLICE):
        found.update(Person.objects.in_bulk(wanted[start : start + _SLICE]))
    return found


def households_of(ids: Iterable[int]) -> dict[int, int | None]:
    """The household of each of these people, left ones included; None for who has none."""
    wanted = list(ids)
    return dict.fromkeys(wanted) | dict(
        Person.objects.filter(pk__in=wanted).values_list("pk", "household_id")
    )


def emergency_phones(person_id: int) -> list[str]:
    """The numbers (E.164) of this person's emergency contacts, each once, oldest first."""
    contacts = EmergencyContact.objects.filter(person=person_id).order_by("pk")
    return list(dict.fromkeys(contact.phone for contact in contacts))


def find_by_name(text: str) -> QuerySet[Person]:
    """People whose name, passport spelling, pinyin or initials begin with `text`, by the indexes;
    nothing for no text."""
    wanted = clean(text)
    if not wanted:
        return Person.objects.none()
    begins = Q(name__startswith=wanted) | Q(passport_name__startswith=wanted.upper())
    return Person.objects.filter(begins | sounds_like(wanted)).order_by("id")


def sounds_like(text: str) -> Q:
    """People whose names sound, or are spelled, as what was typed in Latin letters: «wangxiao»,
    «Wang Xiao», «wxm». Chinese characters mean themselves: nobody."""
    key = letters_typed(text)
    if not key:
        return Q(pk__in=())
    return Q(pinyin__startswith=key) | Q(spelled__startswith=key) | Q(initials__startswith=key)


def find_by_document(text: str) -> QuerySet[Person]:
    """People with exactly this document number, however it is spaced."""
    try:
        index = document_index(document_number(text))
    except DomainError:
        return Person.objects.none()
    if index is None:
        return Person.objects.none()
    return Person.objects.filter(document_index=index).order_by("id")


def find_by_phone(text: str, *, region: str | None = None) -> QuerySet[Person]:
    """People who gave this phone number as their own, retired numbers included."""
    try:
        number = normalise_phone(text, region=region)
    except DomainError:
        return Person.objects.none()
    return find_by_address(Channel.SMS, address_index(Channel.SMS, number))


def find_by_address(channel: str, index: bytes) -> QuerySet[Person]:
    """People who gave the address with this blind index."""
    points = ContactPoint.objects.filter(
        person=OuterRef("pk"), channel=channel, address_index=index
    )
    return Person.objects.filter(Exists(points)).order_by("id")
