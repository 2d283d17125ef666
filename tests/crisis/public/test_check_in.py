"""The check-in page behind a personal link."""

import re

import pytest
from django.test import Client

from crisis.rollcall.models import Standing
from notifications.models import Reply
from tests.support.scene import link_of

PAGE_LIMIT = 40_000


def condition(person):
    return Standing.objects.get(person_ref=person.pk).condition


def test_looking_shows_the_alert_and_nothing_personal(client, incident, people):
    response = client.get(link_of(people["wang"]))
    assert "维拉港17日12:47发生7.3级地震" in response.text
    for secret in ("王小明", "+6785550101", "WANG"):
        assert secret not in response.text


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(client, incident, people, method):
    getattr(client, method)(link_of(people["wang"]))
    assert not Reply.objects.exists()


def test_page_is_kept_by_no_cache_and_sets_no_cookie(client, incident, people):
    response = client.get(link_of(people["wang"]))
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert not response.cookies


@pytest.mark.parametrize("who", ["wang", "chen", "smith"])
def test_page_with_its_style_and_script_stays_small(client, incident, people, who):
    page = client.get(link_of(people[who])).content
    names = ("public.css", "queue.js", "answer.js", "share.js")
    parts = [client.get(f"/static/public/{name}").getvalue() for name in names]
    assert len(page) + sum(map(len, parts)) < PAGE_LIMIT


@pytest.mark.parametrize(
    ("choice", "facet", "value"),
    [
        ("safe", "condition", "safe"),
        ("needs_help", "condition", "needs_help"),
        ("left_area", "movement", "left_area"),
        ("wants_out", "wants_out", True),
    ],
)
def test_answer_reaches_the_roll_call(client, incident, people, choice, facet, value):
    response = client.post(link_of(people["wang"]), {"choice": choice})
    assert response.status_code == 200
    assert "已收到" in response.text
    assert getattr(Standing.objects.get(person_ref=people["wang"].pk), facet) == value


def test_answer_needs_no_csrf_token_and_no_cookie(incident, people):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link_of(people["wang"]), {"choice": "safe"}).status_code == 200


def test_answer_can_be_repeated_and_help_gets_through(client, incident, people, held_clock):
    client.post(link_of(people["wang"]), {"choice": "safe"})
    held_clock(60)
    client.post(link_of(people["wang"]), {"choice": "needs_help"})
    assert condition(people["wang"]) == "needs_help"
    assert Reply.objects.count() == 2


def test_family_on_one_number_may_answer_together(client, incident, people):
    link = link_of(people["chen"])
    assert "我和同行家人" in client.get(link).text
    client.post(link, {"choice": "safe", "who": "all"})
    assert condition(people["chen"]) == condition(people["chen_wife"]) == "safe"


def test_answer_for_oneself_leaves_the_family_open(client, incident, people):
    client.post(link_of(people["chen"]), {"choice": "safe", "who": "me"})
    conditions = {condition(people["chen"]), condition(people["chen_wife"])}
    assert conditions == {"safe", "unknown"}


def test_single_person_is_not_asked_about_family(client, incident, people):
    assert "我和同行家人" not in client.get(link_of(people["wang"])).text


def test_position_comes_with_the_answer(client, incident, people):
    fields = {"latitude": "-17.74", "longitude": "168.32", "accuracy_m": "25.5"}
    client.post(link_of(people["wang"]), {"choice": "needs_help", **fields})
    reply = Reply.objects.get()
    assert (reply.latitude, reply.longitude, reply.accuracy_m) == (-17.74, 168.32, 25.5)


@pytest.mark.parametrize("latitude", ["", "91", "nan", "inf", "north", "1e999"])
def test_broken_position_does_not_cost_the_answer(client, incident, people, latitude):
    fields = {"latitude": latitude, "longitude": "168.32", "accuracy_m": "-"}
    client.post(link_of(people["wang"]), {"choice": "needs_help", **fields})
    assert condition(people["wang"]) == "needs_help"
    assert Reply.objects.get().latitude is None


@pytest.mark.parametrize("choice", ["", "SAFE", "deceased", "x" * 10_000])
def test_unknown_choice_is_no_answer(client, incident, people, choice):
    response = client.post(link_of(people["wang"]), {"choice": choice})
    assert response.status_code == 400
    assert "没有收到选择" in response.text
    assert not Reply.objects.exists()


@pytest.mark.parametrize("token", ["x", "A" * 22, "A" * 2000, "%00"])
def test_wrong_token_answers_alike(client, db, token):
    for response in (client.get(f"/c/{token}/"), client.post(f"/c/{token}/", {"choice": "safe"})):
        assert response.status_code == 404
        assert "此链接无效或已失效" in response.text
        assert response["Cache-Control"] == "no-store"


