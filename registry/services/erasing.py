"""Erasing: what identifies a person goes, a number without a face stays.

The row of the person stays with its number, so that counts, roll calls and the audit log still
add up. Everything else that hangs on it goes with it, whichever app wrote it: a model that refers
to a person is emptied here unless it is named in KEPT.
"""

from collections.abc import Collection
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from config.kernel import audit, clock
from registry.holds import Erasure, held, tell_erasers
from registry.models import (
    Consent,
    ContactPoint,
    EmergencyContact,
    Household,
    Merge,
    Person,
    Sex,
)
from registry.names import masked_name

# Proof of what was agreed, without a word of whom: it goes by a rule of its own.
KEPT: frozenset[type[models.Model]] = frozenset({Consent})
SMS = "sms"
Address = tuple[str, bytes]

_BLANK: dict[str, Any] = {
    "pinyin": "", "initials": "", "spelled": "",
    "passport_name": "", "sex": Sex.UNSPECIFIED, "birth_date": None, "nationality": "",
    "document_kind": "none", "document_number": "", "document_index": None,
    "document_expires_on": None, "needs": [], "health_note": "", "blood_type": "", "due_on": "",
    "obstacles": [], "insurer": "", "insurance_policy": "", "insurer_phone": "",
    "household": None, "external_ref": None, "registered_by": None, "paused_until": None,
}  # fmt: skip
# What a count or a rule needs, and says nothing of who it was.
STAYS = frozenset(
    {
        "id", "name", "language", "basis", "registered_at", "confirmed_at", "dormant_at",
        "erased_at", "left_at", "provisional",
    }
)  # fmt: skip


def erase_person(*, person: Person, by: str) -> bool:
    """Erase one person; False when something open still needs them, or they are erased already.

    `by` is who asked: `person:ID`, a user name, or the name of a rule.
    """
    return person.pk in erase_people(person_ids=[person.pk], by=by)


@transaction.atomic
def erase_people(*, person_ids: Collection[int], by: str) -> set[int]:
    """Erase all of these that nothing holds; returns whom. Nobody is erased twice."""
    wanted = set(person_ids) | set(merged_into(person_ids))
    rows = Person.objects.select_for_update().filter(pk__in=wanted, erased_at=None).order_by("pk")
    people = {person.pk: person for person in rows}
    ids = set(people) - _needed(set(people))
    if not ids:
        return set()
    masked = {pk: masked_name(people[pk].name, people[pk].passport_name) for pk in ids}
    households = {household for pk in ids if (household := people[pk].household_id)}
    addresses = _addresses(ids)
    # While their rows still say what they belonged to.
    tell_erasers(
        Erasure(frozenset(ids), frozenset(addresses - _still_used(addresses, ids)), masked)
    )
    _empty_what_refers(ids)
    _end_consents(ids)
    _blank(ids)
    Household.objects.filter(pk__in=households, members=None).delete()
    for pk in sorted(ids):
        audit.record(actor=by, act="person.erased", subject=f"person:{pk}")
    return ids


def merged_into(person_ids: Collection[int]) -> dict[int, int]:
    """The rows that were found to be these people too (registry.services.merging), each with the
    row that was kept."""
    found: dict[int, int] = {}
    wanted = set(person_ids)
    while wanted:
        standing = Merge.objects.filter(kept__in=wanted, undone_at=None)
        more = dict(standing.values_list("gone", "kept"))
        wanted = set(more) - set(found)
        found |= more
    return found


def _needed(ids: set[int]) -> set[int]:
    """Those who are held, with every row that is the same person."""
    needed = held(ids)
    kept_of = merged_into(ids)
    needed |= {kept for gone, kept in kept_of.items() if gone in needed}
    return needed | (set(merged_into(needed)) & ids)


def _blank(ids: Collection[int]) -> None:
    """The name becomes a number: «#12»."""
    now = clock.now()
    chosen = Person.objects.filter(pk__in=ids)
    chosen.update(**_BLANK, erased_at=now, left_at=Coalesce(F("left_at"), now))
    for pk in ids:
        Person.objects.filter(pk=pk).update(name=f"#{pk}")


def _addresses(ids: Collection[int]) -> set[Address]:
    own = ContactPoint.objects.filter(person__in=ids).values_list("channel", "address_index")
    named = EmergencyContact.objects.filter(person__in=ids).values_list("phone_index", flat=True)
    return {(channel, bytes(index)) for channel, index in own} | {
        (SMS, bytes(index)) for index in named
    }


def _still_used(addresses: Collection[Address], ids: Collection[int]) -> set[Address]:
    """Those that somebody else gave as well: a couple's phone is still one of them's."""
    indexes = [index for _, index in addresses]
    own = ContactPoint.objects.filter(address_index__in=indexes).exclude(person__in=ids)
    named = EmergencyContact.objects.filter(phone_index__in=indexes).exclude(person__in=ids)
    used = {(channel, bytes(i)) for channel, i in own.values_list("channel", "address_index")}
    return used | {(SMS, bytes(i)) for i in named.values_list("phone_index", flat=True)}


def _empty_what_refers(ids: Collection[int]) -> None:
    """Delete every row that belongs to these people; what merely mentions them forgets them."""
    for relation in Person._meta.related_objects:
        model: Any = relation.related_model
        if relation.on_delete is models.CASCADE and model not in KEPT:
            model._base_manager.filter(Q(**{f"{relation.field.name}__in": ids})).delete()
        elif relation.on_delete is models.SET_NULL:
            rows = model._base_manager.filter(Q(**{f"{relation.field.name}__in": ids}))
            rows.update(**{relation.field.name: None})


def _end_consents(ids: Collection[int]) -> None:
    Consent.objects.filter(person__in=ids, withdrawn_at=None).update(withdrawn_at=clock.now())
