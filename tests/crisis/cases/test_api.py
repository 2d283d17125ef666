"""Cases for programs: the same rules, problem JSON, and nothing outside the jurisdiction."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from config.kernel.models import AuditEntry
from crisis.cases.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def api_of() -> Callable[[Any], APIClient]:
    def log_in(user: Any) -> APIClient:
        client = APIClient()
        client.default_format = "json"
        client.force_authenticate(user)
        return client

    return log_in


def test_case_is_opened_once_worked_and_closed(
    held_clock: Any, officer: Any, api_of: Callable[[Any], APIClient]
) -> None:
    api = api_of(officer)
    given = {"key": "a", "person_name": "张求助", "event": "被困"}
    first, again = (api.post("/api/cases/", given) for _ in range(2))
    assert first.status_code == again.status_code == 201
    case = Case.objects.get()
    assert first.data["number"] == again.data["number"] == case.number
    assert first.data["due_at"].startswith("2024-12-17T02:15")
    at = f"/api/cases/{case.pk}/"
    refused = api.post(f"{at}grade/", {"grade": "orange", "reason": " "})
    assert refused.status_code == 400
    assert api.post(f"{at}grade/", {"grade": "orange", "reason": "轻伤"}).status_code == 200
    assert api.post(f"{at}take/").data["assigned_to"] == "officer"
    closing = {"outcome": "helped", "note": "已送医"}
    early = api.post(f"{at}close/", closing)
    assert (early.status_code, early.data["code"]) == (409, "no_contact")
    assert api.post(f"{at}pause/", {"reason": "停电"}).data["due_at"] is None
    assert api.post(f"{at}resume/").status_code == 200
    assert api.post(f"{at}tried/").status_code == api.post(f"{at}contact/").status_code == 200
    assert api.post(f"{at}note/", {"note": "家属已知"}).status_code == 200
    assert api.get("/api/cases/counts/").data == {
        "live": 1, "overdue": 0, "red": 0, "waiting": 0, "paused": 0
    }  # fmt: skip
    assert api.post(f"{at}close/", closing).data["outcome"] == "helped"
    whole = api.get(at)
    assert whole.data["events"][-1]["kind"] == "closed"
    assert AuditEntry.objects.filter(act="case.viewed").count() == 1
    assert api.get("/api/cases/").data["results"] == []
    listed = api.get("/api/cases/?live=false").data["results"]
    assert [row["number"] for row in listed] == [case.number]
    assert "person_name" not in listed[0]
    assert api.post(f"{at}reopen/", {"reason": "又来电"}).data["state"] == "open"


def test_strangers_find_nothing(
    call: Callable[..., Case], outsider: Any, planner: Any, api_of: Callable[[Any], APIClient]
) -> None:
    case = call()
    api = api_of(outsider)
    assert api.get("/api/cases/").data["results"] == []
    assert api.get(f"/api/cases/{case.pk}/").status_code == 404
    assert api.post(f"/api/cases/{case.pk}/take/").status_code == 404
    assert api.post("/api/cases/", {"key": "a", "post": "VLI"}).status_code == 404
    assert api_of(planner).get(f"/api/cases/{case.pk}/").status_code == 200
    assert api_of(planner).post(f"/api/cases/{case.pk}/take/").status_code == 403
