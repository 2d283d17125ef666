"""Every page opens for those who may see it, and is not there for others."""

import pytest
from django.urls import reverse

PLAIN_PAGES = {
    "console:home": ("officer", "duty_head", "planner", "liaison", "auditor", "administrator"),
    "console:declare": ("officer", "duty_head"),
    "console:people": ("officer", "duty_head", "planner"),
    "console:triage": ("officer", "duty_head"),
    "console:advisories": ("officer", "duty_head", "planner", "liaison", "auditor"),
    "console:audit": ("auditor", "administrator"),
}
EVERYBODY = ("officer", "duty_head", "planner", "liaison", "auditor", "administrator")


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("name", PLAIN_PAGES)
def test_page_opens_for_its_roles_only(name, role, request, as_user):
    client = as_user(request.getfixturevalue(role))
    expected = 200 if role in PLAIN_PAGES[name] else 403
    if name == "console:advisories" and role == "administrator":
        expected = 200
    assert client.get(reverse(name)).status_code == expected


def test_anonymous_users_are_sent_to_log_in(client, db):
    response = client.get(reverse("console:home"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("console:login"))


def test_wrong_password_says_so_and_keeps_the_name(client, officer):
    response = client.post(reverse("console:login"), {"username": "officer", "password": "no"})
    assert "用户名或密码不正确" in response.text
    assert 'value="officer"' in response.text


def test_pages_carry_the_mode_in_words(client, db, settings):
    assert "演练 DRILL" in client.get(reverse("console:login")).text
    settings.MODE = "live"
    text = client.get(reverse("console:login")).text
    assert "实战 LIVE" in text
    assert "演练" not in text


def test_pages_allow_nothing_inline(client, db):
    response = client.get(reverse("console:login"))
    assert "script-src 'self';" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "<script>" not in response.text
    assert "style=" not in response.text


def test_language_is_switched_by_post(client, db):
    response = client.post(
        reverse("console:language"), {"language": "en", "next": reverse("console:login")}
    )
    assert response.status_code == 302
    assert "Log in" in client.get(reverse("console:login")).text
    assert client.get(reverse("console:language")).status_code == 302


def test_home_lists_the_open_incident_with_its_counts(as_user, officer, incident):
    text = as_user(officer).get(reverse("console:home")).text
    assert "维拉港地震" in text
    assert '<b data-count="head.inside">6</b>' in text


def test_home_of_another_post_does_not_know_the_incident(as_user, outsider, incident):
    assert "维拉港地震" not in as_user(outsider).get(reverse("console:home")).text


@pytest.mark.parametrize(
    "name", ["console:incident", "console:incident-live", "console:wave-retract"]
)
def test_incident_of_another_post_is_not_there(as_user, outsider, incident, name):
    args = [incident.pk, 1] if name == "console:wave-retract" else [incident.pk]
    assert as_user(outsider).get(reverse(name, args=args)).status_code == 404


def test_unknown_page_is_a_page_of_ours(as_user, officer):
    response = as_user(officer).get("/nothing/")
    assert response.status_code == 404
    assert "没有这一页" in response.text


def test_ten_wrong_passwords_lock_the_name_for_a_while(client, officer, password):
    for _ in range(10):
        client.post(reverse("console:login"), {"username": "officer", "password": "wrong"})
    response = client.post(reverse("console:login"), {"username": "officer", "password": password})
    assert response.status_code == 429
    assert "15 分钟" in response.text


def test_disabled_user_is_out_within_one_request(as_user, officer):
    client = as_user(officer)
    officer.is_active = False
    officer.save()
    assert client.get(reverse("console:home")).status_code == 302
