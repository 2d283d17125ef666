"""The WeChat door to one's own page: a browser's own scene, no enumeration, no fixation."""

import re

import pytest
from django.test import Client

from config.kernel import clock
from config.kernel.models import AuditEntry
from crisis.citizens import identity
from crisis.citizens.models import WeChatSignIn
from crisis.citizens.views.wechat_door import DOOR
from tests.support import scene
from tests.support.citizens import bind_wechat, code_at, push_scan

pytestmark = pytest.mark.django_db
OPENID = "oWang0123456789abcdefghijklm"
PAGE, QR = "/me/code/wechat/", "/me/code/wechat.png"


def who(client):
    return client.session.get(identity.KEY)


def press(client, act, **more):
    return client.post(PAGE, {"act": act, **more})


def scanned(client, scenes, openid=OPENID):
    """A browser whose code was scanned and whose owner asked for the code."""
    press(client, "open")
    push_scan(scenes[-1], openid, number=len(scenes))
    press(client, "ask")


def enter(client):
    return press(client, "check", code=code_at(OPENID, channel="wechat"))


@pytest.fixture
def bound(citizen):
    bind_wechat(citizen, OPENID)
    return citizen


def test_scan_and_code_sign_in_and_lead_on(client, bound, wechat_scenes):
    assert "用微信扫码登录" in client.get("/me/code/").text
    press(client, "open", next="/me/trips/")
    page = client.get(PAGE).text
    assert QR in page
    assert "我已扫码" in page
    assert client.get(QR).content.startswith(b"\x89PNG")
    push_scan(wechat_scenes[0], OPENID)
    assert press(client, "ask").status_code == 302
    response = enter(client)
    assert (response.status_code, response["Location"]) == (302, "/me/trips/?lang=zh-hans")
    assert who(client) == bound.pk
    assert AuditEntry.objects.filter(act="citizen.signed_in").exists()
    assert not WeChatSignIn.objects.exists()


def test_scan_alone_signs_nobody_in(client, bound, wechat_scenes):
    """Somebody sent their QR code to a person, who scanned it."""
    press(client, "open")
    push_scan(wechat_scenes[0], OPENID)
    client.get(PAGE)
    press(client, "who", person=bound.pk)
    press(client, "check", code="000000")
    assert who(client) is None


def test_page_is_the_same_whoever_scanned_or_nobody(bound, wechat_scenes):
    pages = []
    for openid in (OPENID, "oNobody123456789abcdefghijkl", None):
        browser = Client()
        press(browser, "open")
        if openid:
            push_scan(wechat_scenes[-1], openid, number=len(wechat_scenes))
        answers = [press(browser, "ask"), browser.get(PAGE), press(browser, "check", code="000000")]
        texts = [re.sub(r'value="\w{64}"', "", answer.text) for answer in answers]
        pages.append((texts, [answer.status_code for answer in answers]))
    assert pages[0] == pages[1] == pages[2]


def test_code_is_of_use_only_in_the_browser_whose_scene_was_scanned(client, bound, wechat_scenes):
    scanned(client, wechat_scenes)
    other = Client()
    enter(other)  # no scene at all
    press(other, "open")
    enter(other)  # one of its own, which nobody scanned
    assert who(other) is None
    enter(client)
    assert who(client) == bound.pk


def test_number_of_anothers_scene_is_taken_from_no_form(client, bound, wechat_scenes):
    scanned(client, wechat_scenes)
    number = WeChatSignIn.objects.get().pk
    other = Client()
    code = code_at(OPENID, channel="wechat")
    other.post(
        f"{PAGE}?{DOOR}={number}", {"act": "check", "code": code, DOOR: number, "pk": number}
    )
    assert who(other) is None


