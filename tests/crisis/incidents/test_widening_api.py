"""Widening for programs."""

import uuid

import pytest
from django.test import Client

from crisis.incidents.services import expand_incident

pytestmark = pytest.mark.django_db
SOUTH = {"latitude": -18.4, "longitude": 168.2, "radius_m": 100_000}


@pytest.fixture
def base(submit):
    declared = submit()
    expand_incident(declared.pk)
    return f"/api/incidents/{declared.pk}/widenings/"


def client_of(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(user, path, body=None):
    return client_of(user).post(path, body or {}, content_type="application/json")


def ask(count=1):
    return SOUTH | {"widening_key": str(uuid.uuid4()), "confirmed_count": count}


def test_preview_then_widen(base, officer):
    shown = post(officer, base + "preview/", SOUTH).json()
    assert (shown["total"], shown["known"]) == (1, 6)
    assert client_of(officer).get(base).json() == []
    made = post(officer, base, ask())
    assert made.status_code == 201
    assert made.json()["people"] == 1
    [listed] = client_of(officer).get(base).json()
    assert listed["widened_at"] is not None


def test_refusals_name_what_is_wrong(base, officer, outsider):
    assert post(officer, base, ask(3)).json()["code"] == "count_changed"
    half = post(officer, base + "preview/", {"latitude": 1})
    assert half.json()["code"] == "half_circle"
    assert post(outsider, base, ask()).status_code == 404


def test_second_officer(base, officer, second_officer, settings):
    settings.TWO_PERSON_THRESHOLD = 6
    first = post(officer, base, ask()).json()
    assert first["widened_at"] is None
    assert post(officer, f"{base}{first['id']}/discard/").status_code == 204
    again = post(officer, base, ask()).json()
    seen = {"content_hash": again["content_hash"], "confirmed_count": 1}
    assert post(officer, f"{base}{again['id']}/approve/", seen).json()["code"] == "same_officer"
    assert post(second_officer, f"{base}{again['id']}/approve/", seen).json()["people"] == 1