def test_page_speaks_the_language_of_its_message(client, incident, people):
    assert "How are you now?" in client.get(link_of(people["smith"])).text
    assert "您现在怎么样" in client.get(link_of(people["smith"]) + "?lang=zh-hans").text
    assert "How are you now?" in client.get(link_of(people["wang"]) + "?lang=en").text
    assert "您现在怎么样" in client.get(link_of(people["wang"]) + "?lang=xx").text


def test_mode_is_unmistakable(client, incident, people, settings):
    assert "演练 DRILL" in client.get(link_of(people["wang"])).text
    settings.MODE = "live"
    page = client.get(link_of(people["wang"])).text
    assert "REAL ALERTS" in page
    assert "演练 DRILL" not in page


def test_link_of_long_ago_answers_like_a_wrong_one(client, incident, people, held_clock):
    link = link_of(people["wang"])
    held_clock(30 * 86_400)
    for response in (client.get(link), client.post(link, {"choice": "safe"})):
        assert response.status_code == 404
        assert "此链接无效或已失效" in response.text
    assert not Reply.objects.exists()


def details(**said):
    return {"part": "details", **said}


def page_key(response):
    return re.search(r'name="page_key" value="(\w+)"', response.text)[1]


def member_field(response):
    return re.search(r'name="(member-\d+)"', response.text)[1]


def test_page_after_the_answer_asks_for_more(client, incident, people):
    link = link_of(people["wang"])
    assert "data-answered" not in client.get(link).text
    after = client.post(link, {"choice": "needs_help"})
    assert 'name="after" value="needs_help"' in after.text
    said = {"after": "needs_help", "party": "２", "plan": "wants_out", "note": "三楼\n红门"}
    done = client.post(link, details(**said))
    assert "已收到：补充情况" in done.text
    reply = Reply.objects.first()
    assert (reply.text, reply.details["party"]) == ("三楼 红门", 2)
    standing = Standing.objects.get(person_ref=people["wang"].pk)
    assert (standing.condition, standing.wants_out) == ("needs_help", True)


def test_family_is_shown_by_surname_after_an_answer_and_never_before(client, incident, people):
    link = link_of(people["chen"])
    assert "member-" not in client.get(link).text
    after = client.post(link, {"choice": "safe", "who": "me"})
    assert "陈*" in after.text
    for name in ("陈伟", "陈芳"):
        assert name not in after.text
    assert after.text.count('value="needs_help"> ') == 1  # the wife alone: the owner has answered
    client.post(link, details(**{member_field(after): "needs_help"}))
    assert condition(people["chen_wife"]) == "needs_help"
    assert condition(people["chen"]) == "safe"


def test_nobody_speaks_for_strangers(client, incident, people):
    """A number out of another family's page names nobody here."""
    theirs = client.post(link_of(people["chen"]), {"choice": "safe"})
    said = details(note="在家", **{member_field(theirs): "needs_help"})
    client.post(link_of(people["wang"]), said)
    assert condition(people["chen_wife"]) == "unknown"


@pytest.mark.parametrize("more", [{}, {"note": " "}, {"plan": "fly"}, {"party": "many"}])
def test_nothing_added_is_no_answer(client, incident, people, more):
    response = client.post(link_of(people["wang"]), details(**more))
    assert response.status_code == 400
    assert not Reply.objects.exists()


def test_page_sent_twice_says_one_thing(client, incident, people):
    link = link_of(people["wang"])
    key = page_key(client.get(link))
    for _ in range(3):
        assert client.post(link, {"choice": "safe", "page_key": key}).status_code == 200
    assert Reply.objects.count() == 1
    assert page_key(client.get(link)) != key


def test_kept_answer_comes_with_the_time_of_its_press(client, incident, people, held_clock):
    """Kept on a phone before somebody called for help, it does not take the call back."""
    link = link_of(people["wang"])
    held_clock(3600)
    client.post(link, {"choice": "needs_help"})
    held_clock(60)
    late = {"choice": "safe", "key": "k" * 32, "age_s": "1800"}
    for _ in range(2):
        assert client.post(link, late).status_code == 200
    assert condition(people["wang"]) == "needs_help"
    kept = Reply.objects.get(client_key="k" * 32)
    assert (kept.received_at - kept.answered_at).total_seconds() == 1800


@pytest.mark.parametrize("age", ["", "nan", "-5", "1e999", "soon"])
def test_broken_age_does_not_cost_the_answer(client, incident, people, age):
    client.post(link_of(people["wang"]), {"choice": "safe", "age_s": age})
    reply = Reply.objects.get()
    assert reply.answered_at == reply.received_at


def test_position_may_come_after_the_answer(client, incident, people):
    where = {"latitude": "-17.74", "longitude": "168.32", "accuracy_m": "25"}
    client.post(link_of(people["wang"]), details(**where))
    assert Reply.objects.get().latitude == -17.74
