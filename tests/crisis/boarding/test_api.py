"""Gates for programs."""

import pytest

from crisis.boarding.models import GatePack, WalkIn
from crisis.boarding.services import NewWalkIn, open_pack, revoke_pack, take_scans
from tests.support.gates import movement, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(gate, client):
    client.force_login(gate.planner, backend="django.contrib.auth.backends.ModelBackend")

    def call(path, body=None, status=200):
        send = client.get if body is None else client.post
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        response = send(f"/api/boarding/{path}", **more)
        assert response.status_code == status, response.content
        return response.json()

    return call


def test_pack_is_issued_listed_and_taken_back(gate, api):
    path = f"transports/{gate.flight.pk}/packs/"
    issued = api(path, {"manifest": gate.manifest.pk, "gate": "B"}, 201)
    assert open_pack(token=issued["token"], word=issued["word"]).gate == "B"
    first, second = api(path)
    assert {first["gate"], second["gate"]} == {"A", "B"}
    assert "token" not in first
    assert "word" not in first
    pk = issued["pack"]["id"]
    assert api(f"packs/{pk}/revoke/", {})["revoked_at"]
    assert api(f"packs/{pk}/revoke/", {}, 409)["code"] == "already_revoked"


def test_manifest_of_another_incident_is_not_found(gate, api):
    api(f"transports/{gate.flight.pk}/packs/", {"manifest": 987654321, "gate": "B"}, 404)
    assert GatePack.objects.count() == 1


def test_desk_records_and_reads_where_people_stand(gate, api):
    at = "2024-12-17T02:00:00Z"
    told = {
        "scans": [
            {"key": "desk-0001", "kind": "boarded", "at": at, "person_ref": gate.wang.pk},
            {"key": "desk-0002", "kind": "boarded", "at": at, "person_ref": gate.outside.pk},
            {
                "key": "desk-0003", "kind": "refused", "at": at, "reason": "no_papers",
                "walk_in": {"key": "stranger-1", "name": "孙不速"},
            },
        ]
    }  # fmt: skip
    path = f"transports/{gate.flight.pk}/scans/"
    taken = api(path, told)
    assert taken["written"] == ["desk-0001", "desk-0003"]
    assert taken["refused"] == {"desk-0002": "not_listed"}
    assert api(path, told)["known"] == ["desk-0001", "desk-0003"]
    found = api(f"transports/{gate.flight.pk}/passages/")
    states = {(one["person_ref"], one["state"]) for one in found["passages"]}
    assert states == {(gate.wang.pk, "boarded"), (None, "refused")}
    assert api(path, {"scans": [{"key": "desk-0004", "kind": "flown", "at": at}]}, 400)


def test_walk_in_is_listed_with_candidates_and_matched(gate, api):
    who = NewWalkIn(key="walk-in-1", name="赵外", document="E32345678")
    take_scans(pack=gate.pack, scans=[scan(walk_in=who)])
    [told] = api(f"incidents/{gate.incident.pk}/walk-ins/")
    assert told["candidates"] == [{"person_ref": gate.outside.pk, "grounds": ["document", "name"]}]
    path = f"walk-ins/{WalkIn.objects.get().pk}/match/"
    assert api(path, {"person_ref": gate.outside.pk})["matched_by"] == "planner"
    assert movement(gate.outside) == "evacuating"
    assert api(path, {"person_ref": None})["person_ref"] is None
    assert movement(gate.outside) == "in_area"


def test_held_scans_are_accepted(gate, api):
    revoke_pack(pack=gate.pack, planner=gate.planner)
    take_scans(pack=gate.pack, scans=[scan(gate.wang)])
    [pack] = api(f"transports/{gate.flight.pk}/packs/")
    assert (pack["scans"], pack["held"]) == (1, 1)
    assert api(f"packs/{gate.pack.pk}/accept/", {}) == {"accepted": 1}
    assert movement(gate.wang) == "evacuating"
