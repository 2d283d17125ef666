"""Manifests by page."""

import pytest
from django.urls import reverse

from crisis.evacuation.models import Manifest
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind


@pytest.fixture
def manifest(as_user, planner, officer, incident, people):
    record_status(
        incident=incident,
        person_ref=people["wang"].pk,
        kind=EventKind.NEEDS_HELP,
        officer=officer,
        note="",
    )
    as_user(planner).post(reverse("console:manifest-draft", args=[incident.pk]))
    return Manifest.objects.get()


def test_draft_lists_who_asked_for_help(as_user, planner, manifest):
    text = as_user(planner).get(reverse("console:manifest", args=[manifest.pk])).text
    assert "王小明" in text
    assert "E12345678" in text


def test_sealing_shows_the_seal(as_user, planner, manifest):
    url = reverse("console:manifest-seal", args=[manifest.pk])
    text = as_user(planner).post(url, follow=True).text
    assert "内容与封存时一致" in text
    assert as_user(planner).post(url).status_code == 409


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_download_streams_a_file_once_its_receiver_is_named(as_user, planner, manifest, form):
    url = reverse("console:manifest-download", args=[manifest.pk])
    client = as_user(planner)
    assert client.post(url, {"format": form}).status_code == 400
    fields = {"format": form, "profile": "ministry", "purpose": "包机", "receiver": "部内"}
    response = client.post(url, fields)
    assert response.status_code == 200
    assert f".{form}" in response["Content-Disposition"]
    assert len(response.getvalue()) > 50


def test_unknown_format_is_a_sentence(as_user, planner, manifest):
    url = reverse("console:manifest-download", args=[manifest.pk])
    fields = {"format": "exe", "profile": "ministry", "purpose": "包机", "receiver": "部内"}
    assert as_user(planner).post(url, fields).status_code == 400


def test_officers_do_not_plan_and_outsiders_find_nothing(as_user, officer, outsider, manifest):
    url = reverse("console:manifest", args=[manifest.pk])
    assert as_user(officer).get(url).status_code == 403
    seal = reverse("console:manifest-seal", args=[manifest.pk])
    assert as_user(officer).post(seal).status_code == 403
    outsider.role = "planner"
    outsider.save()
    assert as_user(outsider).get(url).status_code == 404
