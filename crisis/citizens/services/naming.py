"""Emergency contacts are told that they were named, by whom, and how to object: once.

They are told when the registrant has proved a phone, in the daytime of China, and never while an
incident needs the registrant: then an officer may write to them, about something else.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from config.kernel import audit, clock, encryption
from crisis.citizens.services.daytime import CHINA, is_day_in, posts_by_person, signature_of
from notifications.selectors import stopped_after
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import create_wave, recipients_done
from notifications.states import Priority, WaveKind
from registry.holds import held
from registry.models import Channel, ContactPoint, EmergencyContact, Person, Post
from registry.names import masked_name

SOURCE = "naming"
TEMPLATE = "named_as_contact"
HELPS_FOR = timedelta(days=2)
ACTOR = "beat"
BY_WEB = "web:"


def tell_contacts(*, most: int) -> int:
    """Tell the contacts of up to `most` people; returns how many people's were told."""
    if not is_day_in(CHINA):
        return 0
    waiting = _waiting().values_list("person", flat=True).order_by("pk")
    ids = list(dict.fromkeys(waiting[: 4 * most]))
    ids = [pk for pk in ids if pk not in held(ids)][:most]
    posts = posts_by_person(ids)
    people = Person.objects.in_bulk(ids)
    return sum(_tell(people[pk], posts[pk]) for pk in ids)


def _waiting() -> QuerySet[EmergencyContact]:
    """Contacts not told yet, of people who are there and whose phone, or that of whoever registered
    them, is proved."""
    own = ContactPoint.objects.filter(
        person=OuterRef("person"), channel=Channel.SMS, verified_at__isnull=False
    )
    registrar = ContactPoint.objects.filter(
        person=OuterRef("person__registered_by"),
        channel=Channel.SMS,
        verified_at__isnull=False,
    )
    contacts = EmergencyContact.objects.filter(
        Exists(own) | Exists(registrar),
        told_at=None,
        person__left_at=None,
        person__erased_at=None,
    )
    if settings.TELL_ROSTER_CONTACTS:
        return contacts
    by_themselves = Q(person__external_ref=None) | Q(person__external_ref__startswith=BY_WEB)
    return contacts.filter(by_themselves)


@transaction.atomic
def _tell(person: Person, post: Post | None) -> bool:
    """A wave of their own: its words name the person, by the surname alone."""
    contacts = EmergencyContact.objects.select_for_update().filter(person=person, told_at=None)
    indexes = [bytes(index) for index in contacts.values_list("phone_index", flat=True)]
    object_to_naming(indexes=stopped_after(SOURCE, indexes))
    numbers = {bytes(one.phone_index): one.phone for one in contacts}
    # Rows that are told now, whoever else tells them at this moment.
    if not contacts.update(told_at=clock.now()):
        return False
    chinese, english = masked_name(person.name, person.passport_name)
    wave = create_wave(
        kind=WaveKind.NAMED,
        priority=Priority.ORDINARY,
        template=TEMPLATE,
        variables={"person": chinese, "person_en": english},
        signature=signature_of(post),
        source=SOURCE,
        expires_at=clock.now() + HELPS_FOR,
    )
    add_recipients(
        wave=wave,
        recipients=[
            Recipient(
                Channel.SMS, encryption.seal(phone, "address"), index, person.language,
                ((person.pk, False),),
            )
            for index, phone in numbers.items()
        ],
    )  # fmt: skip
    recipients_done(wave=wave)
    audit.record(
        actor=ACTOR, act="emergency_contact.told", subject=f"person:{person.pk}", wave=wave.pk
    )
    return True


@transaction.atomic
def object_to_naming(*, indexes: Collection[bytes]) -> int:
    """Whoever has one of these numbers does not want to be called: everybody's naming of it goes.
    Returns how many were removed. Who names it again finds that it is refused (`_tell`)."""
    contacts = EmergencyContact.objects.filter(phone_index__in=indexes)
    removed: dict[int, int] = defaultdict(int)
    for person in contacts.values_list("person", flat=True):
        removed[person] += 1
    contacts.delete()
    for person in removed:
        audit.record(actor="contact", act="emergency_contact.objected", subject=f"person:{person}")
    return sum(removed.values())
