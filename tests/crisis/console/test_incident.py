"""The incident room."""

from django.urls import reverse

from config.kernel.models import AuditEntry
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Standing
from notifications.models import Wave


def room(client, incident, **query):
    return client.get(reverse("console:incident", args=[incident.pk]), query)


def test_room_counts_facets_and_lists_people(as_user, officer, incident):
    text = room(as_user(officer), incident).text
    assert '<b data-count="condition.unknown">6</b>' in text
    assert '<b data-count="unaddressed">1</b>' in text
    assert "王小明" in text
    assert f"/stream/incidents/{incident.pk}/" in text


def test_room_filters_by_facet(as_user, officer, incident, people):
    Standing.objects.filter(person_ref=people["li"].pk).update(condition="safe")
    text = room(as_user(officer), incident, condition="safe").text
    assert "李娜" in text
    assert "王小明" not in text


def test_room_finds_a_name_by_post_only(as_user, officer, incident):
    url = reverse("console:incident", args=[incident.pk])
    text = as_user(officer).post(url, {"name": "王小"}).text
    assert "王小明" in text
    assert "李娜" not in text


def test_room_shows_an_auditor_no_names(as_user, auditor, incident):
    text = room(as_user(auditor), incident).text
    assert '<b data-count="condition.unknown">6</b>' in text
    assert "王小明" not in text


def test_unknown_filter_value_is_ignored(as_user, officer, incident):
    assert room(as_user(officer), incident, condition="nonsense", page="x").status_code == 200


def test_officer_records_a_status_and_it_counts(as_user, officer, incident, people):
    url = reverse("console:incident-person", args=[incident.pk, people["wang"].pk])
    response = as_user(officer).post(url, {"kind": "needs_help", "note": "来电"}, follow=True)
    assert "已记录" in response.text
    assert "来电" in response.text
    assert '<b data-count="condition.needs_help">1</b>' in room(as_user(officer), incident).text


def test_refused_status_says_why_and_keeps_the_words(as_user, officer, incident, people):
    url = reverse("console:incident-person", args=[incident.pk, people["wang"].pk])
    response = as_user(officer).post(url, {"kind": "missing", "note": ""})
    assert response.status_code == 400
    assert Standing.objects.get(person_ref=people["wang"].pk).contact != "missing"


def test_looking_at_a_person_is_audited_without_personal_data(as_user, officer, incident, people):
    as_user(officer).get(reverse("console:incident-person", args=[incident.pk, people["wang"].pk]))
    entry = AuditEntry.objects.get(act="person.viewed")
    assert entry.subject == f"person:{people['wang'].pk}"
    assert "王小明" not in str(entry.detail)


def test_retraction_needs_the_code_typed(as_user, officer, incident):
    wave = Wave.objects.get(kind="initial")
    url = reverse("console:wave-retract", args=[incident.pk, wave.pk])
    client = as_user(officer)
    assert wave.code in client.get(url).text
    assert client.post(url, {"code": "WRONG"}).status_code == 400
    wave.refresh_from_db()
    assert wave.retracted_at is None
    assert client.post(url, {"code": wave.code.lower()}).status_code == 302
    wave.refresh_from_db()
    assert wave.retracted_at is not None


def test_stand_down_and_reopen(as_user, officer, incident):
    client = as_user(officer)
    client.post(reverse("console:incident-stand-down", args=[incident.pk]))
    incident.refresh_from_db()
    assert incident.state == IncidentState.STOOD_DOWN
    client.post(reverse("console:incident-reopen", args=[incident.pk]))
    incident.refresh_from_db()
    assert incident.state == IncidentState.DECLARED


def test_refused_act_is_a_sentence_on_a_page(as_user, officer, incident):
    client = as_user(officer)
    url = reverse("console:incident-reopen", args=[incident.pk])
    response = client.post(url)
    assert response.status_code == 409
    assert "未能执行" in response.text


def test_acts_are_refused_to_get(as_user, officer, incident):
    for name in ("incident-stand-down", "incident-approve", "incident-discard"):
        url = reverse(f"console:{name}", args=[incident.pk])
        assert as_user(officer).get(url).status_code == 405
