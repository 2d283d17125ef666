"""Declaring by program: the same preview, and the same answer to the second of one event."""

import uuid

import pytest

from crisis.incidents.models import Incident
from registry.services import groups
from tests.support.scene import QUAKE_AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanted(post, people):
    return {
        "post": post.pk, "title": "维拉港地震", "hazard": "earthquake", "response_level": "red",
        "occurred_at": QUAKE_AT.isoformat(), "latitude": -17.6914, "longitude": 168.0842,
        "radius_m": 100_000, "template": "earthquake_tsunami",
        "variables": {"place": "维拉港", "place_en": "Port Vila", "magnitude": "7.3",
                      "event": "地震", "event_en": "earthquake"},
    }  # fmt: skip


@pytest.fixture
def call(client):
    def post(user, path, data):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client.post(f"/api/incidents/{path}", data, content_type="application/json")

    return post


def confirmed(wanted, **more):
    return wanted | {"declaration_key": str(uuid.uuid4()), "confirmed_count": 6} | more


def test_preview_says_who_where_how_long_and_who_is_out(call, officer, people, wanted):
    camp = groups.GroupDraft(kind="project", name="港口营地", country="VU", city="维拉港")
    led = groups.open_group(draft=camp, by=groups.citizen(people["wang"]))
    found = call(officer, "preview/", wanted).json()
    assert (found["total"], found["by_country"], found["elsewhere"]) == (6, {"VU": 6}, 0)
    assert found["by_group"] == [{"group_id": led.pk, "name": "港口营地", "people": 1}]
    assert found["ungrouped"] == 5
    assert [miss["person_id"] for miss in found["near"]] == [people["beyond"].pk]
    assert {pace["channel"]: pace["messages"] for pace in found["paces"]} == {"wechat": 4, "sms": 1}
    assert found["takes_s"] == max(pace["seconds"] for pace in found["paces"])
    chinese = next(t for t in found["texts"] if (t["channel"], t["language"]) == ("sms", "zh-hans"))
    assert (chinese["segments"], chinese["messages"]) == (2, 1)


def test_second_of_one_event_gets_the_number_of_the_first(call, officer, second_officer, wanted):
    first = call(officer, "", confirmed(wanted)).json()
    answer = call(second_officer, "", confirmed(wanted))
    assert answer.status_code == 409
    told = answer.json()
    assert (told["code"], told["incident"]) == ("already_declared", first["id"])
    assert told["declared_by"] == "officer"
    assert call(second_officer, "preview/", wanted).json()["same"][0]["id"] == first["id"]
    other = call(second_officer, "", confirmed(wanted, another_than=[first["id"]]))
    assert other.status_code == 201
    assert Incident.objects.count() == 2
