"""A person's own addresses: proved, preferred, given up. Each change is in the audit log."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from registry.drafts import refusal
from registry.models import ContactPoint, EmergencyContact, Person
from registry.services.people import add_emergency_contact, contact_row

MOST = 6
"""Addresses in use that one person may have; an alert goes to each of them."""
MOST_EMERGENCY = 5


@transaction.atomic
def verify_contact(*, person: Person, channel: str, address: str, by: str) -> ContactPoint:
    """The person has just proved this address: it is in use from now on, also where it was given
    up before. Raises DomainError bad_phone, bad_openid, too_many_contacts."""
    now = clock.now()
    point, fresh = _kept(person, channel, address)
    if not fresh and point.verified_at and point.retired_at is None:
        return point
    point.verified_at, point.retired_at = now, None
    point.save(update_fields=["verified_at", "retired_at"])
    _note("contact.verified", point, by)
    return point


@transaction.atomic
def note_contact(*, person: Person, channel: str, address: str, by: str) -> ContactPoint:
    """Keep an address that nobody has proved: it is shown to officers, and nothing is sent to it.
    Raises DomainError bad_phone, bad_email, too_many_contacts."""
    point, fresh = _kept(person, channel, address)
    if point.retired_at is not None:
        point.retired_at = None
        point.save(update_fields=["retired_at"])
        fresh = True
    if fresh:
        _note("contact.added", point, by)
    return point


@transaction.atomic
def retire_contact(*, point: ContactPoint, by: str) -> None:
    """Stop using one address of one person. Raises DomainError last_contact for the only verified
    phone, by which the person signs in."""
    own = _in_use(point.person).filter(channel=point.channel, verified_at__isnull=False)
    others = own.exclude(pk=point.pk)
    if point.channel == "sms" and point.verified_at and not others.exists():
        raise DomainError(
            "last_contact", _("这是唯一已核实的手机号码，请先加上新号码并核实，再停用它。")
        )
    if ContactPoint.objects.filter(pk=point.pk, retired_at=None).update(retired_at=clock.now()):
        _note("contact.retired", point, by)


@transaction.atomic
def prefer_contact(*, point: ContactPoint, by: str) -> None:
    """Try this address first; the others keep their order behind it."""
    others = _in_use(point.person).exclude(pk=point.pk).order_by("preference", "pk")
    for place, pk in enumerate([point.pk, *others.values_list("pk", flat=True)], start=1):
        ContactPoint.objects.filter(pk=pk).update(preference=place)
    _note("contact.preferred", point, by)


@transaction.atomic
def retire_for_all(*, channel: str, index: bytes, by: str) -> int:
    """Its holder wants no more of it: stop using an address for everybody who gave it."""
    points = ContactPoint.objects.filter(channel=channel, address_index=index, retired_at=None)
    retired = list(points.select_for_update())
    points.update(retired_at=clock.now())
    for point in retired:
        _note("contact.retired", point, by)
    return len(retired)


@transaction.atomic
def name_emergency_contact(
    *, person: Person, name: str, relation: str, phone: str, by: str
) -> EmergencyContact:
    """Add somebody to call, of MOST_EMERGENCY. Raises DomainError too_many, bad_phone, bad_name."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.emergency_contacts.count() >= MOST_EMERGENCY:
        raise refusal("too_many", "name", _("最多登记五位紧急联系人，请先删除一位。"))
    contact = add_emergency_contact(person=person, name=name, relation=relation, phone=phone)
    audit.record(actor=by, act="emergency.added", subject=f"person:{person.pk}", contact=contact.pk)
    return contact


@transaction.atomic
def remove_emergency_contact(*, person: Person, contact_id: int, by: str) -> bool:
    """Forget somebody to call; False when they are not this person's."""
    removed, _rows = EmergencyContact.objects.filter(pk=contact_id, person=person).delete()
    if removed:
        audit.record(
            actor=by, act="emergency.removed", subject=f"person:{person.pk}", contact=contact_id
        )
    return bool(removed)


@transaction.atomic
def restore_contacts(*, contact_ids: Collection[int], since: datetime, by: str) -> int:
    """They were given up by mistake, at `since` or later: in use again. Who was retired before
    that stays so."""
    points = ContactPoint.objects.filter(pk__in=contact_ids, retired_at__gte=since)
    restored = list(points.select_for_update())
    points.update(retired_at=None)
    for point in restored:
        _note("contact.restored", point, by)
    return len(restored)


def contacts_of(person: Person) -> Sequence[ContactPoint]:
    """The addresses in use, the preferred first."""
    return list(_in_use(person).order_by("preference", "pk"))


def _kept(person: Person, channel: str, address: str) -> tuple[ContactPoint, bool]:
    """The row of this address, and whether it is new."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    in_use = contacts_of(person)
    row = contact_row(
        channel=channel,
        address=address,
        preference=len(in_use) + 1,
        verified_at=None,
        region=None,
    )
    known = ContactPoint.objects.filter(
        person=person, channel=channel, address_index=row.address_index
    ).first()
    if (known is None or known.retired_at) and len(in_use) >= MOST:
        raise DomainError(
            "too_many_contacts",
            _("最多保留 %(most)d 个联系方式，请先停用一个。") % {"most": MOST},
            {"field": "address"},
        )
    if known:
        return known, False
    row.person = person
    row.save(force_insert=True)
    return row, True


def _in_use(person: Person) -> QuerySet[ContactPoint]:
    return ContactPoint.objects.filter(person=person, retired_at=None)


def _note(act: str, point: ContactPoint, by: str) -> None:
    audit.record(
        actor=by, act=act, subject=f"person:{point.person_id}", contact=point.pk,
        channel=point.channel,
    )  # fmt: skip
