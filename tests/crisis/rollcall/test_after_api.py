"""What follows a declaration, for programs."""

import uuid

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
SOUTH = {"latitude": -18.9, "longitude": 168.1, "radius_m": 20_000}


@pytest.fixture
def call(incident):
    def ask(user, path, data=None, *, status=200):
        client = APIClient()
        client.force_authenticate(user)
        address = f"/api/incidents/{incident.pk}/{path}"
        answer = client.get(address) if data is None else client.post(address, data, format="json")
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    return ask


def test_area_is_moved(call, officer, incident, outsider):
    shown = call(officer, "reshapings/preview/", SOUTH)
    assert (shown["released"], shown["added"], shown["affected"]) == (6, 1, 7)
    assert (shown["released_answered"], shown["released_needs_help"]) == (0, 0)
    body = SOUTH | {"reshaping_key": str(uuid.uuid4()), "confirmed_count": 6}
    assert call(officer, "reshapings/", body, status=409)["code"] == "count_changed"
    done = call(officer, "reshapings/", body | {"confirmed_count": 7}, status=201)
    assert (done["released"], done["waits"] if "waits" in done else done["discarded_at"]) == (
        6,
        None,
    )
    assert [row["id"] for row in call(officer, "reshapings/")] == [done["id"]]
    call(outsider, "reshapings/", status=404)


def test_second_officer_and_throwing_away(call, officer, second_officer, settings):
    settings.TWO_PERSON_THRESHOLD = 5
    ids = []
    for _ in range(2):
        body = SOUTH | {"reshaping_key": str(uuid.uuid4()), "confirmed_count": 7}
        ids.append(call(officer, "reshapings/", body, status=201)["id"])
    [first, second] = ids
    seen = call(officer, "reshapings/")[0]["content_hash"]
    approve = {"content_hash": seen, "confirmed_count": 7}
    assert call(officer, f"reshapings/{first}/approve/", approve, status=403)
    call(officer, f"reshapings/{second}/discard/", {}, status=204)
    done = call(second_officer, f"reshapings/{first}/approve/", approve)
    assert done["approved_by"] == "second_officer"


def test_outage(call, officer, auditor):
    outage = call(officer, "outages/", {}, status=201)
    assert (outage["people"], outage["ended_at"]) == (6, None)
    assert call(officer, "outages/", {}, status=409)["code"] == "already_flagged"
    call(auditor, f"outages/{outage['id']}/end/", {}, status=403)
    assert call(officer, f"outages/{outage['id']}/end/", {})["ended_by"] == "officer"
    assert len(call(auditor, "outages/")) == 1


def test_standing_down(call, officer, second_officer, incident):
    assert call(officer, "stand-down/", {}, status=400)["code"] == "name_officer"
    closed = call(officer, "stand-down/", {"successor": "second_officer"})
    assert closed["state"] == "stood_down"
    [handover] = call(officer, "handovers/")
    assert (handover["officer"], handover["counts"]["all"]) == ("second_officer", 6)
    assert len(call(officer, "unresolved/?what=silent")["results"]) == 6
    accept = f"handovers/{handover['id']}/accept/"
    assert call(officer, accept, {}, status=403)["code"] == "not_yours"
    assert call(second_officer, accept, {})["accepted_at"]
    call(second_officer, "handovers/", {"successor": "officer"}, status=201)
    assert call(officer, "reopen/", {})["state"] == "declared"


def test_series(call, officer, incident):
    [alone] = call(officer, "series/")
    assert (alone["id"], alone["magnitude"], alone["follows"]) == (incident.pk, 7.3, None)
    refused = call(officer, "series/", {"follows": incident.pk}, status=400)
    assert refused["code"] == "bad_mainshock"
