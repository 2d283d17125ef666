"""A citizen's groups: joining by code, opening, leading, reporting."""

import pytest
from django.urls import reverse

from crisis.rollcall.models import HeadCount, Standing
from registry.models import Group, Membership, Whereabouts
from registry.selectors.groups import is_liaison, join_code
from registry.services.groups import GroupDraft, citizen, confirm_group, officer, open_group
from tests.support import scene

pytestmark = pytest.mark.django_db
GROUPS = "/me/groups/"


@pytest.fixture
def people(held_clock, db):
    return scene.port_vila()


@pytest.fixture
def camp(people):
    draft = GroupDraft(kind="project", name="港口项目营地", country="VU")
    group = open_group(draft=draft, by=citizen(people["wang"]))
    confirm_group(group=group, by=officer("officer"))
    return group


@pytest.fixture
def liaison(people, client_of):
    return client_of(people["wang"])


@pytest.fixture
def member(people, client_of, camp):
    client = client_of(people["li"])
    client.post(GROUPS, {"code": join_code(camp)})
    return client


def page(group):
    return reverse("citizens:group", args=[group.pk])


def test_citizen_opens_a_group_that_waits(client_of, people):
    client = client_of(people["li"])
    response = client.post(
        f"{GROUPS}new/", {"kind": "tour", "name": "春节团", "country": "VU"}, follow=True
    )
    group = Group.objects.get()
    assert is_liaison(group, people["li"].pk)
    assert "待使领馆核实" in response.text
    assert join_code(group) in response.text


def test_bad_group_is_refused_beside_its_field(client_of, people):
    client = client_of(people["li"])
    response = client.post(f"{GROUPS}new/", {"kind": "x", "name": "", "country": ""})
    assert response.status_code == 400
    assert response.text.count("errorlist") == 3


def test_code_joins_and_a_member_sees_no_other_member(member, camp, people):
    assert Membership.objects.filter(group=camp, person=people["li"]).exists()
    text = member.get(page(camp)).text
    assert "王小明" in text  # the liaison
    assert join_code(camp) not in text
    for act in ("appoint", "end", "close", "position"):
        response = member.post(page(camp), {"act": act, "person": people["wang"].pk})
        assert response.status_code in (400, 403, 404), act
    assert is_liaison(camp, people["wang"].pk)


def test_wrong_codes_are_refused_and_soon_not_even_read(client_of, people, camp):
    client = client_of(people["chen"])
    for _ in range(10):
        assert "没有这个口令" in client.post(GROUPS, {"code": f"{camp.pk}-AAAAAAAA"}).text
    assert "尝试次数过多" in client.post(GROUPS, {"code": join_code(camp)}).text
    assert not Membership.objects.filter(person=people["chen"]).exists()


def test_member_leaves(member, camp, people):
    assert "您已退出" in member.post(page(camp), {"act": "leave"}, follow=True).text
    assert member.get(page(camp)).status_code == 404


def test_liaison_leads_and_hands_over(liaison, member, camp, people):
    li = people["li"].pk
    assert "至少要有一名联络员" in liaison.post(page(camp), {"act": "leave"}).text
    liaison.post(page(camp), {"act": "appoint", "person": li})
    assert is_liaison(camp, li)
    liaison.post(page(camp), {"act": "end", "person": li})
    assert not Membership.objects.filter(person=li, ended_at=None).exists()
    for wrong in ({"act": "end", "person": "x"}, {"act": "x"}, {"act": "end", "person": "1" * 30}):
        assert liaison.post(page(camp), wrong).status_code == 400
    liaison.post(page(camp), {"act": "close"})
    assert Group.objects.get().closed_at


def test_strangers_see_no_group(client_of, people, camp):
    client = client_of(people["chen"])
    for path in (page(camp), f"{page(camp)}report/", f"{page(camp)}report/1/"):
        assert client.get(path).status_code == 404


def test_ship_reports_where_it_is(liaison, camp, people):
    Group.objects.filter(pk=camp.pk).update(kind="vessel")
    where = {"act": "position", "latitude": "-16.2", "longitude": "170.1", "minutes": "30"}
    response = liaison.post(page(camp), where, follow=True)
    assert "位置已更新" in response.text
    assert Whereabouts.objects.get(person=people["wang"], kind="shared").latitude == -16.2
    response = liaison.post(page(camp), where | {"latitude": "north"})
    assert response.status_code == 400
    assert 'value="north"' in response.text


@pytest.fixture
def incident(people, camp, member, post, officer):
    return scene.declare(post, officer, people=6)


def report_page(camp, incident):
    return reverse("citizens:group-report", args=[camp.pk, incident.pk])


def test_liaison_reports_by_name(liaison, camp, incident, people):
    response = liaison.get(f"{page(camp)}report/", follow=True)
    assert response.redirect_chain[-1][0].startswith(report_page(camp, incident))
    assert "李娜" in response.text
    words = {f"word-{people['li'].pk}": "safe", f"word-{people['wang'].pk}": ""}
    response = liaison.post(report_page(camp, incident), words, follow=True)
    assert "已记录您的报告" in response.text
    assert "由联络员代报" in response.text
    assert Standing.objects.get(person_ref=people["li"].pk).spoken_for


def test_report_of_nobody_or_of_a_stranger_says_so(liaison, camp, incident, people):
    for words in ({}, {f"word-{people['chen'].pk}": "safe"}, {"word-x": "safe"}):
        response = liaison.post(report_page(camp, incident), words)
        assert response.status_code == 400
        assert "至少一名成员" in response.text


def test_liaison_reports_heads_and_the_officer_sees_them(liaison, camp, incident, client, officer):
    heads = {"act": "heads", "safe": "40", "needs_help": "2", "unknown": "8", "minutes": "10"}
    assert "人数已记录" in liaison.post(report_page(camp, incident), heads, follow=True).text
    row = HeadCount.objects.get()
    assert (row.present, row.needs_help) == (50, 2)
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get(reverse("console:incident", args=[incident.pk])).text
    assert "团组人数报告" in text
    assert "港口项目营地" in text
    response = liaison.post(report_page(camp, incident), heads | {"safe": "-4"})
    assert response.status_code == 400
    assert HeadCount.objects.count() == 1


def test_member_reports_for_nobody(member, camp, incident, people):
    words = {f"word-{people['li'].pk}": "safe"}
    assert member.post(report_page(camp, incident), words).status_code == 404


def test_pages_stay_small_with_many_members(liaison, camp, incident, post, officer):
    from registry.services.groups import add_member
    from registry.services.groups import officer as acting

    for n in range(60):
        add_member(group=camp, person=scene.settle(f"工人{n}"), by=acting("officer"))
    again = scene.declare(post, officer, people=66)
    for path in (page(camp), report_page(camp, again)):
        response = liaison.get(path)
        assert len(response.content) < 40_000
        assert "下一页" in response.text
