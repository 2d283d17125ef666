"""Evacuations for programs."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from config.kernel import clock
from crisis.transports.models import Corridor, Place, SelfEvacuation, Transport
from tests.support.evacuating import stand

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Any:
    """`api(user)`: a program that acts for this user."""

    def client(user: Any) -> APIClient:
        found = APIClient()
        found.force_authenticate(user)
        return found

    return client


def test_operation_is_opened_ended_and_reopened(incident: Any, planner: Any, api: Any) -> None:
    client, room = api(planner), f"/api/operations/{incident.pk}/"
    assert client.get(room).status_code == 404
    opened = client.post(room, {"name": "维拉港撤离"}, format="json")
    assert (opened.status_code, opened.json()["opened_by"]) == (201, "planner")
    twice = client.post(room, {"name": "又一个"}, format="json")
    assert (twice.status_code, twice.json()["code"]) == (409, "operation_exists")
    assert client.post(f"{room}end/").json()["state"] == "ended"
    assert client.delete(f"{room}end/").json()["state"] == "open"


def test_place_and_transport_are_written_and_changed(
    operation: Any, planner: Any, officer: Any, api: Any, other_post: Any
) -> None:
    client, room = api(planner), f"/api/operations/{operation.incident_id}/"
    place = {
        "kind": "haven", "name_zh": "楠迪", "country": "FJ", "latitude": -17.76,
        "longitude": 177.44, "disclosure": "passengers", "contact": "小张", "post": "SUV",
    }  # fmt: skip
    made = client.post(f"{room}places/", place, format="json").json()
    assert (made["time_zone"], made["post"]) == ("Pacific/Fiji", "SUV")
    assert "contact" not in made
    client.put(f"{room}places/{made['id']}/", place | {"contact": ""}, format="json")
    assert Place.objects.get(pk=made["id"]).contact == "小张"
    origin = Place.objects.get(code="VLI").pk
    flight = {
        "kind": "flight", "number": "MU1", "origin": origin, "destination": made["id"],
        "departs_at": (clock.now() + timedelta(hours=3)).isoformat(),
        "arrives_at": (clock.now() + timedelta(hours=5)).isoformat(), "seats": 100,
    }  # fmt: skip
    nowhere = client.post(f"{room}transports/", flight | {"origin": 987654}, format="json")
    assert (nowhere.status_code, nowhere.json()["field"]) == (400, "origin")
    made = client.post(f"{room}transports/", flight, format="json").json()
    address = f"{room}transports/{made['id']}/"
    assert client.put(address, flight | {"seats": 90}, format="json").json()["seats"] == 90
    status = client.post(f"{address}status/", {"status": "confirmed"}, format="json")
    assert status.json()["status"] == "confirmed"
    assert Transport.objects.get().status == "confirmed"
    chained = client.post(f"{room}journeys/", {"transports": [made["id"]]}, format="json")
    (journey,) = api(officer).get(f"{room}journeys/").json()
    assert (chained.status_code, journey) == (201, chained.json())
    in_use = client.delete(f"{room}places/{origin}/")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "place_in_use")
    assert [row["number"] for row in api(officer).get(f"{room}transports/").json()] == ["MU1"]
    assert api(officer).post(f"{room}transports/", flight, format="json").status_code == 403


def test_corridor_and_party_go_to_the_post_that_waits(
    operation: Any, planner: Any, officer: Any, outsider: Any, api: Any
) -> None:
    room = f"/api/operations/{operation.incident_id}/"
    corridor = {
        "name": "渡轮", "from_country": "VU", "to_country": "FJ", "latitude": -15.5,
        "longitude": 167.2, "hours": "每日", "visa_rule": "免签", "near_post": "VLI",
        "far_post": "SUV", "status": "unknown", "disclosure": "public",
    }  # fmt: skip
    made = api(planner).post(f"{room}corridors/", corridor, format="json").json()
    check = f"{room}corridors/{made['id']}/check/"
    assert api(officer).post(check, {"status": "open"}, format="json").json()["status"] == "open"
    assert Corridor.objects.get().checked_by == officer
    wang = stand(operation.incident, "王小明")
    party = {
        "key": "1", "expected_at": (clock.now() + timedelta(hours=3)).isoformat(),
        "corridor": made["id"], "person_refs": [wang.pk], "names": ["李同行"],
    }  # fmt: skip
    filed = api(officer).post(f"{room}leavers/", party, format="json")
    assert (filed.status_code, filed.json()["post"]) == (201, "SUV")
    assert api(officer).get(f"{room}leavers/").json()[0]["people"][0]["person_ref"] == wang.pk
    (due,) = api(outsider).get("/api/operations/expected/").json()
    assert [person["name"] for person in due["people"]] == ["王小明", "李同行"]
    crossed = {"at": clock.now().isoformat()}
    done = api(outsider).post(
        f"/api/operations/expected/{due['id']}/crossed/", crossed, format="json"
    )
    assert done.json()["state"] == "arrived"
    back = api(officer).delete(f"{room}leavers/{due['id']}/crossed/")
    assert back.json()["state"] == "filed"
    assert SelfEvacuation.objects.get().arrived_at is None
    assert api(planner).delete(f"{room}corridors/{made['id']}/").status_code == 204
