"""Writing what citizens look up: seen first, then saved, and only for one's own countries."""

import pytest

from crisis.knowledge.models import CountryFacts, GuidePage, Listing

pytestmark = pytest.mark.usefixtures("held_clock", "post")
FACTS = {"police": "111", "source": "馆员致电", "checked_on": "2024-12-17", "seen": "0"}
LAWYER = {"kind": "lawyer", "name": "某律师行", "phone": "+678 22200", "source": "走访",
          "checked_on": "2024-12-17"}  # fmt: skip


@pytest.fixture
def desk(client, officer):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_list_puts_first_what_has_to_be_checked(desk):
    page = desk.get("/knowledge/").text
    assert "瓦努阿图" in page
    assert "从未核对" in page


def test_facts_are_seen_before_they_are_saved(desk):
    preview = desk.post("/knowledge/VU/", FACTS)
    assert "公众将看到" in preview.text
    assert not CountryFacts.objects.exists()
    assert desk.post("/knowledge/VU/", FACTS | {"save": "1"}).status_code == 302
    assert CountryFacts.objects.get().police == "111"
    page = desk.get("/knowledge/VU/").text
    assert 'value="111"' in page
    assert "馆员致电" in page


def test_refused_facts_keep_what_was_typed(desk):
    response = desk.post("/knowledge/VU/", FACTS | {"save": "1", "fire": "call!"})
    assert response.status_code == 400
    assert "call!" in response.text
    desk.post("/knowledge/VU/", FACTS | {"save": "1"})
    late = desk.post("/knowledge/VU/", FACTS | {"save": "1", "police": "999"})
    assert late.status_code == 400
    assert "其他人刚刚修改过" in late.text
    assert CountryFacts.objects.count() == 1


def test_listing_is_added_changed_and_taken_off(desk):
    desk.post("/knowledge/VU/listings/", LAWYER)
    first = Listing.objects.get()
    form = desk.get(f"/knowledge/VU/listings/{first.pk}/").text
    assert 'value="某律师行"' in form
    changed = LAWYER | {"phone": "+678 22201", "replaces": str(first.pk)}
    desk.post("/knowledge/VU/listings/", changed)
    second = Listing.objects.get(ended_at=None)
    assert (second.phone, second.replaces) == ("+678 22201", first)
    assert desk.post("/knowledge/VU/listings/", LAWYER | {"phone": "?"}).status_code == 400
    desk.post(f"/knowledge/VU/listings/{second.pk}/withdraw/")
    assert not Listing.objects.filter(ended_at=None).exists()
    assert "某律师行" in desk.get("/knowledge/VU/").text


@pytest.mark.parametrize("path", ["/knowledge/FJ/", "/knowledge/XX/", "/knowledge/CN/"])
def test_country_of_somebody_else_is_not_there(desk, other_post, path):
    assert desk.get(path).status_code == 404
    assert desk.post(path, FACTS | {"save": "1"}).status_code == 404
    assert desk.post(f"{path}listings/", LAWYER).status_code == 404


def test_guide_is_for_the_duty_head(desk, client, duty_head):
    words = {"title": "题", "body": "- 一", "source": "指南", "checked_on": "2024-12-17"}
    address = "/knowledge/guide/can/zh-hans/"
    assert desk.get(address).status_code == 403
    client.force_login(duty_head, backend="django.contrib.auth.backends.ModelBackend")
    assert "第十四条" in client.get(address).text
    seen = client.post(address, words | {"seen": "0"})
    assert "<li>一</li>" in seen.text
    assert not GuidePage.objects.exists()
    assert client.post(address, words | {"seen": "0", "save": "1"}).status_code == 302
    assert client.post(address, words | {"seen": "0", "save": "1"}).status_code == 400
    assert GuidePage.objects.count() == 1
    assert client.get("/knowledge/guide/can/fr/").status_code == 404
