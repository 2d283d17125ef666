"""What may leave the mainland, by page."""

import pytest
from django.urls import reverse

from crisis.evacuation.models import Manifest, Release
from crisis.evacuation.services import draft_manifest, seal_manifest
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind

ASKED = {
    "profile": "airline", "receiver": "Air Vanuatu", "country": "VU", "basis": "vital",
    "grounds": "今晚包机", "hours": "24",
}  # fmt: skip


@pytest.fixture
def manifest(planner, officer, incident, people):
    record_status(
        incident=incident, person_ref=people["wang"].pk, kind=EventKind.NEEDS_HELP,
        officer=officer, note="",
    )  # fmt: skip
    draft = draft_manifest(incident=incident, planner=planner)
    return seal_manifest(manifest=draft, planner=planner)


def page(incident):
    return reverse("console:releases", args=[incident.pk])


def ask(client, incident, **change):
    url = reverse("console:release-ask", args=[incident.pk])
    return client.post(url, ASKED | change, follow=True)


def press(client, act, **body):
    release = Release.objects.get()
    return client.post(reverse(f"console:release-{act}", args=[release.pk]), body, follow=True)


def test_a_release_is_asked_for_decided_and_used(as_user, planner, officer, incident, manifest):
    assert "Air Vanuatu" in ask(as_user(planner), incident).text
    assert "待决定" in as_user(officer).get(page(incident)).text
    assert "已授权" in press(as_user(officer), "decide", agree="yes").text
    url = reverse("console:manifest-download", args=[manifest.pk])
    fields = {"format": "csv", "profile": "airline", "purpose": "包机"}
    refused = as_user(planner).post(url, fields | {"receiver": "x", "country": "VU"})
    assert refused.status_code == 400
    assert "须先取得对外提供授权" in refused.text
    file = as_user(planner).post(url, fields | {"release": Release.objects.get().pk})
    assert "-airline.csv" in file["Content-Disposition"]
    assert "已收回" in press(as_user(officer), "revoke").text
    assert as_user(planner).post(url, fields | {"release": 1}).status_code == 400


def test_what_is_wrong_is_said_beside_its_field(as_user, planner, incident, manifest):
    answer = ask(as_user(planner), incident, country="CN", hours="9999")
    assert answer.status_code == 400
    assert not Release.objects.exists()


def test_one_alone_is_reviewed_by_another(as_user, duty_head, officer, incident, manifest):
    head = as_user(duty_head)
    ask(head, incident)
    assert "待复核" in press(head, "decide", agree="yes").text
    assert "复核无误" not in head.get(page(incident)).text
    assert press(head, "review").status_code == 409
    assert "复核无误" in as_user(officer).get(page(incident)).text
    assert "待复核" not in press(as_user(officer), "review").text


def test_a_version_is_compared_with_any_earlier_one(
    as_user, planner, officer, incident, people, manifest
):
    record_status(
        incident=incident, person_ref=people["li"].pk, kind=EventKind.NEEDS_HELP,
        officer=officer, note="",
    )  # fmt: skip
    second = draft_manifest(incident=incident, planner=planner)
    client = as_user(planner)
    text = client.get(reverse("console:manifest", args=[second.pk])).text
    assert "与第 1 版相比：+1 −0 ~0" in text
    url = reverse("console:manifest-changes", args=[second.pk])
    assert "新增 1 人" in client.get(url + "?since=1").text
    assert client.get(url + "?since=2").status_code == 404
    first = reverse("console:manifest-changes", args=[manifest.pk])
    assert "这是第一版" in client.get(first).text


def test_of_many_people_the_seal_is_checked_when_asked(
    as_user, planner, incident, manifest, monkeypatch
):
    from crisis.console.views import manifests

    monkeypatch.setattr(manifests, "AT_ONCE", 0)
    url = reverse("console:manifest", args=[manifest.pk])
    assert "内容与封存时一致" not in as_user(planner).get(url).text
    assert "内容与封存时一致" in as_user(planner).get(url + "?check=1").text
    assert Manifest.objects.count() == 1
