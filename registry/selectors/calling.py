"""What decides how soon somebody is telephoned, and by which numbers they and theirs answer."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

import phonenumbers
from django.db.models import Case, Exists, OuterRef, Q, When

from registry.models import Channel, ContactPoint, Membership, Person


@dataclass(frozen=True, slots=True)
class CallFacts:
    """Of one person. `alone`: nobody shares their household and no group is theirs. `landline`:
    all verified numbers are fixed lines, and no other channel of theirs can carry an alert."""

    needs: tuple[str, ...]
    health_note: bool
    born: date | None
    alone: bool
    landline: bool


@dataclass(slots=True)
class Phone:
    """One number that may be called, with those of the asked people whose own it is."""

    contact_id: int
    number: str
    verified: bool
    landline: bool
    owners: list[int] = field(default_factory=list)


def is_landline(number: str) -> bool:
    """Whether an E.164 number can only be a fixed line. False where it cannot be told (in some
    countries both look alike), and for what is no number."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
    return bool(kind == phonenumbers.PhoneNumberType.FIXED_LINE)


def call_facts(person_ids: Collection[int]) -> dict[int, CallFacts]:
    """For each of these people who is in the registry; opens nothing but their own numbers."""
    ids = list(person_ids)
    family = Person.objects.filter(household=OuterRef("household"), left_at=None)
    rows = Person.objects.filter(pk__among=ids).annotate(
        together=Exists(family.exclude(pk=OuterRef("pk"))),
        grouped=Exists(Membership.objects.filter(person=OuterRef("pk"), ended_at=None)),
        noted=Case(When(health_note="", then=False), default=True),
    )
    fixed = _landline_only(ids)
    columns = rows.values_list("pk", "needs", "noted", "birth_date", "together", "grouped")
    return {
        pk: CallFacts(
            needs=tuple(needs),
            health_note=noted,
            born=born,
            alone=not (together or grouped),
            landline=pk in fixed,
        )
        for pk, needs, noted, born, together, grouped in columns
    }


def _landline_only(ids: list[int]) -> set[int]:
    points = ContactPoint.objects.filter(
        person__among=ids, retired_at=None, verified_at__isnull=False
    ).filter(channel__in=(Channel.SMS, Channel.WECHAT))
    fixed: dict[int, bool] = {}
    for person, channel, number in points.values_list("person_id", "channel", "address"):
        line = channel == Channel.SMS and is_landline(number)
        fixed[person] = fixed.get(person, True) and line
    return {person for person, all_fixed in fixed.items() if all_fixed}


def phones_to_call(person_ids: Iterable[int]) -> list[Phone]:
    """Every number of these people that is in use, each once, unverified ones included: an officer
    may call what no message is sent to. Verified first, mobile before fixed, then as preferred."""
    points = ContactPoint.objects.filter(
        person__in=list(person_ids), channel=Channel.SMS, retired_at=None
    )
    found: dict[str, Phone] = {}
    for point in points.order_by("preference", "pk"):
        phone = found.setdefault(
            point.address,
            Phone(point.pk, point.address, bool(point.verified_at), is_landline(point.address)),
        )
        phone.verified = phone.verified or bool(point.verified_at)
        phone.owners.append(point.person_id)
    return sorted(found.values(), key=lambda phone: (not phone.verified, phone.landline))


def reached_together(person_id: int, *, most: int) -> list[int]:
    """Who answers the same phone or shares the household of this person, without them: one call
    may cover all. The household first; at most `most`, because a camp's one phone covers
    hundreds."""
    own = ContactPoint.objects.filter(person=person_id, channel=Channel.SMS, retired_at=None)
    same_phone = ContactPoint.objects.filter(
        channel=Channel.SMS,
        retired_at=None,
        address_index__in=[bytes(index) for index in own.values_list("address_index", flat=True)],
    )
    home = Person.objects.filter(pk=person_id, household__isnull=False).values("household")
    people = Person.objects.filter(left_at=None).exclude(pk=person_id)
    family = list(people.filter(household__in=home).order_by("pk").values_list("pk", flat=True))
    sharing = people.filter(pk__in=same_phone.values("person")).exclude(pk__in=family)
    return [*family, *sharing.order_by("pk").values_list("pk", flat=True)[:most]][:most]


def same_household(person_id: int, others: Collection[int]) -> set[int]:
    """Those of `others` who live in this person's household."""
    home = Person.objects.filter(pk=person_id, household__isnull=False).values("household")
    return set(
        Person.objects.filter(Q(household__in=home), pk__in=others).values_list("pk", flat=True)
    )


@dataclass(frozen=True, slots=True)
class LiaisonPhone:
    """Whom else to call about somebody: the liaison of a confirmed group they are in."""

    person_id: int
    name: str
    group: str
    number: str


def liaison_phones(person_id: int) -> list[LiaisonPhone]:
    """The numbers of the liaisons of this person's open, confirmed groups; not their own."""
    groups = Membership.objects.filter(
        person=person_id, ended_at=None, group__closed_at=None, group__confirmed_at__isnull=False
    ).values("group")
    liaisons = Membership.objects.filter(
        group__in=groups, part=Membership.Part.LIAISON, ended_at=None, person__left_at=None
    ).exclude(person=person_id)
    rows = list(liaisons.select_related("person", "group").order_by("pk"))
    numbers: dict[int, list[str]] = defaultdict(list)
    for phone in phones_to_call([row.person_id for row in rows]):
        for owner in phone.owners:
            numbers[owner].append(phone.number)
    return [
        LiaisonPhone(row.person_id, row.person.name, row.group.name, number)
        for row in rows
        for number in numbers[row.person_id]
    ]
