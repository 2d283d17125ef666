"""Replies that matched nobody."""

import pytest
from django.urls import reverse

from config.kernel import clock
from crisis.rollcall.models import Standing
from crisis.rollcall.services import release_to_contacts
from notifications.models import Delivery, Reply
from registry.addresses import address_index
from registry.services.people import add_emergency_contact


@pytest.fixture
def stray(incident):
    """An answer from a number that got no message."""
    return Reply.objects.create(
        via="sms",
        address="+6785550999",
        address_index=address_index("sms", "+6785550999"),
        text="我是赵无声 需要帮助",
        meaning="needs_help",
        state="unmatched",
        answered_at=clock.now(),
        received_at=clock.now(),
    )


def page(reply):
    return reverse("console:triage-reply", args=[reply.pk])


def test_unmatched_reply_stays_visible(as_user, officer, stray):
    assert "我是赵无声" in as_user(officer).get(reverse("console:triage")).text


def test_possible_help_stands_on_the_page(as_user, officer, incident, people):
    Standing.objects.filter(person_ref=people["li"].pk).update(possible_help=True)
    assert "李娜" in as_user(officer).get(reverse("console:triage")).text


def test_possible_help_shows_the_words_that_were_written(as_user, officer, incident, people):
    delivery = Delivery.objects.filter(persons__person_ref=people["li"].pk).get()
    Standing.objects.filter(person_ref=people["li"].pk).update(possible_help=True)
    Reply.objects.create(
        via="wechat",
        delivery=delivery,
        text="两个人在山上",
        meaning="possible_help",
        state="matched",
        answered_at=clock.now(),
        received_at=clock.now(),
    )
    assert "两个人在山上" in as_user(officer).get(reverse("console:triage")).text


def test_reply_is_matched_to_a_person_found_by_name(as_user, officer, stray, incident, people):
    client = as_user(officer)
    text = client.post(page(stray), {"find": "1", "incident": incident.pk, "name": "赵"}).text
    button = f"{incident.pk}:{people['silent'].pk}"
    assert f'value="{button}"' in text
    client.post(page(stray), {"match": button})
    stray.refresh_from_db()
    assert (stray.state, stray.handled_by) == ("matched", "officer")
    assert Standing.objects.get(person_ref=people["silent"].pk).condition == "needs_help"


def test_people_of_another_post_are_no_candidates(as_user, outsider, stray, incident, people):
    client = as_user(outsider)
    response = client.post(page(stray), {"match": f"{incident.pk}:{people['silent'].pk}"})
    assert response.status_code == 404
    response = client.post(page(stray), {"find": "1", "incident": incident.pk, "name": "赵"})
    assert "赵无声<" not in response.text


@pytest.mark.parametrize("match", ["", "x", "1", "1:x", "1:2:3"])
def test_malformed_choice_changes_nothing(as_user, officer, stray, match):
    assert as_user(officer).post(page(stray), {"match": match}).status_code in (400, 404)
    stray.refresh_from_db()
    assert stray.state == "unmatched"


def test_reply_is_set_aside_with_a_reason_and_kept(as_user, officer, stray):
    client = as_user(officer)
    assert "搁置原因" in client.post(page(stray), {"dismiss": "1"}).text
    client.post(page(stray), {"dismiss": "1", "reason": "not_ours"})
    stray.refresh_from_db()
    assert stray.state == "dismissed"
    assert stray.text


def test_second_decision_is_refused(as_user, officer, stray, incident, people):
    client = as_user(officer)
    client.post(page(stray), {"dismiss": "1", "reason": "not_ours"})
    response = client.post(page(stray), {"match": f"{incident.pk}:{people['silent'].pk}"})
    assert response.status_code == 409


def test_reply_that_found_its_person_is_not_read_here(as_user, outsider, officer, incident, people):
    """By its number an officer of any post could read it, and the sender's telephone number."""
    delivery = Delivery.objects.filter(persons__person_ref=people["li"].pk).get()
    reply = Reply.objects.create(
        via="wechat",
        delivery=delivery,
        text="平安",
        meaning="safe",
        state="matched",
        answered_at=clock.now(),
        received_at=clock.now(),
    )
    for user in (outsider, officer):
        assert as_user(user).get(page(reply)).status_code == 404
        assert as_user(user).post(page(reply), {"dismiss": "1"}).status_code == 404


def test_reply_that_a_colleague_settled_says_who(as_user, officer, second_officer, stray):
    as_user(officer).post(page(stray), {"dismiss": "1", "reason": "not_ours"})
    assert "officer" in as_user(second_officer).get(page(stray)).text


def test_words_of_a_relative_wait_until_an_officer_has_read_them(
    as_user, officer, incident, people
):
    add_emergency_contact(
        person=people["wang"], name="王母", relation="母亲", phone="+8613800000001"
    )
    wave = release_to_contacts(incident=incident, person_ref=people["wang"].pk, officer=officer)
    reply = Reply.objects.create(
        via="sms",
        delivery=wave.deliveries.get(),
        text="联系上了",
        meaning="possible_help",
        state="matched",
        answered_at=clock.now(),
        received_at=clock.now(),
    )
    client, triage = as_user(officer), reverse("console:triage")
    shown = client.get(triage).text
    assert "联系上了" in shown
    assert "王小明" in shown
    client.post(reverse("console:triage-note", args=[reply.pk]))
    assert "联系上了" not in client.get(triage).text
    assert client.post(reverse("console:triage-note", args=[reply.pk])).status_code == 404
