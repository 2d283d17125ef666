"""Finding people and groups through the API."""

import pytest
from django.urls import reverse

from config.kernel.models import AuditEntry
from registry.services.groups import GroupDraft, citizen, open_group

SEARCH = "registry-api:people-search"


def search(client, **fields):
    return client.post(reverse(SEARCH), fields, content_type="application/json")


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "王"},
        {"name": "wangxiao"},
        {"name": "Wang X"},
        {"name": "wxm"},
        {"phone": "+678 555 0101"},
        {"document": "e1234 5678"},
    ],
)
def test_person_is_found(as_user, officer, people, fields):
    answer = search(as_user(officer), **fields)
    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["found"]] == [people["wang"].pk]
    entry = AuditEntry.objects.get(act="person.searched")
    assert entry.detail["by"] == list(fields)
    assert next(iter(fields.values())) not in str(entry.detail)


def test_bad_search_is_a_problem_that_names_the_field(as_user, officer, people):
    assert search(as_user(officer)).status_code == 400
    answer = search(as_user(officer), phone="12")
    assert (answer.status_code, answer.json()["field"]) == (400, "phone")


def test_people_and_groups_elsewhere_are_not_there(as_user, outsider, auditor, people):
    draft = GroupDraft(kind="project", name="港口项目营地", country="VU")
    group = open_group(draft=draft, by=citizen(people["wang"]))
    client = as_user(outsider)
    assert search(client, name="王").json() == {"found": [], "more": False}
    assert client.get(reverse("registry-api:groups")).json()["results"] == []
    assert client.get(reverse("registry-api:group", args=[group.pk])).status_code == 404
    assert search(as_user(auditor), name="王").status_code == 403


def test_groups_are_listed_and_read_with_their_members(as_user, officer, people):
    draft = GroupDraft(kind="project", name="港口项目营地", country="VU")
    group = open_group(draft=draft, by=citizen(people["wang"]))
    client = as_user(officer)
    (row,) = client.get(reverse("registry-api:groups")).json()["results"]
    assert (row["name"], row["members"], row["liaisons"]) == ("港口项目营地", 1, 1)
    read = client.get(reverse("registry-api:group", args=[group.pk])).json()
    assert [(one["name"], one["part"]) for one in read["people"]] == [("王小明", "liaison")]
    assert AuditEntry.objects.filter(act="group.viewed").count() == 1
