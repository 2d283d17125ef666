"""Widening by page: ground, who is newly inside, a typed number, a second officer."""

import pytest
from django.urls import reverse

from crisis.incidents.models import Widening
from crisis.incidents.services import send_all_clear

pytestmark = pytest.mark.django_db
KEY = "6f1c1a0e-3a53-4c39-9a8e-0d3c2f8c7b11"
SOUTH = {"latitude": "-18.4", "longitude": "168.2", "radius_km": "100"}


@pytest.fixture
def page(incident):
    return reverse("console:widen", args=[incident.pk])


def send(client, page, count="1", **fields):
    form = SOUTH | {"send": "1", "confirmed_count": count, "widening_key": KEY} | fields
    return client.post(page, form)


def test_preview_shows_who_is_new_and_what_they_read(as_user, officer, page):
    client = as_user(officer)
    assert "增加的区域" in client.get(page).text
    text = client.post(page, SOUTH | {"preview": "1"}).text
    assert "确认：请输入新增的人数（1）" in text
    assert "【驻瓦努阿图使馆】" in text
    assert not Widening.objects.exists()


def test_typed_number_widens_and_the_room_shows_the_ground(as_user, officer, page, incident):
    client = as_user(officer)
    assert send(client, page, "7").status_code == 400
    assert send(client, page, "").status_code == 400
    done = send(client, page)
    assert done.status_code == 302
    assert send(client, page).status_code == 302  # pressed twice
    assert Widening.objects.get().people == 1
    assert "-18.4000, 168.2000" in client.get(done.url).text


def test_wrong_ground_stands_beside_its_field_and_what_was_typed_stays(as_user, officer, page):
    answer = as_user(officer).post(page, SOUTH | {"radius_km": "", "preview": "1"})
    assert answer.status_code == 400
    assert "圆形区域需要纬度、经度和半径三项。" in answer.text
    assert 'value="-18.4"' in answer.text


def test_second_officer_sees_the_same_and_decides(
    as_user, officer, second_officer, page, incident, settings
):
    settings.TWO_PERSON_THRESHOLD = 6
    send(as_user(officer), page)
    waiting = Widening.objects.get()
    show = reverse("console:widening", args=[incident.pk, waiting.pk])
    approve = reverse("console:widening-approve", args=[incident.pk, waiting.pk])
    room = reverse("console:incident", args=[incident.pk])
    assert show in as_user(second_officer).get(room).text
    assert approve not in as_user(officer).get(show).text
    client = as_user(second_officer)
    assert approve in client.get(show).text
    seen = {"content_hash": waiting.content_hash}
    assert client.post(approve, seen).status_code == 400
    assert client.post(approve, seen | {"confirmed_count": "2"}).status_code == 400
    assert client.post(approve, seen | {"confirmed_count": "1"}).status_code == 302
    assert "新增 1 人" in client.get(show).text


def test_one_that_waits_can_be_thrown_away(as_user, officer, page, incident, settings):
    settings.TWO_PERSON_THRESHOLD = 6
    client = as_user(officer)
    send(client, page)
    waiting = Widening.objects.get()
    discard = reverse("console:widening-discard", args=[incident.pk, waiting.pk])
    assert client.post(discard).status_code == 302
    assert "草案已作废" in client.get(discard.removesuffix("discard/")).text


def test_no_widening_is_offered_when_the_danger_is_over(as_user, officer, page, incident):
    client = as_user(officer)
    room = reverse("console:incident", args=[incident.pk])
    assert page in client.get(room).text
    send_all_clear(incident=incident, officer=officer)
    assert page not in client.get(room).text
    assert client.get(page).status_code == 409


def test_elsewhere_it_is_not_there(as_user, outsider, page):
    assert as_user(outsider).get(page).status_code == 404
