"""Finding and seeing people."""

import pytest
from django.urls import reverse

from config.kernel.models import AuditEntry

SEARCH = "console:people"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"name": "王"}, "王小明"),
        ({"name": "xiaoming"}, "王小明"),
        ({"name": "wang xiao"}, "王小明"),
        ({"name": "wxm"}, "王小明"),
        ({"name": "zhaowu"}, "赵无声"),
        ({"phone": "+678 555 0101"}, "王小明"),
        ({"document": "e1234 5678"}, "王小明"),
    ],
)
def test_person_is_found_by_name_phone_or_document(as_user, officer, people, fields, found):
    text = as_user(officer).post(reverse(SEARCH), fields).text
    assert found in text
    assert "李娜" not in text


@pytest.mark.parametrize("fields", [{}, {"phone": "12"}])
def test_bad_search_says_why(as_user, officer, people, fields):
    response = as_user(officer).post(reverse(SEARCH), fields)
    assert response.status_code == 400
    assert "errorlist" in response.text


def test_people_of_other_countries_are_not_found(as_user, outsider, people):
    assert "王小明" not in as_user(outsider).post(reverse(SEARCH), {"name": "王"}).text
    url = reverse("console:person", args=[people["wang"].pk])
    assert as_user(outsider).get(url).status_code == 404


def test_search_is_audited_without_what_was_typed(as_user, officer, people):
    as_user(officer).post(reverse(SEARCH), {"document": "E12345678"})
    entry = AuditEntry.objects.get(act="person.searched")
    assert entry.detail == {"by": ["document"], "found": 1, "basis": "consent"}


def test_person_page_shows_facts_and_is_audited(as_user, officer, people):
    text = as_user(officer).get(reverse("console:person", args=[people["wang"].pk])).text
    for fact in ("WANG/XIAOMING", "E12345678", "+6785550101", "瓦努阿图"):
        assert fact in text
    assert AuditEntry.objects.filter(act="person.viewed").count() == 1


def test_auditors_see_no_person(as_user, auditor, people):
    url = reverse("console:person", args=[people["wang"].pk])
    assert as_user(auditor).get(url).status_code == 403
