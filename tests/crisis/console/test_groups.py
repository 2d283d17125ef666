"""Officers and groups: the list of their countries, confirming, members, closing."""

import pytest
from django.urls import reverse

from registry.models import Group
from registry.selectors.groups import is_liaison, members_of
from registry.services.groups import GroupDraft, add_member, citizen, open_group

LIST = "console:groups"


@pytest.fixture
def camp(people, post):
    """Opened by Wang, waiting; Li is in it."""
    draft = GroupDraft(kind="project", name="港口项目营地", country="VU")
    group = open_group(draft=draft, by=citizen(people["wang"]))
    add_member(group=group, person=people["li"], by=citizen(people["li"]))
    return group


def page(group):
    return reverse("console:group", args=[group.pk])


def test_waiting_groups_are_listed_first_with_their_sizes(as_user, officer, camp):
    client = as_user(officer)
    client.post(reverse(LIST), {"kind": "tour", "name": "春节团", "country": "VU"})
    text = client.get(reverse(LIST)).text
    assert text.index("港口项目营地") < text.index("春节团")
    assert "待核实" in text
    assert Group.objects.get(name="春节团").confirmed_by == "officer"


def test_officer_confirms_appoints_and_closes(as_user, officer, camp, people):
    client = as_user(officer)
    client.post(reverse("console:group-confirm", args=[camp.pk]))
    camp.refresh_from_db()
    assert camp.confirmed_by == "officer"
    change = reverse("console:group-change", args=[camp.pk, people["li"].pk])
    client.post(change, {"act": "appoint"})
    assert is_liaison(camp, people["li"].pk)
    client.post(change, {"act": "end"})
    assert not members_of(camp).filter(person=people["li"]).exists()
    client.post(reverse("console:group-close", args=[camp.pk]))
    assert "已结束" in client.get(page(camp)).text


def test_member_is_taken_in_by_number_or_the_form_says_why_not(as_user, officer, camp, people):
    client, url = as_user(officer), reverse("console:group-add", args=[camp.pk])
    assert client.post(url, {"person": people["chen"].pk}).status_code == 302
    assert "陈伟" in client.get(page(camp)).text
    for wrong in ("", "x", "999999999", "1" * 30):
        response = client.post(url, {"person": wrong})
        assert response.status_code == 400
        assert "errorlist" in response.text


def test_refused_act_is_said_on_the_page(as_user, officer, camp):
    client = as_user(officer)
    url = reverse("console:group-confirm", args=[camp.pk])
    client.post(url)
    assert "已经核实过" in client.post(url, follow=True).text


def test_groups_of_other_countries_are_not_there(as_user, outsider, camp):
    client = as_user(outsider)
    assert "港口" not in client.get(reverse(LIST)).text
    assert client.get(page(camp)).status_code == 404
    assert client.post(reverse("console:group-close", args=[camp.pk])).status_code == 404


def test_planners_look_and_change_nothing(as_user, planner, camp):
    client = as_user(planner)
    assert client.get(page(camp)).status_code == 200
    assert client.post(reverse("console:group-confirm", args=[camp.pk])).status_code == 403
    response = client.post(reverse(LIST), {"kind": "tour", "name": "春节团", "country": "VU"})
    assert "春节团" not in response.text
    assert Group.objects.count() == 1


def test_auditors_see_no_group(as_user, auditor, camp):
    assert as_user(auditor).get(page(camp)).status_code == 403


def test_member_who_lives_elsewhere_is_the_officers_business(as_user, officer, camp):
    from registry.drafts import Place
    from tests.support.scene import settle

    away = settle("周远", place=Place(country="FJ"))
    url = reverse("console:person", args=[away.pk])
    assert as_user(officer).get(url).status_code == 404
    add_member(group=camp, person=away, by=citizen(away))
    assert as_user(officer).get(url).status_code == 200
