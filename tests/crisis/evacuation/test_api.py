"""crisis/evacuation/api.py"""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from config.kernel.models import AuditEntry
from crisis.evacuation.models import Manifest
from crisis.evacuation.services import draft_manifest
from crisis.incidents.models import Incident
from registry.models import Person
from tests.support.evacuating import make_operation, make_transport

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_user() -> Callable[[Any], APIClient]:
    def log_in(user: Any) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return log_in


@pytest.fixture
def manifest(incident: Incident, planner: Any, stand: Callable[..., Person]) -> Manifest:
    stand("王小明", condition="needs_help", phone="+8613800138000")
    return draft_manifest(incident=incident, planner=planner)


@pytest.fixture
def foreign_manifest(foreign_incident: Incident, other_post: Any, make_user: Any) -> Manifest:
    return Manifest.objects.create(
        incident=foreign_incident,
        version=1,
        drafted_by=make_user("suva", "planner", other_post),
        drafted_at=foreign_incident.declared_at,
    )


def versions_url(incident: Incident) -> str:
    return f"/api/evacuation/incidents/{incident.pk}/manifests/"


def url(manifest: Manifest, act: str = "") -> str:
    return f"/api/evacuation/manifests/{manifest.pk}/{act}"


WORDS = {
    "format": "csv",
    "profile": "ministry",
    "purpose": "包机",
    "receiver": "领事保护中心",
}


def test_a_planner_drafts_seals_and_exports(
    incident: Incident, planner: Any, stand: Callable[..., Person], as_user: Any
) -> None:
    stand("王小明", condition="needs_help", phone="+8613800138000")
    client = as_user(planner)
    made = client.post(versions_url(incident))
    assert made.status_code == 201
    assert made.json() | {"id": 0, "drafted_at": ""} == {
        "id": 0,
        "incident": incident.pk,
        "version": 1,
        "state": "draft",
        "people": 1,
        "drafted_by": "planner",
        "drafted_at": "",
        "sealed_by": None,
        "sealed_at": None,
        "content_hash": "",
    }
    manifest = Manifest.objects.get()
    assert client.post(url(manifest, "seal/")).json()["state"] == "sealed"
    file = client.post(url(manifest, "export/"), WORDS, format="json")
    assert file.status_code == 200
    assert file["Content-Disposition"].startswith('attachment; filename="manifest-')
    assert file["Cache-Control"] == "no-store"
    assert "+8613800138000" in b"".join(file.streaming_content).decode()
    assert [m["version"] for m in client.get(versions_url(incident)).json()] == [1]


