"""The incident room."""

from django.urls import reverse

from config.kernel.models import AuditEntry
from crisis.incidents.models import Announcement
from crisis.incidents.services import submit_announcement
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Standing
from notifications.models import Wave
from registry.services.people import add_emergency_contact


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
    client.post(
        reverse("console:incident-stand-down", args=[incident.pk]), {"successor": officer.pk}
    )
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
    for name in ("incident-reopen", "incident-approve", "incident-discard"):
        url = reverse(f"console:{name}", args=[incident.pk])
        assert as_user(officer).get(url).status_code == 405


WORDS = {
    "subject": "集合点",
    "subject_en": "meeting point",
    "value": "市体育场",
    "value_en": "City Stadium",
}


def test_correction_is_previewed_and_leaves_when_the_code_is_typed(as_user, officer, incident):
    alert = Wave.objects.get(kind="initial")
    url = reverse("console:announce", args=[incident.pk, "correction"])
    client = as_user(officer)
    form = WORDS | {"place": "桑托岛", "place_en": "Santo"}
    assert alert.code in client.get(url).text
    shown = client.post(url, form | {"preview": "1"})
    assert "更正：维拉港集合点改为市体育场" in shown.text
    assert "桑托岛17日" in shown.text  # the alert in the right words, for whoever still waits
    assert client.post(url, form | {"send": "1", "code": "WRONG"}).status_code == 400
    assert not Wave.objects.filter(kind="correction").exists()
    assert client.post(url, form | {"send": "1", "code": alert.code.lower()}).status_code == 302
    assert Wave.objects.get(kind="correction").retracts == alert
    room = client.get(reverse("console:incident", args=[incident.pk])).text
    assert "已更正" in room


def test_update_above_the_threshold_waits_for_another_officer(
    as_user, officer, second_officer, incident, settings
):
    settings.TWO_PERSON_THRESHOLD = 5
    alert = Wave.objects.get(kind="initial")
    url = reverse("console:announce", args=[incident.pk, "update"])
    news = {"news": "机场明早恢复", "news_en": "airport reopens", "send": "1", "code": alert.code}
    client = as_user(officer)
    assert client.post(url, news).status_code == 302
    waiting = Announcement.objects.get()
    page = reverse("console:announcement", args=[incident.pk, waiting.pk])
    approval = reverse("console:announcement-approve", args=[incident.pk, waiting.pk])
    assert page in client.get(reverse("console:incident", args=[incident.pk])).text
    assert "须由提交人以外的官员复核" in client.get(page).text
    second = as_user(second_officer)
    assert "机场明早恢复" in second.get(page).text
    seen = {"content_hash": waiting.content_hash}
    assert second.post(approval, seen | {"code": "WRONG"}).status_code == 400
    assert second.post(approval, seen | {"code": alert.code}).status_code == 302
    assert Wave.objects.filter(kind="update").exists()


def test_all_clear_is_offered_while_an_alert_stands(as_user, officer, incident):
    client, button = as_user(officer), reverse("console:incident-all-clear", args=[incident.pk])
    assert button in room(client, incident).text
    client.post(button)
    assert button not in room(client, incident).text


def test_waiting_update_can_be_thrown_away(as_user, officer, incident, settings):
    settings.TWO_PERSON_THRESHOLD = 5
    waiting = submit_announcement(
        incident=incident,
        kind="update",
        words={"news": "机场明早恢复", "news_en": "airport reopens"},
        officer=officer,
    )
    as_user(officer).post(reverse("console:announcement-discard", args=[incident.pk, waiting.pk]))
    waiting.refresh_from_db()
    assert waiting.discarded_at
    assert not Wave.objects.filter(kind="update").exists()


def test_no_other_kind_of_announcement(as_user, officer, incident):
    url = reverse("console:announce", args=[incident.pk, "retraction"])
    assert as_user(officer).get(url).status_code == 404


def test_contacts_are_asked_from_the_persons_page_once(as_user, officer, incident, people):
    add_emergency_contact(
        person=people["wang"], name="王母", relation="母亲", phone="+8613800000001"
    )
    page = reverse("console:incident-person", args=[incident.pk, people["wang"].pk])
    release = reverse("console:release-contacts", args=[incident.pk, people["wang"].pk])
    client = as_user(officer)
    assert release in client.get(page).text
    assert client.post(release).status_code == 302
    assert Wave.objects.get(kind="contact").deliveries.count() == 1
    assert release not in client.get(page).text
    assert "已经发给此人的紧急联系人" in client.post(release, follow=True).text
