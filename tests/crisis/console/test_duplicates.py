"""Officers and people who may be registered twice."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from config.kernel.models import AuditEntry
from registry.drafts import Place, draft_of
from registry.models import Merge, NotTheSame, Person
from registry.services.people import correct_person
from tests.support.scene import settle

BORN = date(1990, 3, 7)


@pytest.fixture
def twice(people):
    """Wang, and Wang again."""
    wang = people["wang"]
    correct_person(person=wang, draft=replace(draft_of(wang), birth_date=BORN))
    return wang, settle("王晓明", phone="+6785550199", birth_date=BORN, document_number="G9876543")


def compare(pair):
    return reverse("console:compare", args=[person.pk for person in pair])


def test_pairs_are_listed_with_their_reason(as_user, officer, twice):
    text = as_user(officer).get(reverse("console:duplicates")).text
    assert "王小明" in text
    assert "王晓明" in text
    assert "姓名和出生日期相同" in text
    assert compare(twice) in text


def test_side_by_side_shows_what_differs(as_user, officer, twice):
    text = as_user(officer).get(compare(twice)).text
    for fact in ("E12345678", "G9876543", "+6785550101", "+6785550199", "不同", "相同"):
        assert fact in text
    viewed = AuditEntry.objects.filter(act="person.viewed").values_list("subject", flat=True)
    assert set(viewed) == {f"person:{person.pk}" for person in twice}


def test_officer_merges_sees_it_and_takes_it_apart(as_user, officer, twice):
    client, (wang, again) = as_user(officer), twice
    response = client.post(compare(twice), {"act": f"keep-{wang.pk}"}, follow=True)
    assert "已合并" in response.text
    assert "+6785550199" in response.text
    merge = Merge.objects.get()
    assert (merge.kept, merge.gone, merge.merged_by) == (wang, again, "officer")
    undone = client.post(reverse("console:merge-undo", args=[merge.pk]), follow=True)
    assert "已撤销" in undone.text
    assert Person.objects.get(pk=again.pk).left_at is None


def test_second_officer_is_told_what_the_first_one_did(as_user, officer, second_officer, twice):
    as_user(officer).post(compare(twice), {"act": f"keep-{twice[0].pk}"})
    client = as_user(second_officer)
    told = client.post(compare(twice), {"act": f"keep-{twice[1].pk}"}, follow=True)
    assert f"已并入 #{twice[0].pk}" in told.text
    assert Merge.objects.count() == 1


def test_two_that_are_two_are_not_shown_again(as_user, officer, twice):
    client = as_user(officer)
    client.post(compare(twice), {"act": "apart"})
    assert NotTheSame.objects.count() == 1
    assert "没有疑似重复的登记" in client.get(reverse("console:duplicates")).text


def test_an_unknown_act_changes_nothing(as_user, officer, twice):
    for act in ("", "keep-0", "keep-x"):
        response = as_user(officer).post(compare(twice), {"act": act}, follow=True)
        assert "没有这个操作" in response.text
    assert not Merge.objects.exists()


def test_who_is_elsewhere_is_neither_shown_nor_merged(as_user, officer, outsider, people):
    away = settle("王小明", document_number="E12345678", place=Place(country="FJ"))
    pair = (people["wang"], away)
    for user in (officer, outsider):
        client = as_user(user)
        assert "证件号码相同" not in client.get(reverse("console:duplicates")).text
        assert client.get(compare(pair)).status_code == 404
        assert client.post(compare(pair), {"act": "apart"}).status_code == 404


def test_planners_decide_nothing(as_user, planner, twice):
    assert as_user(planner).get(reverse("console:duplicates")).status_code == 403
    assert as_user(planner).post(compare(twice), {"act": "apart"}).status_code == 403


def test_page_of_the_one_who_went_leads_to_the_one_who_is_kept(as_user, officer, incident, twice):
    client, (wang, again) = as_user(officer), twice
    client.post(compare(twice), {"act": f"keep-{again.pk}"})
    assert f"已并入 #{again.pk}" in client.get(reverse("console:person", args=[wang.pk])).text
    in_room = reverse("console:incident-person", args=[incident.pk, wang.pk])
    assert f"已并入 #{again.pk}" in client.get(in_room).text
    assert "王晓明" in client.get(reverse("console:incident", args=[incident.pk])).text
