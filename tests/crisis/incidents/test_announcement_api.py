"""Updates, corrections and questions to relatives, for programs."""

import pytest
from django.test import Client

from crisis.incidents.services import expand_incident
from notifications.models import Wave
from registry.services.people import add_emergency_contact

pytestmark = pytest.mark.django_db
UPDATE = {"kind": "update", "words": {"news": "机场明早恢复", "news_en": "airport reopens"}}


@pytest.fixture
def incident(submit):
    declared = submit()
    expand_incident(declared.pk)
    return declared


def client_of(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(user, path, body=None):
    return client_of(user).post(path, body or {}, content_type="application/json")


def test_preview_changes_nothing_and_submitting_sends(incident, officer):
    base = f"/api/incidents/{incident.pk}/announcements/"
    shown = post(officer, base + "preview/", UPDATE)
    assert any("机场明早恢复" in text["text"] for text in shown.json())
    assert Wave.objects.count() == 1
    sent = post(officer, base, UPDATE)
    assert sent.status_code == 201
    assert Wave.objects.get(pk=sent.json()["wave"]).kind == "update"
    [listed] = client_of(officer).get(base).json()
    assert listed["content_hash"] == sent.json()["content_hash"]


def test_second_officer_approves_or_somebody_discards(incident, officer, second_officer, settings):
    settings.TWO_PERSON_THRESHOLD = 5
    base = f"/api/incidents/{incident.pk}/announcements/"
    first = post(officer, base, UPDATE).json()
    assert first["wave"] is None
    assert post(officer, f"{base}{first['id']}/discard/").status_code == 204
    again = post(officer, base, UPDATE).json()
    seen = {"content_hash": again["content_hash"]}
    assert post(officer, f"{base}{again['id']}/approve/", seen).json()["code"] == "same_officer"
    approved = post(second_officer, f"{base}{again['id']}/approve/", seen).json()
    assert Wave.objects.get(pk=approved["wave"]).kind == "update"


def test_missing_words_are_named(incident, officer):
    body = {"kind": "correction", "words": {"subject": "集合点"}}
    refused = post(officer, f"/api/incidents/{incident.pk}/announcements/", body)
    assert refused.status_code == 400
    assert refused.json()["missing"] == ["subject_en", "value", "value_en"]


def test_outside_the_jurisdiction_nothing_is_there(incident, outsider):
    base = f"/api/incidents/{incident.pk}/announcements/"
    assert client_of(outsider).get(base).status_code == 404
    assert post(outsider, base, UPDATE).status_code == 404


def test_relatives_are_asked(incident, people, officer):
    add_emergency_contact(
        person=people["wang"], name="王母", relation="母亲", phone="+8613800000001"
    )
    path = f"/api/rollcall/{incident.pk}/emergency-contacts/"
    asked = post(officer, path, {"person_ref": people["wang"].pk})
    assert asked.status_code == 201
    assert asked.json()["kind"] == "contact"
    assert post(officer, path, {"person_ref": people["wang"].pk}).status_code == 409
