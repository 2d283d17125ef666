"""Groups: opened, confirmed, led, left and closed; and a vessel that takes its people along."""

from datetime import timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from registry.drafts import Place
from registry.models import Group, Membership, Whereabouts
from registry.selectors import groups as selectors
from registry.services import groups
from registry.services.groups import GroupDraft, citizen, officer
from registry.services.whereabouts import share_position
from tests.support.scene import settle

pytestmark = pytest.mark.django_db
OFFICER = officer("officer")
CAMP = GroupDraft(kind="project", name=" 港口\u200b项目营地 ", country="vu", city="维拉港")
AT_SEA = Place(country="", latitude=-16.2, longitude=170.1, accuracy_m=500)


@pytest.fixture
def wang(held_clock):
    return settle("王小明", phone="+6785550101")


@pytest.fixture
def li(held_clock):
    return settle("李娜", phone="+6785550102")


@pytest.fixture
def camp(wang, li):
    """Confirmed; Wang is the liaison, Li a member."""
    group = groups.open_group(draft=CAMP, by=citizen(wang))
    groups.confirm_group(group=group, by=OFFICER)
    groups.add_member(group=group, person=li, by=citizen(li))
    return group


def refused(code, act, **given):
    with pytest.raises(DomainError) as refusal:
        act(**given)
    assert refusal.value.code == code


def part_of(group, person):
    rows = selectors.members_of(group).filter(person=person)
    return rows.values_list("part", flat=True).first()


def test_citizens_group_waits_for_an_officer_and_they_lead_it(wang, post):
    group = groups.open_group(draft=CAMP, by=citizen(wang))
    group.refresh_from_db()
    assert (group.name, group.country, group.post) == ("港口项目营地", "VU", post)
    assert group.confirmed_at is None
    assert selectors.is_liaison(group, wang.pk)
    refused("unconfirmed", groups.demand_confirmed, group=group)


def test_officers_group_is_confirmed_at_once(post):
    group = groups.open_group(draft=CAMP, by=OFFICER)
    assert group.confirmed_by == "officer"
    assert not group.memberships.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"kind": "cult"}, "kind"), ({"name": " "}, "name"), ({"country": "ZZ"}, "country")],
)
def test_bad_group_names_the_field(wang, changes, field):
    draft = GroupDraft(**{**vars(CAMP), **changes})
    with pytest.raises(DomainError) as refusal:
        groups.open_group(draft=draft, by=citizen(wang))
    assert refusal.value.extra["field"] == field
    assert not Group.objects.exists()


def test_confirming_is_for_officers_and_once(camp, wang):
    refused("wrong_state", groups.confirm_group, group=camp, by=OFFICER)
    fresh = groups.open_group(draft=CAMP, by=citizen(wang))
    refused("forbidden", groups.confirm_group, group=fresh, by=citizen(wang))


def test_only_liaisons_and_officers_change_a_group(camp, wang, li):
    for act in (groups.appoint_liaison, groups.end_membership, groups.dismiss_liaison):
        refused("forbidden", act, group=camp, person=wang, by=citizen(li))
    refused("forbidden", groups.close_group, group=camp, by=citizen(li))
    assert part_of(camp, wang) == "liaison"


def test_a_liaison_adds_only_those_whom_they_registered(camp, wang):
    stranger, child = settle("陌生人"), settle("王小宝")
    type(child).objects.filter(pk=child.pk).update(registered_by=wang)
    child.refresh_from_db()
    refused("not_yours", groups.add_member, group=camp, person=stranger, by=citizen(wang))
    groups.add_member(group=camp, person=child, by=citizen(wang))
    groups.add_member(group=camp, person=stranger, by=OFFICER)
    assert part_of(camp, child) == part_of(camp, stranger) == "member"


def test_joining_twice_is_one_membership_and_keeps_the_part(camp, wang, li):
    groups.add_member(group=camp, person=wang, by=OFFICER)
    groups.add_member(group=camp, person=li, by=citizen(li))
    assert camp.memberships.count() == 2
    assert part_of(camp, wang) == "liaison"


def test_a_group_keeps_at_least_one_liaison_unless_an_officer_says(camp, wang, li):
    refused("last_liaison", groups.end_membership, group=camp, person=wang, by=citizen(wang))
    refused("last_liaison", groups.dismiss_liaison, group=camp, person=wang, by=citizen(wang))
    groups.appoint_liaison(group=camp, person=li, by=citizen(wang))
    groups.dismiss_liaison(group=camp, person=wang, by=citizen(wang))
    assert (part_of(camp, wang), part_of(camp, li)) == ("member", "liaison")
    groups.end_membership(group=camp, person=li, by=OFFICER)
    assert not selectors.members_of(camp).filter(part="liaison").exists()


def test_members_leave_by_themselves_and_may_come_again(camp, li):
    assert groups.end_membership(group=camp, person=li, by=citizen(li))
    assert not groups.end_membership(group=camp, person=li, by=citizen(li))
    groups.add_member(group=camp, person=li, by=citizen(li))
    assert Membership.objects.filter(group=camp, person=li).count() == 2


