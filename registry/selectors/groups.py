"""Groups: whose they are, who is in them, and the code by which one joins."""

import base64
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.crypto import constant_time_compare

from config.kernel.encryption import blind_index
from config.kernel.text import clean
from registry.models import Group, Membership

_OPEN = Q(memberships__ended_at=None, memberships__person__left_at=None)
_LIAISON = Q(memberships__part=Membership.Part.LIAISON)
_SLICE = 5_000  # people asked about in one statement
CODE_PURPOSE = "registry.group.code"
CODE_BYTES = 5  # 8 characters of base 32: too many to guess one by one


def groups_of(person_id: int) -> QuerySet[Group]:
    """The open groups this person is in, with `.part` of each."""
    return open_groups().filter(memberships__in=memberships_of(person_id)).order_by("name", "pk")


def memberships_of(person_id: int) -> QuerySet[Membership]:
    """Their memberships in open groups, with the group, by its name."""
    own = Membership.objects.filter(person=person_id, ended_at=None, group__closed_at=None)
    return own.select_related("group").order_by("group__name", "pk")


def groups_led_by(person_id: int) -> QuerySet[Group]:
    """The open groups this person speaks for, confirmed or not."""
    return groups_of(person_id).filter(
        memberships__person=person_id,
        memberships__ended_at=None,
        memberships__part=Membership.Part.LIAISON,
    )


def open_groups() -> QuerySet[Group]:
    return Group.objects.filter(closed_at=None)


def with_sizes(groups: QuerySet[Group]) -> QuerySet[Group]:
    """Each with `.members` and `.liaisons`: counts of people who are in it now."""
    return groups.annotate(
        members=Count("memberships", filter=_OPEN, distinct=True),
        liaisons=Count("memberships", filter=_OPEN & _LIAISON, distinct=True),
    )


def members_of(group: Group) -> QuerySet[Membership]:
    """Who is in it now, with the person; liaisons first, then by name."""
    rows = Membership.objects.filter(group=group, ended_at=None, person__left_at=None)
    return rows.select_related("person").order_by("part", "person__name", "pk")


class GroupShare(NamedTuple):
    """How many of some people are in one group."""

    group_id: int
    name: str
    people: int


def shares_of_groups(ids: Sequence[int]) -> tuple[list[GroupShare], int]:
    """The open groups of these people, the largest share first, and how many are in none."""
    people: Counter[tuple[int, str]] = Counter()
    grouped: set[int] = set()
    for start in range(0, len(ids), _SLICE):
        rows = Membership.objects.filter(
            person_id__among=ids[start : start + _SLICE], ended_at=None, group__closed_at=None
        )
        for person, group, name in rows.values_list("person_id", "group_id", "group__name"):
            people[group, name] += 1
            grouped.add(person)
    shares = [GroupShare(group, name, n) for (group, name), n in people.most_common()]
    return shares, len(ids) - len(grouped)


def is_liaison(group: Group, person_id: int) -> bool:
    own = members_of(group).filter(person=person_id, part=Membership.Part.LIAISON)
    return group.closed_at is None and own.exists()


def join_code(group: Group) -> str:
    """What a liaison gives to those who shall join: eight letters and digits, the same for as long
    as the index key is. It follows from the group's number, so nothing of it is stored."""
    digest = blind_index(str(group.pk), CODE_PURPOSE)
    return f"{group.pk}-{base64.b32encode(digest[:CODE_BYTES]).decode()}"


def group_by_code(text: str) -> Group | None:
    """The open group with this code, however it is spaced; None for a wrong one."""
    number, _, _rest = clean(text).partition("-")
    if not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    group = open_groups().filter(pk=int(number)).first()
    given = clean(text).replace(" ", "").upper()
    return group if group and constant_time_compare(given, join_code(group)) else None