def test_used_scene_and_code_open_nothing_again(client, bound, wechat_scenes):
    scanned(client, wechat_scenes)
    code = code_at(OPENID, channel="wechat")
    enter(client)
    client.post("/me/sign-out/")
    press(client, "check", code=code)
    push_scan(wechat_scenes[0], OPENID, number=9)
    press(client, "open")
    push_scan(wechat_scenes[1], OPENID, number=10)
    press(client, "check", code=code)
    assert who(client) is None


def test_newer_code_ends_the_older(client, bound, wechat_scenes):
    press(client, "open")
    press(client, "open")
    push_scan(wechat_scenes[0], OPENID)
    press(client, "ask")
    assert WeChatSignIn.objects.get().scanned_at is None


def test_expired_code_is_said_and_its_picture_is_gone(client, bound, wechat_scenes):
    scanned(client, wechat_scenes)
    WeChatSignIn.objects.update(expires_at=clock.real_now())
    assert "二维码已过期" in client.get(PAGE).text
    assert client.get(QR).status_code == 404
    enter(client)
    assert who(client) is None


def test_key_of_the_session_changes_and_what_was_planted_is_gone(client, bound, wechat_scenes):
    session = client.session
    session["planted"] = True
    session.save()
    scanned(client, wechat_scenes)
    before = client.session.session_key
    enter(client)
    assert client.session.session_key != before
    assert "planted" not in client.session
    assert DOOR not in client.session


def test_two_people_on_one_account_choose_and_show_a_document(client, bound, wechat_scenes):
    wife = scene.settle("陈芳", document_number="E87654321")
    stranger = scene.settle("孙远", phone="+6785550107")
    bind_wechat(wife, OPENID)
    scanned(client, wechat_scenes)
    before = client.session.session_key
    enter(client)
    assert client.session.session_key != before
    page = client.get(PAGE).text
    assert "王*" in page
    assert "陈*" in page
    assert "陈芳" not in page
    assert press(client, "who", person=stranger.pk).status_code == 404
    assert press(client, "who", person=wife.pk, proof="0000").status_code == 400
    assert press(client, "who", person="9" * 5000).status_code == 404
    assert who(client) is None
    press(client, "who", person=wife.pk, proof="4321")
    assert who(client) == wife.pk


def test_choice_can_be_left_for_the_other_door(client, bound, wechat_scenes):
    bind_wechat(scene.settle("陈芳", document_number="E87654321"), OPENID)
    scanned(client, wechat_scenes)
    enter(client)
    assert press(client, "other")["Location"] == "/me/code/?lang=zh-hans"
    assert not WeChatSignIn.objects.exists()


def test_looking_makes_no_session_and_no_scene(client, wechat_scenes):
    assert not client.get(PAGE).cookies.get("sessionid")
    assert client.get(QR).status_code == 404
    assert wechat_scenes == []


def test_form_without_its_token_is_refused(wechat_scenes):
    strict = Client(enforce_csrf_checks=True)
    assert press(strict, "open").status_code == 403


def test_openid_and_scene_stand_neither_in_session_nor_page(client, bound, wechat_scenes):
    scanned(client, wechat_scenes)
    everything = str(dict(client.session)) + client.get(PAGE).text
    assert OPENID not in everything
    assert wechat_scenes[0] not in everything


def test_pages_are_kept_by_no_cache_and_small(client, bound, wechat_scenes):
    press(client, "open")
    page, picture = client.get(PAGE), client.get(QR)
    assert page["Cache-Control"] == picture["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert len(page.content) + len(picture.content) < 20_000


def test_wechat_that_is_away_is_said_and_the_phone_is_offered(client, settings):
    settings.WECHAT_URL = "http://127.0.0.1:9"
    response = press(client, "open")
    assert response.status_code == 503
    assert "用手机号码登录" in response.text


def test_citizen_who_signs_in_ends_the_member_of_staff(client, bound, officer, wechat_scenes):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    scanned(client, wechat_scenes)
    enter(client)
    assert who(client) == bound.pk
    assert client.get("/").status_code == 302  # to log in
