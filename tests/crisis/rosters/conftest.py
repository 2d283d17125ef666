"""A confirmed group in Port Vila with a liaison, and rosters for it."""

from datetime import timedelta

import pytest

from config.kernel import clock
from crisis.rosters.services.taking import take_roster
from registry.models import Group, Membership
from registry.services.groups import GroupDraft, citizen, confirm_group, officer, open_group

HEADING = "编号,姓名,护照号码,手机\n"


def roster(count: int, start: int = 1) -> str:
    lines = [f"E-{n},王{n},EZ{1000000 + n},+678 59{n:05d}\n" for n in range(start, start + count)]
    return HEADING + "".join(lines)


@pytest.fixture
def make_roster():
    return roster


@pytest.fixture
def group(citizen_of_vanuatu) -> Group:
    drawn = GroupDraft(kind="company", name="维拉港路桥公司", country="VU")
    opened = open_group(draft=drawn, by=citizen(citizen_of_vanuatu))
    confirm_group(group=opened, by=officer("officer"))
    return opened


@pytest.fixture
def citizen_of_vanuatu(citizen):
    return citizen


@pytest.fixture
def take(group, citizen_of_vanuatu):
    """`take(text)`: an upload by the group's liaison."""

    def upload(text: str | bytes, **changes):
        content = text.encode() if isinstance(text, str) else text
        given = {"group": group, "stated": True, "by": citizen(citizen_of_vanuatu), **changes}
        return take_roster(content=content, **given)

    return upload


@pytest.fixture
def members(group):
    """`members()`: names of the group's members, the liaison left out."""

    def names() -> set[str]:
        plain = Membership.objects.filter(group=group, part="member", ended_at=None)
        return set(plain.values_list("person__name", flat=True))

    return names


@pytest.fixture
def later():
    """`later(seconds)`: a moment of real time."""
    return lambda seconds: clock.real_now() + timedelta(seconds=seconds)
