"""Replies that matched nobody."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.kernel import clock
from crisis.cases.models import Case
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services import record_status, release_to_contacts
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Source
from notifications.models import Delivery, Reply
from registry.addresses import address_index
from registry.services.contacts import note_contact
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


@pytest.fixture
def unclear(incident, people, held_clock):
    """李娜 wrote what no rule can read, a second ago."""

    def write(text, name="li"):
        delivery = Delivery.objects.filter(persons__person_ref=people[name].pk).first()
        reply = Reply.objects.create(
            via="wechat",
            delivery=delivery,
            source=incident.source,
            text=text,
            meaning="possible_help",
            state="matched",
            answered_at=clock.now(),
            received_at=clock.now(),
        )
        entry = Entry(people[name].pk, EventKind.POSSIBLE_HELP, clock.now(), f"reply:{reply.pk}")
        write_log(incident_id=incident.pk, entries=[entry], source=Source.REPLY)
        held_clock(1)
        return RollCallEvent.objects.latest("pk").pk

    return write


def judge(client, incident, person, verdict, seen):
    address = reverse("console:triage-judge", args=[incident.pk, person.pk])
    return client.post(address, {"verdict": verdict, "seen": seen}, follow=True)


def test_unclear_words_stand_on_the_page_the_longest_waiting_first(
    as_user, officer, incident, people, unclear, held_clock
):
    unclear("两个人在山上")
    held_clock(60)
    unclear("水很深", name="smith")
    held_clock(60)
    unclear("还在山上")  # who writes again does not lose their place
    text = as_user(officer).get(reverse("console:triage")).text
    order = [text.index(words) for words in ("还在山上", "两个人在山上", "水很深")]
    assert order == sorted(order)
    assert "已等" in text


@pytest.mark.parametrize(
    ("verdict", "condition", "movement", "contact"),
    [
        ("safe", "safe", "in_area", "answered"),
        ("needs_help", "needs_help", "in_area", "answered"),
        ("left_area", "safe", "left_area", "answered"),
        ("not_about", "unknown", "in_area", "not_contacted"),
    ],
)
def test_verdict_is_one_step(
    as_user, officer, incident, people, unclear, verdict, condition, movement, contact
):
    seen = unclear("收到谢谢")
    response = judge(as_user(officer), incident, people["li"], verdict, seen)
    assert "已记录判断" in response.text
    found = Standing.objects.get(person_ref=people["li"].pk)
    assert (found.condition, found.movement, found.contact) == (condition, movement, contact)
    assert not found.possible_help
    assert Case.objects.count() == (verdict == "needs_help")


def test_second_officer_is_told_who_was_first_and_what_they_found(
    as_user, officer, second_officer, incident, people, unclear
):
    seen = unclear("收到")
    judge(as_user(officer), incident, people["li"], "safe", seen)
    told = judge(as_user(second_officer), incident, people["li"], "needs_help", seen).text
    assert "officer 已于 13:00 处理：报平安" in told
    assert Standing.objects.get(person_ref=people["li"].pk).condition == "safe"


def test_words_that_came_in_since_are_not_judged_with_the_others(
    as_user, officer, incident, people, unclear, held_clock
):
    seen = unclear("收到")
    held_clock(1)
    unclear("屋顶塌了")
    for verdict in ("safe", "not_about"):
        told = judge(as_user(officer), incident, people["li"], verdict, seen).text
        assert "此人刚刚又发来消息" in told
    assert Standing.objects.get(person_ref=people["li"].pk).possible_help


def test_not_about_this_never_sets_a_plain_call_for_help_aside(
    as_user, officer, incident, people, unclear, held_clock
):
    record_status(
        incident=incident, person_ref=people["li"].pk, kind=EventKind.INJURED, officer=officer
    )
    held_clock(1)
    entry = Entry(people["li"].pk, EventKind.NEEDS_HELP, clock.now(), "reply:999")
    write_log(incident_id=incident.pk, entries=[entry], source=Source.REPLY)
    seen = RollCallEvent.objects.latest("pk").pk
    told = judge(as_user(officer), incident, people["li"], "not_about", seen).text
    assert "另有明确的求助" in told
    assert Standing.objects.get(person_ref=people["li"].pk).possible_help


def test_nonsense_and_strangers_judge_nothing(
    as_user, officer, outsider, planner, incident, people, unclear
):
    seen = unclear("收到")
    assert judge(as_user(officer), incident, people["li"], "dead", seen).status_code == 400
    assert judge(as_user(officer), incident, people["li"], "safe", "x").status_code == 400
    assert judge(as_user(outsider), incident, people["li"], "safe", seen).status_code == 404
    assert judge(as_user(planner), incident, people["li"], "safe", seen).status_code == 403
    assert judge(as_user(officer), incident, people["beyond"], "safe", seen).status_code == 404


# -- candidates ---------------------------------------------------------------------------------


def buttons(client):
    """The candidates' buttons on the list: «incident:person» → the text beside."""
    text = client.get(reverse("console:triage")).text
    return dict(re.findall(r'name="match" value="([\d:]+)">(.*?)</button>', text, re.DOTALL))