def test_rows_are_pages_and_each_look_is_on_record(
    manifest: Manifest, planner: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crisis.evacuation import api

    monkeypatch.setattr(api, "ROWS_A_PAGE", 1)
    page = as_user(planner).get(url(manifest, "rows/")).json()
    [row] = page["rows"]
    assert (row["row"]["name"], row["words"]["priority"], page["next_after"]) == (
        "王小明",
        "需要协助",
        1,
    )
    assert as_user(planner).get(url(manifest, "rows/?after=1")).json()["rows"] == []
    seen = AuditEntry.objects.filter(act="manifest.viewed").values_list("detail", flat=True)
    basis = "statutory+vital_interest"
    assert list(seen) == [
        {"after": 0, "people": 1, "basis": basis},
        {"after": 1, "people": 0, "basis": basis},
    ]


def test_a_difference_reads_in_words(manifest: Manifest, planner: Any, as_user: Any) -> None:
    Person.objects.update(passport_name="WANG/XIAOMING")
    second = draft_manifest(incident=manifest.incident, planner=planner)
    change = as_user(planner).get(url(second, "difference/?since=1")).json()
    assert (change["old"], change["new"], change["added"], change["removed"]) == (1, 2, [], [])
    assert change["lines"] == ["~ 王小明 WANG/XIAOMING：证件拼写 无 → WANG/XIAOMING"]
    assert as_user(planner).get(url(second, "difference/?since=9")).status_code == 404


def test_a_refusal_is_problem_json(manifest: Manifest, planner: Any, as_user: Any) -> None:
    client = as_user(planner)
    client.post(url(manifest, "seal/"))
    again = client.post(url(manifest, "seal/"))
    assert (again.status_code, again.json()["code"]) == (409, "already_sealed")
    assert again["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("missing", ["format", "profile", "purpose", "receiver"])
def test_an_export_names_format_purpose_and_receiver(
    manifest: Manifest, planner: Any, as_user: Any, missing: str
) -> None:
    words = {name: word for name, word in WORDS.items() if name != missing}
    answer = as_user(planner).post(url(manifest, "export/"), words, format="json")
    assert answer.status_code == 400
    assert missing in answer.json()["errors"]


def ask(client: APIClient, method: str, address: str) -> Any:
    return client.get(address) if method == "get" else client.post(address, WORDS, format="json")


ROLES = [
    ("get", "", {"officer", "duty_head", "planner", "auditor"}),
    ("get", "rows/", {"duty_head", "planner"}),
    ("get", "difference/?since=1", {"duty_head", "planner"}),
    ("post", "seal/", {"duty_head", "planner"}),
    ("post", "export/", {"duty_head", "planner"}),
]


@pytest.mark.parametrize(("method", "act", "allowed"), ROLES)
def test_only_these_roles_may(
    manifest: Manifest,
    make_user: Any,
    post: Any,
    as_user: Any,
    method: str,
    act: str,
    allowed: set[str],
) -> None:
    for role in ("officer", "duty_head", "planner", "liaison", "auditor", "administrator"):
        client = as_user(make_user(f"a-{role}", role, post))
        answer = ask(client, method, url(manifest, act))
        assert (answer.status_code == 403) == (role not in allowed), role


@pytest.mark.parametrize(("method", "act", "allowed"), ROLES)
def test_another_posts_manifest_is_not_there(
    foreign_manifest: Manifest, planner: Any, as_user: Any, method: str, act: str, allowed: set[str]
) -> None:
    answer = ask(as_user(planner), method, url(foreign_manifest, act))
    assert answer.status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_posts_incident_is_not_there(
    foreign_incident: Incident, planner: Any, as_user: Any, method: str
) -> None:
    assert getattr(as_user(planner), method)(versions_url(foreign_incident)).status_code == 404


def test_an_auditor_sees_every_posts_versions(
    foreign_manifest: Manifest, auditor: Any, as_user: Any
) -> None:
    assert as_user(auditor).get(url(foreign_manifest)).status_code == 200


# -- Releases ------------------------------------------------------------------------------

ASKED = {
    "profile": "airline",
    "receiver": "Air Vanuatu",
    "country": "VU",
    "basis": "vital",
    "grounds": "今晚包机",
}


def releases_url(incident: Incident) -> str:
    return f"/api/evacuation/incidents/{incident.pk}/releases/"


def test_a_release_is_asked_for_decided_used_and_taken_back(
    manifest: Manifest, planner: Any, officer: Any, as_user: Any
) -> None:
    client = as_user(planner)
    client.post(url(manifest, "seal/"))
    asked = client.post(releases_url(manifest.incident), ASKED, format="json")
    assert (asked.status_code, asked.json()["state"], asked.json()["people"]) == (201, "waiting", 1)
    release = asked.json()["id"]
    words = WORDS | {"profile": "airline", "country": "VU"}
    refused = client.post(url(manifest, "export/"), words, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "release_needed")
    decide = f"/api/evacuation/releases/{release}/decide/"
    decided = as_user(officer).post(decide, {"agree": True}, format="json")
    assert (decided.json()["state"], decided.json()["decided_by"]) == ("released", "officer")
    file = client.post(url(manifest, "export/"), words | {"release": release}, format="json")
    assert file.status_code == 200
    taken = as_user(officer).post(f"/api/evacuation/releases/{release}/revoke/")
    assert taken.json()["state"] == "revoked"
    assert [one["id"] for one in client.get(releases_url(manifest.incident)).json()] == [release]


def test_a_release_that_one_decided_is_reviewed(
    manifest: Manifest, duty_head: Any, officer: Any, as_user: Any
) -> None:
    client = as_user(duty_head)
    release = client.post(releases_url(manifest.incident), ASKED, format="json").json()["id"]
    client.post(f"/api/evacuation/releases/{release}/decide/", {"agree": True}, format="json")
    review = f"/api/evacuation/releases/{release}/review/"
    assert client.post(review).json()["code"] == "not_to_review"
    assert as_user(officer).post(review).json()["reviewed_by"] == "officer"


def test_another_posts_transport_or_release_is_not_there(
    manifest: Manifest, foreign_incident: Incident, outsider: Any, planner: Any, as_user: Any
) -> None:
    flight = make_transport(make_operation(foreign_incident, outsider))
    for other in ({"transport": flight.pk}, {"release": 99}):
        answer = as_user(planner).post(url(manifest, "export/"), WORDS | other, format="json")
        assert answer.status_code == 404
    asked = ASKED | {"transport": flight.pk}
    answer = as_user(planner).post(releases_url(manifest.incident), asked, format="json")
    assert answer.status_code == 404
