"""crisis/advisories/api.py"""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from config.kernel import clock
from crisis.advisories.models import Advisory
from crisis.advisories.services import NewAdvisory, issue_advisory

pytestmark = pytest.mark.django_db
URL = "/api/advisories/"


def as_user(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def body(held_clock: object) -> dict[str, Any]:
    return {
        "country": "VU",
        "level": 3,
        "reason": "维拉港强震，余震不断。",
        "expires_at": "2025-01-17T00:00:00Z",
    }


@pytest.fixture
def advisory(officer: Any, held_clock: object) -> Advisory:
    wanted = NewAdvisory("VU", 2, "余震", expires_at=clock.now() + timedelta(days=9))
    return issue_advisory(advisory=wanted, officer=officer)


def test_an_officer_issues(officer: Any, body: dict[str, Any]) -> None:
    answer = as_user(officer).post(URL, body, format="json")
    assert answer.status_code == 201
    assert answer.json() | {"id": 0} == {
        "id": 0,
        "country": "VU",
        "country_name": "瓦努阿图",
        "region": "",
        "level": 3,
        "level_name": "暂勿前往",
        "reason": "维拉港强震，余震不断。",
        "starts_at": "2024-12-17T02:00:00Z",
        "expires_at": "2025-01-17T00:00:00Z",
        "issued_by": "officer",
        "issued_at": "2024-12-17T02:00:00Z",
        "withdrawn_at": None,
    }


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"country": "XX"}, 400, "unknown_country"),
        ({"country": "FJ"}, 403, "outside_jurisdiction"),
        ({"level": 7}, 400, "invalid"),
        ({"expires_at": "soon"}, 400, "invalid"),
        ({"expires_at": "2024-12-16T00:00:00Z"}, 400, "expires_before_start"),
    ],
)
def test_a_refusal_is_problem_json(
    officer: Any, body: dict[str, Any], change: dict[str, Any], status: int, code: str
) -> None:
    answer = as_user(officer).post(URL, body | change, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("role", ["planner", "liaison", "auditor", "administrator"])
def test_other_roles_read_and_do_not_issue(
    make_user: Any, post: Any, body: dict[str, Any], role: str
) -> None:
    client = as_user(make_user("someone", role, post))
    assert client.post(URL, body, format="json").status_code == 403
    assert client.get(f"{URL}in-force/").status_code == 200
    assert client.get(f"{URL}?country=VU").status_code == 200


@pytest.mark.parametrize("path", ["", "in-force/"])
def test_strangers_read_nothing_here(path: str) -> None:
    assert APIClient().get(URL + path).status_code == 403


def test_in_force_answers_for_any_moment(officer: Any, advisory: Advisory) -> None:
    client = as_user(officer)
    now, before = (
        client.get(f"{URL}in-force/", query) for query in ({}, {"at": "2024-12-01T00:00Z"})
    )
    assert [one["id"] for one in now.json()] == [advisory.pk]
    assert before.json() == []
    assert client.get(f"{URL}in-force/", {"at": "yesterday"}).status_code == 400


def test_history_is_paged_and_needs_a_country(
    officer: Any, body: dict[str, Any], advisory: Advisory
) -> None:
    client = as_user(officer)
    client.post(URL, body, format="json")
    page = client.get(URL, {"country": "vu"}).json()
    assert [one["level"] for one in page["results"]] == [3, 2]
    assert page["next"] is None
    assert client.get(URL).status_code == 400


def test_withdrawing(officer: Any, advisory: Advisory) -> None:
    client, path = as_user(officer), f"{URL}{advisory.pk}/withdraw/"
    assert client.post(path).json()["withdrawn_at"] == "2024-12-17T02:00:00Z"
    again = client.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "already_withdrawn")


def test_another_posts_advisory_is_not_there_to_withdraw(outsider: Any, advisory: Advisory) -> None:
    assert as_user(outsider).post(f"{URL}{advisory.pk}/withdraw/").status_code == 404