def test_closing_ends_every_membership_and_nothing_more_happens(camp, wang, li):
    groups.close_group(group=camp, by=citizen(wang))
    assert not selectors.groups_of(li.pk).exists()
    assert not selectors.is_liaison(camp, wang.pk)
    refused("wrong_state", groups.add_member, group=camp, person=li, by=OFFICER)
    refused("wrong_state", groups.close_group, group=camp, by=OFFICER)


def test_whoever_left_the_registry_is_in_no_group(camp, li):
    type(li).objects.filter(pk=li.pk).update(left_at=clock.now())
    assert part_of(camp, li) is None
    groups.end_membership(group=camp, person=li, by=OFFICER)
    li.refresh_from_db()
    refused("left", groups.add_member, group=camp, person=li, by=OFFICER)


def test_every_act_is_in_the_audit_log_by_reference(camp, wang, li):
    acts = AuditEntry.objects.filter(subject=f"group:{camp.pk}").order_by("number")
    assert [(entry.actor, entry.act) for entry in acts] == [
        (f"person:{wang.pk}", "group.opened"),
        ("officer", "group.confirmed"),
        (f"person:{li.pk}", "group.member_added"),
    ]
    assert "王" not in str([entry.detail for entry in acts])


def test_code_opens_its_own_group_and_no_other(camp, wang):
    other = groups.open_group(draft=CAMP, by=citizen(wang))
    code = selectors.join_code(camp)
    assert selectors.group_by_code(f" {code.lower()} ") == camp
    wrong = code.replace(f"{camp.pk}-", f"{other.pk}-", 1)
    for text in (wrong, "", "1", "-", "²-A", str(camp.pk), "9" * 40 + "-A", code[:-1]):
        assert selectors.group_by_code(text) is None
    groups.close_group(group=camp, by=OFFICER)
    assert selectors.group_by_code(code) is None


# -- vessels -----------------------------------------------------------------------------------


@pytest.fixture
def ship(wang, li):
    draft = GroupDraft(kind="vessel", name="远洋一号", country="VU")
    group = groups.open_group(draft=draft, by=citizen(wang))
    groups.confirm_group(group=group, by=OFFICER)
    groups.add_member(group=group, person=li, by=citizen(li))
    return group


def shared(person):
    return Whereabouts.objects.filter(person=person, kind="shared")


def test_members_are_where_their_vessel_is(ship, wang, li):
    assert groups.report_position(group=ship, place=AT_SEA, at=clock.now(), by=citizen(wang)) == 2
    for person in (wang, li):
        row = shared(person).get()
        assert (row.latitude, row.longitude, row.source) == (-16.2, 170.1, "vessel")
        assert (row.country, row.recorded_at) == ("VU", clock.now())
    ship.refresh_from_db()
    assert (ship.latitude, ship.accuracy_m, ship.position_at) == (-16.2, 500, clock.now())


def test_the_newest_position_counts_in_whatever_order_they_come(ship, wang, li, held_clock):
    early = clock.now()
    held_clock(3600)
    late = clock.now()
    north = Place(country="VU", latitude=-10, longitude=170, accuracy_m=500)
    groups.report_position(group=ship, place=north, at=late, by=citizen(wang))
    assert groups.report_position(group=ship, place=AT_SEA, at=early, by=citizen(wang)) == 0
    assert shared(li).get().latitude == -10


def test_a_newer_position_of_their_own_stays(ship, wang, li, held_clock):
    ashore = Place(country="VU", latitude=-17.7, longitude=168.3, accuracy_m=20)
    share_position(person=li, place=ashore, shared_at=clock.now())
    before = clock.now() - timedelta(hours=1)
    assert groups.report_position(group=ship, place=AT_SEA, at=before, by=citizen(wang)) == 1
    assert shared(li).get().latitude == -17.7
    held_clock(60)
    groups.report_position(group=ship, place=AT_SEA, at=clock.now(), by=citizen(wang))
    assert shared(li).get().latitude == -16.2


def test_bad_positions_are_refused(ship, camp, wang, li, held_clock):
    now = clock.now()
    report = groups.report_position
    refused("not_a_vessel", report, group=camp, place=AT_SEA, at=now, by=citizen(wang))
    refused("forbidden", report, group=ship, place=AT_SEA, at=now, by=citizen(li))
    later = now + timedelta(minutes=1)
    refused("bad_time", report, group=ship, place=AT_SEA, at=later, by=citizen(wang))
    vague = Place(country="VU", latitude=-16, longitude=170, accuracy_m=80_000)
    refused("no_position", report, group=ship, place=vague, at=now, by=citizen(wang))
    Group.objects.filter(pk=ship.pk).update(confirmed_at=None)
    refused("unconfirmed", report, group=ship, place=AT_SEA, at=now, by=citizen(wang))


def test_shares_count_who_is_in_an_open_group_now(camp, wang, li):
    alone = settle("赵独行", phone="+6785550103")
    everybody = [wang.pk, li.pk, alone.pk]
    assert selectors.shares_of_groups(everybody) == ([(camp.pk, camp.name, 2)], 1)
    groups.end_membership(group=camp, person=li, by=citizen(li))
    assert selectors.shares_of_groups(everybody) == ([(camp.pk, camp.name, 1)], 2)
    groups.close_group(group=camp, by=OFFICER)
    assert selectors.shares_of_groups(everybody) == ([], 3)
