"""Every message to the public, and what became of it."""

from datetime import timedelta

import pytest

from config.kernel import clock
from crisis.incidents.models import Incident
from crisis.incidents.services import retract_incident_wave, send_all_clear, submit_announcement
from crisis.public.selectors import RECENT
from crisis.rollcall.services import release_to_contacts
from notifications.models import Wave
from tests.support import scene

PAGE_LIMIT = 60_000


@pytest.fixture
def wave(incident):
    return Wave.objects.get(kind="initial")


def codes(client):
    return {row["code"]: row for row in client.get("/n/notices.json").json()["notices"]}


def test_every_wave_is_a_notice_with_its_code(client, incident, wave):
    scene.remind_now(incident)
    page = client.get("/n/").text
    for one in Wave.objects.all():
        assert one.code in page
        assert one.texts["sms"]["zh-hans"] in page
    assert "驻瓦努阿图使馆" in page
    assert "演练 DRILL" in page
    assert {row["standing"] for row in codes(client).values()} == {"current"}
    assert wave.texts["sms"]["en"] in client.get("/n/?lang=en").text


def test_retracted_corrected_and_overtaken_say_so(client, incident, wave, officer):
    news = {"news": "机场明早恢复", "news_en": "airport reopens"}
    update = submit_announcement(incident=incident, kind="update", words=news, officer=officer).wave
    assert codes(client)[wave.code] | {"ended_at": ""} == codes(client)[wave.code] | {
        "standing": "overtaken", "now": update.code, "ended_at": "",
    }  # fmt: skip
    over = send_all_clear(incident=incident, officer=officer)
    assert codes(client)[update.code]["standing"] == "over"
    retraction = retract_incident_wave(incident=incident, wave=over, officer=officer)
    rows = codes(client)
    assert (rows[over.code]["standing"], rows[over.code]["now"]) == ("retracted", retraction.code)
    assert rows[retraction.code]["about"] == over.code
    page = client.get("/n/").text
    assert "已撤回" in page


def test_corrected_says_that_the_danger_goes_on(client, incident, wave, officer):
    words = {"subject": "集合点", "subject_en": "meeting point", "value": "市体育场",
             "value_en": "City Stadium"}  # fmt: skip
    submit_announcement(incident=incident, kind="correction", words=words, officer=officer)
    assert codes(client)[wave.code]["standing"] == "corrected"
    assert "已更正，危险仍在" in client.get("/n/").text


def test_message_about_one_person_is_not_listed(client, incident, people, officer):
    from registry.models import EmergencyContact

    EmergencyContact.objects.create(person=people["silent"], name="赵母", phone="+8613800138000")
    asked = release_to_contacts(incident=incident, person_ref=people["silent"].pk, officer=officer)
    assert asked.code not in codes(client)
    assert "赵" not in client.get("/n/").text


def test_drafts_and_what_is_long_over_are_not_listed(client, incident, wave):
    Incident.objects.update(state="stood_down", stood_down_at=clock.now())
    assert wave.code in codes(client)
    Incident.objects.update(stood_down_at=clock.now() - RECENT - timedelta(seconds=1))
    assert codes(client) == {}
    assert "最近没有发出告警" in client.get("/n/").text


def test_list_is_two_queries_and_light_however_long(
    client, incident, wave, django_assert_num_queries
):
    wave.pk = None
    waves = [Wave(**{f.attname: getattr(wave, f.attname) for f in Wave._meta.fields} | {
        "code": f"Z{n:05d}", "id": None}) for n in range(100)]  # fmt: skip
    Wave.objects.bulk_create(waves)
    with django_assert_num_queries(2):
        response = client.get("/n/")
    assert len(response.content) < PAGE_LIMIT
    assert "第 1 页，共 4 页" in response.text
    assert "Z00000" in client.get("/n/?page=4").text


def test_unchanged_page_costs_one_short_answer(client, incident, wave):
    first = client.get("/n/", headers={"accept-encoding": "gzip"})
    assert first["Cache-Control"] == "public, no-cache"
    assert first["Content-Encoding"] == "gzip"
    assert not first.cookies
    again = client.get("/n/", headers={"if-none-match": first["ETag"], "accept-encoding": "gzip"})
    assert (again.status_code, again.content) == (304, b"")
    Wave.objects.update(retracted_at=clock.now())
    now = client.get("/n/", headers={"if-none-match": first["ETag"], "accept-encoding": "gzip"})
    assert now.status_code == 200
