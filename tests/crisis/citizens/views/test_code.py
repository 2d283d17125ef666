"""Signing in by a code: two steps, no enumeration, no fixation, never a member of staff."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from config.kernel import clock
from config.kernel.models import AuditEntry
from crisis.citizens import identity
from notifications.models import Delivery, Wave
from registry.models import ContactPoint
from registry.services.people import add_contact_point, leave_registry
from tests.support import scene
from tests.support.citizens import code_at

pytestmark = pytest.mark.django_db
PHONE = "+6785550101"
CODE_PAGE = "/me/code/"


def ask(client, phone=PHONE, **more):
    return client.post(CODE_PAGE, {"act": "send", "phone": phone, **more}, follow=True)


def enter(client, phone=PHONE, code=None):
    return client.post(CODE_PAGE, {"act": "check", "code": code or code_at(phone)})


def who(client):
    return client.session.get(identity.KEY)


def test_phone_and_code_sign_in(client, citizen):
    assert "6 位验证码" in ask(client).text
    response = enter(client)
    assert (response.status_code, response["Location"]) == (302, "/me/?lang=zh-hans")
    assert who(client) == citizen.pk
    entry = AuditEntry.objects.get(act="citizen.signed_in")
    assert (entry.actor, entry.subject) == (f"person:{citizen.pk}", f"person:{citizen.pk}")


def test_known_and_unknown_number_are_answered_alike(citizen):
    pages = []
    for phone in (PHONE, "+6785550191"):
        page = ask(Client(), phone).text
        pages.append(page.replace(phone[-4:], "----"))
    plain = [re.sub(r'value="\w{64}"', "", page) for page in pages]
    assert plain[0] == plain[1]


def test_number_that_nobody_registered_is_told_so_only_to_who_holds_it(client, citizen):
    ask(client, "+6785550191")
    assert enter(client, "+6785550191").status_code == 302
    assert "此号码还没有登记" in client.get(CODE_PAGE).text
    assert who(client) is None


def test_wrong_code_is_said_and_nothing_is_lost(client, citizen):
    ask(client)
    response = enter(client, code="000000")
    assert response.status_code == 400
    assert "验证码不对或已失效" in response.text
    enter(client)
    assert who(client) == citizen.pk


def test_code_of_another_browser_needs_its_own_phone(client, citizen):
    """A code is tied to the number that was typed, not to the browser alone."""
    ask(client)
    other = Client()
    ask(other, "+6785550191")
    enter(other, code=code_at(PHONE))
    assert who(other) is None


@pytest.mark.parametrize("phone", ["", "123", "+1", "x" * 30, "+678 5550101\x00"])
def test_number_that_cannot_be_is_refused_beside_its_field(client, phone):
    response = client.post(CODE_PAGE, {"act": "send", "phone": phone})
    assert response.status_code == 400
    assert 'class="errorlist" id="id_phone_error"' in response.text
    assert not Wave.objects.exists()


def test_second_code_within_a_minute_is_refused_with_the_page_kept(client, citizen):
    ask(client)
    response = client.post(CODE_PAGE, {"act": "again"})
    assert response.status_code == 429
    assert "过于频繁" in response.text
    enter(client)
    assert who(client) == citizen.pk


def test_number_stands_in_no_address_and_not_in_the_session(client, citizen):
    ask(client)
    assert PHONE not in str(dict(client.session))
    assert "5550101" not in client.get(CODE_PAGE).text


def test_pages_are_kept_by_no_cache_and_framed_by_nobody(client):
    response = client.get(CODE_PAGE)
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_looking_makes_no_session(client):
    assert not client.get(f"{CODE_PAGE}?next=/me/trips/").cookies.get("sessionid")


def test_form_without_its_token_is_refused(citizen):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(CODE_PAGE, {"act": "send", "phone": PHONE}).status_code == 403


def test_key_of_the_session_changes_at_sign_in_and_what_was_planted_is_gone(client, citizen):
    session = client.session
    session["planted"] = True
    session.save()
    ask(client)
    before = client.session.session_key
    enter(client)
    assert client.session.session_key != before
    assert "planted" not in client.session


def test_cookie_is_closed_to_scripts_and_other_sites(client, citizen, settings):
    settings.SESSION_COOKIE_SECURE = True
    ask(client)
    enter(client)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)
    assert cookie["max-age"] == 1800


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/me/trips/", "/me/trips/"),
        ("https://evil.example/me/", "/me/"),
        ("//evil.example", "/me/"),
        ("/me/../admin/", "/me/"),
        ("/me/\\evil", "/me/"),
        ("/incidents/1/", "/me/"),
    ],
)
def test_sign_in_leads_only_to_citizens_pages(client, citizen, wanted, leads_to):
    ask(client, next=wanted)
    assert enter(client)["Location"] == f"{leads_to}?lang=zh-hans"


def test_two_people_on_one_phone_choose_who_they_are(client, citizen):
    wife = scene.settle("陈芳", phone=PHONE)
    stranger = scene.settle("孙远", phone="+6785550107")
    ask(client)
    enter(client)
    page = client.get(CODE_PAGE).text
    assert "王*" in page
    assert "陈*" in page
    assert "王小明" not in page
    refused = client.post(CODE_PAGE, {"act": "who", "person": stranger.pk})
    assert refused.status_code == 404
    assert who(client) is None
    client.post(CODE_PAGE, {"act": "who", "person": wife.pk})
    assert who(client) == wife.pk


def test_who_cannot_be_chosen_before_the_code(client, citizen):
    ask(client)
    client.post(CODE_PAGE, {"act": "who", "person": citizen.pk})
    assert who(client) is None


def test_number_that_others_wrote_down_needs_the_document_too(client):
    person = scene.settle("李娜", document_number="E12345678")
    add_contact_point(person=person, channel="sms", address=PHONE)
    ask(client)
    enter(client)
    assert who(client) is None
    refused = client.post(CODE_PAGE, {"act": "who", "person": person.pk, "proof": "0000"})
    assert "后四位不符" in refused.text
    client.post(CODE_PAGE, {"act": "who", "person": person.pk, "proof": "5678"})
    assert who(client) == person.pk
    assert ContactPoint.objects.get().verified_at is not None


def test_document_cannot_be_guessed_at(client):
    person = scene.settle("李娜", document_number="E12345678")
    add_contact_point(person=person, channel="sms", address=PHONE)
    ask(client)
    enter(client)
    statuses = [
        client.post(CODE_PAGE, {"act": "who", "person": person.pk, "proof": str(n)}).status_code
        for n in range(8)
    ]
    assert 429 in statuses
    client.post(CODE_PAGE, {"act": "who", "person": person.pk, "proof": "5678"})
    assert who(client) is None


def test_retired_number_and_who_left_sign_nobody_in(client, citizen):
    ContactPoint.objects.update(retired_at=clock.now())
    ask(client)
    enter(client)
    assert who(client) is None


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("pending", "暂时不通"),
        ("in_doubt", "暂时不通"),
        ("failed", "未能送出"),
        ("accepted", "已向尾号"),
    ],
)
def test_page_says_how_the_message_fares(client, citizen, state, words, monkeypatch):
    ask(client)
    Delivery.objects.update(state=state)
    real = clock.real_now
    monkeypatch.setattr(clock, "real_now", lambda: real() + timedelta(seconds=20))
    page = client.get(CODE_PAGE).text
    assert words in page
    assert "重新发送" in page


# -- The session ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed", "stays"),
    [(timedelta(minutes=29), True), (timedelta(minutes=31), False), (timedelta(hours=9), False)],
)
def test_session_ends_when_idle(client_of, citizen, rf, passed, stays, monkeypatch):
    browser = client_of(citizen)
    request = rf.get("/me/")
    request.session, request.user = browser.session, type("Nobody", (), {"is_authenticated": False})
    real = clock.real_now
    monkeypatch.setattr(clock, "real_now", lambda: real() + passed)
    assert (identity.citizen_of(request) == citizen) is stays


def test_session_ends_for_who_left_the_registry(client_of, citizen, rf):
    browser = client_of(citizen)
    leave_registry(person=citizen)
    request = rf.get("/me/")
    request.session, request.user = browser.session, type("Nobody", (), {"is_authenticated": False})
    assert identity.citizen_of(request) is None


def test_sign_out_ends_the_session(client_of, citizen):
    browser = client_of(citizen)
    browser.post("/me/sign-out/")
    assert who(browser) is None


def test_member_of_staff_who_logs_in_ends_the_citizen(client_of, citizen, officer):
    browser = client_of(citizen)
    browser.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert who(browser) is None


def test_citizen_who_signs_in_ends_the_member_of_staff(client, citizen, officer):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    ask(client)
    enter(client)
    assert who(client) == citizen.pk
    assert client.get("/").status_code == 302  # to log in