def stray_from(number, text, *, via="sms"):
    return Reply.objects.create(
        via=via,
        address=number,
        address_index=address_index(via, number),
        text=text,
        meaning="possible_help",
        state="unmatched",
        answered_at=clock.now(),
        received_at=clock.now(),
    )


def test_candidates_are_offered_with_the_reason(as_user, officer, incident, people):
    note_contact(person=people["silent"], channel="sms", address="+6785550170", by="t")
    add_emergency_contact(
        person=people["wang"], name="王母", relation="母亲", phone="+8613800000001"
    )
    for number, text, name, reason in (
        ("+6785550170", "在吗", "silent", "登记了此号码"),
        ("+8613800000001", "在吗", "wang", "紧急联系人"),
        ("+6785550999", "我是李娜，换了手机", "li", "原文中有此姓名"),
        ("+6785550998", "this is Wang Xiaoming, new phone", "wang", "原文中有此姓名"),
    ):
        reply = stray_from(number, text)
        found = buttons(as_user(officer))
        assert list(found) == [f"{incident.pk}:{people[name].pk}"]
        assert reason in found[f"{incident.pk}:{people[name].pk}"]
        reply.delete()


def test_message_that_went_to_the_number_names_its_person(as_user, officer, incident, people):
    delivery = Delivery.objects.get(persons__person_ref=people["wang"].pk, channel="sms")
    people["wang"].contact_points.all().delete()
    stray_from(delivery.address, "1")
    assert "收到过" in next(iter(buttons(as_user(officer)).values()))


def test_candidate_is_matched_in_one_step_and_the_second_officer_is_told(
    as_user, officer, second_officer, incident, people
):
    reply = stray_from("+6785550999", "我是赵无声")
    pressed = {"match": f"{incident.pk}:{people['silent'].pk}", "list": "1"}
    done = as_user(officer).post(page(reply), pressed, follow=True)
    assert "已匹配" in done.text
    assert Standing.objects.get(person_ref=people["silent"].pk).possible_help
    told = as_user(second_officer).post(page(reply), pressed, follow=True)
    assert "已由 officer 处理" in told.text


def test_people_of_other_posts_and_beyond_the_area_are_no_candidates(
    as_user, officer, outsider, incident, people
):
    stray_from("+6785550999", "我是赵无声，和孙远在一起")
    assert buttons(as_user(outsider)) == {}
    assert list(buttons(as_user(officer))) == [f"{incident.pk}:{people['silent'].pk}"]


def test_list_asks_the_database_as_often_for_many_replies_as_for_one(
    as_user, officer, incident, people, unclear
):
    client = as_user(officer)
    client.get(reverse("console:triage"))

    def questions():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("console:triage"))
        return len(captured)

    stray_from("+6785550999", "我是赵无声")
    unclear("山上")
    few = questions()
    for number in range(5):
        stray_from(f"+678555090{number}", "我是李娜")
    unclear("水深", name="smith")
    assert questions() == few


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
