"""The admin site: open to administrators alone, without personal data, mostly for looking."""

import pytest
from django.contrib import admin
from django.urls import reverse

from config.kernel.fields import EncryptedTextField
from config.kernel.models import AuditEntry
from config.kernel.readonly import ReadOnlyAdmin
from crisis.staff.models import DutyTurn, Neighbour, User
from registry.models import Person, Post

OURS = [
    m
    for m in admin.site._registry
    if m.__module__.startswith(("config", "crisis", "registry", "notifications"))
]


def list_url(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("role", ["officer", "duty_head", "planner", "liaison", "auditor"])
def test_others_may_not_enter(request, as_user, role):
    response = as_user(request.getfixturevalue(role)).get(reverse("admin:index"), follow=True)
    assert response.status_code == 403


def test_anonymous_users_log_in_where_everybody_does(client, db):
    response = client.get(reverse("admin:index"), follow=True)
    assert response.request["PATH_INFO"] == reverse("console:login")


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_every_list_opens_and_shows_no_name(as_user, administrator, incident, model):
    response = as_user(administrator).get(list_url(model))
    assert response.status_code == 200
    assert "演练 DRILL" in response.text
    assert "王小明" not in response.text


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_encrypted_fields_are_never_shown(model):
    shown = admin.site._registry[model]
    sealed = {f.name for f in model._meta.fields if isinstance(f, EncryptedTextField)}
    assert not sealed & set(shown.list_display)
    # Whoever keeps the roster types the number that is to be called.
    assert not sealed or model is DutyTurn or sealed <= set(shown.personal)


def test_only_posts_accounts_duty_roster_and_neighbours_are_changed_here():
    writable = {m for m in OURS if not isinstance(admin.site._registry[m], ReadOnlyAdmin)}
    assert writable == {Post, User, DutyTurn, Neighbour}


def test_person_shows_no_personal_data_and_cannot_be_changed(as_user, administrator, people):
    url = reverse("admin:registry_person_change", args=[people["wang"].pk])
    client = as_user(administrator)
    text = client.get(url).text
    assert "王小明" not in text
    assert "E12345678" not in text
    assert client.post(url, {"name": "x"}).status_code == 403
    assert Person.objects.get(pk=people["wang"].pk).name == "王小明"


def test_change_of_an_account_is_on_record(as_user, administrator, officer, post):
    url = reverse("admin:staff_user_change", args=[officer.pk])
    fields = {"username": "officer", "role": "planner", "posts": [post.pk], "is_active": "on"}
    assert as_user(administrator).post(url, fields).status_code == 302
    officer.refresh_from_db()
    assert officer.role == "planner"
    assert AuditEntry.objects.get(act="user.changed").detail["role"] == "planner"


def test_change_of_a_post_is_on_record(as_user, administrator, post):
    jurisdiction = post.jurisdictions.get()
    form = {
        "code": post.code,
        "name_zh": post.name_zh,
        "name_en": post.name_en,
        "signature_zh": "驻瓦使馆",
        "signature_en": post.signature_en,
        "duty_phone": post.duty_phone,
        "time_zone": post.time_zone,
        "jurisdictions-TOTAL_FORMS": "2",
        "jurisdictions-INITIAL_FORMS": "1",
        "jurisdictions-0-id": jurisdiction.pk,
        "jurisdictions-0-post": post.pk,
        "jurisdictions-0-country": "VU",
        "jurisdictions-1-post": post.pk,
        "jurisdictions-1-country": "FJ",
    }
    url = reverse("admin:registry_post_change", args=[post.pk])
    assert as_user(administrator).post(url, form).status_code == 302
    entry = AuditEntry.objects.get(act="post.changed")
    assert entry.actor == administrator.username
    assert entry.detail["countries"] == ["FJ", "VU"]
    assert entry.detail["changed"] == ["signature_zh"]


@pytest.mark.parametrize(
    ("by", "text"),
    [("name", "王小明"), ("name", "wxm"), ("phone", "+6785550101"), ("document", "E12345678")],
)
def test_administrator_finds_that_somebody_is_registered_and_nothing_more(
    as_user, administrator, people, by, text
):
    client = as_user(administrator)
    answer = client.post("/admin/registry/person/search/", {"by": by, "text": text})
    assert f"#{people['wang'].pk}<" in answer.text
    for fact in ("王小明", "WANG", "E12345678", "5550101", "wxm"):
        assert fact not in answer.text
    entry = AuditEntry.objects.get(act="person.searched")
    assert entry.detail["by"] == [by]
    assert text not in str(entry.detail)


def test_admin_search_without_words_finds_nobody(as_user, administrator, people, officer):
    client = as_user(administrator)
    for data in ({}, {"by": "name", "text": " "}, {"by": "x", "text": "王"}):
        assert "#1<" not in client.post("/admin/registry/person/search/", data).text
    assert as_user(officer).get("/admin/registry/person/search/").status_code == 302
