"""The pages of enquiries: forms, list, search, jurisdiction; the API beside them."""

import pytest
from django.urls import reverse

from crisis.tracing.models import Enquiry, Match
from tests.flows.test_relatives_enquiry import MOTHER

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(as_user, officer):
    return as_user(officer)


def text(response):
    return response.content.decode()


def test_what_is_refused_stands_beside_its_field_and_everything_typed_stays(desk, incident, post):
    form = MOTHER | {"post": post.pk, "asker_phone": "12", "description": "戴眼镜"}
    answer = desk.post(reverse("console:enquiry-new"), form)
    assert answer.status_code == 400
    assert "电话号码无法使用" in text(answer)
    assert "戴眼镜" in text(answer)
    assert not Enquiry.objects.exists()
    empty = desk.post(reverse("console:enquiry-new"), {})
    assert text(empty).count('aria-invalid="true"') >= 4


def test_list_shows_what_is_open_and_is_searched_by_post(desk, incident, post):
    facts = {"post": post.pk, "incident": incident.pk}
    new = reverse("console:enquiry-new")
    assert f'value="{incident.pk}" selected' in text(desk.get(f"{new}?incident={incident.pk}"))
    desk.post(new, MOTHER | facts)
    desk.post(new, MOTHER | {"post": post.pk, "names": "李四", "passport": ""})
    wang, li = Enquiry.objects.order_by("pk")
    listed = text(desk.get(reverse("console:enquiries")))
    assert wang.number in listed
    assert li.number in listed
    room = text(desk.get(reverse("console:incident-enquiries", args=[incident.pk])))
    assert wang.number in room
    assert li.number not in room
    found = text(desk.post(reverse("console:enquiries"), {"text": "wangxiaoming"}))
    assert wang.number in found
    assert li.number not in found
    desk.post(reverse("console:enquiry-close", args=[li.pk]), {"closed_as": "withdrawn"})
    assert li.number not in text(desk.get(reverse("console:enquiries")))
    assert li.number in text(desk.get(reverse("console:enquiries") + "?state=closed"))
    desk.post(reverse("console:enquiry-reopen", args=[li.pk]))
    assert Enquiry.objects.get(pk=li.pk).state == "open"


def test_officer_matches_only_whom_they_may_see(desk, incident, post, other_post):
    from registry.drafts import Place
    from tests.support import scene

    suva = Place(country="FJ", latitude=-18.14, longitude=178.44, accuracy_m=1000, city="苏瓦")
    abroad = scene.settle("王小明", place=suva)
    desk.post(reverse("console:enquiry-new"), MOTHER | {"post": post.pk})
    enquiry = Enquiry.objects.get()
    match = reverse("console:enquiry-match", args=[enquiry.pk])
    assert desk.post(match, {"person": abroad.pk}).status_code == 404
    assert desk.post(match, {"person": "x"}).status_code == 400
    assert f"#{abroad.pk}" not in text(desk.get(reverse("console:enquiry", args=[enquiry.pk])))
    assert not Match.objects.exists()


def test_planner_looks_and_changes_nothing(as_user, desk, planner, incident, post):
    desk.post(reverse("console:enquiry-new"), MOTHER | {"post": post.pk})
    enquiry, reader = Enquiry.objects.get(), as_user(planner)
    shown = text(reader.get(reverse("console:enquiry", args=[enquiry.pk])))
    assert "照读给询问人" in shown
    assert "记录这次答复" not in shown
    answer = reverse("console:enquiry-answer", args=[enquiry.pk])
    assert reader.post(answer, {"say": "noted"}).status_code == 403


def test_api_speaks_by_the_same_rules(desk, incident, post, people):
    asked = {
        "post": post.pk, "incident": incident.pk, "asker_name": "王母", "names": ["王小明"],
        "asker_phone": "13800138000", "kinship": "parent", "came_by": "call",
    }  # fmt: skip
    there = "/api/tracing/enquiries/"
    made = desk.post(there, asked, content_type="application/json")
    assert made.status_code == 201
    one = f"{there}{made.json()['id']}/"
    assert desk.get(one).json()["asker_phone"] == "+8613800138000"
    listed = desk.get(f"{there}?state=open").json()["results"]
    assert [row["number"] for row in listed] == [made.json()["number"]]
    assert "asker_name" not in listed[0]
    words = desk.get(f"{one}answers/").json()
    assert (words["say"], words["ground"]) == ("noted", "unmatched")
    said = desk.post(f"{one}answers/", {"say": "safe"}, content_type="application/json")
    assert (said.status_code, said.json()["code"]) == (409, "words_changed")
    match = desk.post(
        f"{one}match/", {"person": people["wang"].pk}, content_type="application/json"
    )
    assert match.json()["person"] == people["wang"].pk
    assert desk.get(f"{one}candidates/").json()[0]["person"] == people["wang"].pk
    put = {"permission": "safe"}
    desk.put(f"{one}permission/", put, content_type="application/json")
    checked = {"checked": "document", "publish": "partners"}
    desk.put(f"{one}asker/", checked, content_type="application/json")
    assert desk.get(f"{one}answers/").json()["say"] == "not_reached"
    said = desk.post(f"{one}answers/", {"say": "not_reached"}, content_type="application/json")
    assert said.status_code == 201
    assert desk.post(f"{one}tell/").status_code == 204
    assert desk.delete(f"{one}match/").json()["person"] is None
    closed = desk.post(f"{one}close/", {"closed_as": "answered"}, content_type="application/json")
    assert closed.json()["state"] == "closed"
    assert desk.delete(f"{one}close/").json()["state"] == "open"
