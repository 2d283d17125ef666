"""What follows a declaration, by page: another area, outages, the series, standing down."""

import pytest
from django.urls import reverse

from crisis.incidents.models import Incident, Outage, Reshaping
from crisis.rollcall.models import Handover, Standing
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind

pytestmark = pytest.mark.django_db
KEY = "6f1c1a0e-3a53-4c39-9a8e-0d3c2f8c7b11"
# Around the one person beyond: everybody else is left out.
SOUTH = {"latitude": "-18.9", "longitude": "168.1", "radius_km": "20"}
VILA = {"latitude": "-17.7333", "longitude": "168.3167", "radius_km": "20"}


def at(name, *args):
    return reverse(f"console:{name}", args=args)


def test_area_is_moved_by_page(as_user, officer, incident, people):
    record_status(
        incident=incident, person_ref=people["wang"].pk, kind=EventKind.NEEDS_HELP,
        officer=officer,
    )  # fmt: skip
    client, page = as_user(officer), at("reshape", incident.pk)
    assert "调整后的区域" in client.get(page).text
    words = {"news": "本区无恙", "news_en": "all well here"}
    shown = client.post(page, SOUTH | words | {"preview": "1"}).text
    assert "确认：请输入涉及的人数（7）" in shown
    assert "王小明" in shown
    assert "1 人求助" in shown
    assert "本区无恙" in shown
    send = SOUTH | words | {"send": "1", "reshaping_key": KEY}
    assert client.post(page, send).status_code == 400
    assert client.post(page, send | {"confirmed_count": "6"}).status_code == 400
    done = client.post(page, send | {"confirmed_count": "7"})
    assert done.status_code == 302
    assert client.post(page, send | {"confirmed_count": "7"}).status_code == 302  # pressed twice
    assert Reshaping.objects.get().released == 6
    text = client.get(done.url).text
    assert "移出 6，新增 1" in text
    room = client.get(at("incident", incident.pk)).text
    assert 'data-count="head.inside">1<' in room
    assert 'data-count="head.help">1<' in room


def test_second_officer_sees_whom_it_concerns_and_decides(
    as_user, officer, second_officer, incident, settings
):
    settings.TWO_PERSON_THRESHOLD = 5
    form = SOUTH | {"send": "1", "reshaping_key": KEY, "confirmed_count": "7"}
    as_user(officer).post(at("reshape", incident.pk), form)
    waiting = Reshaping.objects.get()
    show = at("reshaping", incident.pk, waiting.pk)
    approve = at("reshaping-approve", incident.pk, waiting.pk)
    client = as_user(second_officer)
    assert show in client.get(at("incident", incident.pk)).text
    assert approve in client.get(show).text
    assert approve not in as_user(officer).get(show).text
    seen = {"content_hash": waiting.content_hash}
    assert client.post(approve, seen).status_code == 400
    assert client.post(approve, seen | {"confirmed_count": "7"}).status_code == 302
    assert "移出 6 人" in client.get(show).text


def test_wrong_words_and_wrong_ground_stand_by_the_form(as_user, officer, incident):
    client, page = as_user(officer), at("reshape", incident.pk)
    for fields, sentence in (
        (SOUTH | {"news": "只有中文"}, "须同时有中文和英文"),
        ({"latitude": "10", "longitude": "10", "radius_km": "5"}, "没有任何登记人"),
    ):
        answer = client.post(page, fields | {"preview": "1"})
        assert answer.status_code == 400
        assert sentence in answer.text


def test_outage_is_previewed_flagged_and_over(as_user, officer, incident):
    client, page = as_user(officer), at("outage", incident.pk)
    assert "将暂停 6 人中的 6 人" in client.post(page, VILA | {"preview": "1"}).text
    assert client.post(page, {"latitude": "1", "send": "1"}).status_code == 400
    assert client.post(page, {"send": "1"}).status_code == 302
    outage = Outage.objects.get()
    assert outage.whole
    assert "通信中断（6 人）" in client.get(at("widen", incident.pk)).text
    assert client.post(at("outage-over", incident.pk, outage.pk)).status_code == 302
    assert "中断中" not in client.get(at("incident-after", incident.pk)).text


def test_standing_down_names_who_takes_over(as_user, officer, second_officer, incident, people):
    client, page = as_user(officer), at("incident-stand-down", incident.pk)
    assert "未答复" in client.get(page).text
    refused = client.post(page)
    assert refused.status_code == 400
    assert "还有 6 人" in refused.text
    assert client.post(page, {"successor": second_officer.pk}).status_code == 302
    other = as_user(second_officer)
    listed = at("unresolved", incident.pk)
    assert listed in other.get(at("home")).text
    text = other.get(listed).text
    assert "赵无声" in text
    assert "尚未接手" in text
    assert "供打印的全部名单" not in other.get(listed + "?print&what=silent").text
    handover = Handover.objects.get()
    accept = at("handover-accept", incident.pk, handover.pk)
    assert "只有被指定的官员" in client.post(accept, follow=True).text
    assert "已接手" in other.post(accept, follow=True).text
    assert (
        "已交接"
        in other.post(at("hand-on", incident.pk), {"successor": officer.pk}, follow=True).text
    )
    assert client.post(at("incident-reopen", incident.pk)).status_code == 302
    assert not Handover.objects.filter(ended_at=None).exists()
    assert Incident.objects.get().state == "declared"


def test_aftershock_is_declared_from_its_mainshock(as_user, officer, incident, people, held_clock):
    record_status(
        incident=incident, person_ref=people["wang"].pk, kind=EventKind.SAFE, officer=officer
    )
    held_clock(3600)
    client = as_user(officer)
    after = client.get(at("incident-after", incident.pk)).text
    address = at("declare") + f"?follows={incident.pk}"
    assert address in after
    assert f'value="{incident.pk}" selected' in client.get(address).text
    form = {
        "post": incident.post_id, "title": "余震", "hazard": "earthquake",
        "response_level": "red", "local_time": "2024-12-17T13:50", "template": "earthquake",
        "place": "维拉港", "place_en": "Port Vila", "event": "地震", "event_en": "earthquake",
        "magnitude": "5.5", "follows": incident.pk, "latitude": "-17.6914",
        "longitude": "168.0842", "radius_km": "100",
    }  # fmt: skip
    shown = client.post(at("declare"), form).text
    assert "刚报过平安，不再询问" in shown
    done = client.post(
        at("declare-confirm"), form | {"confirmed_count": "6", "declaration_key": KEY}
    )
    found = Incident.objects.get(title="余震")
    assert done.url == at("incident", found.pk)
    assert found.follows == incident
    assert "余震：只询问新增和答复已过时的人" in client.get(at("incident-after", found.pk)).text
    assert "余震" in client.get(at("home")).text
    assert client.post(at("series", found.pk), {"follows": ""}).status_code == 302
    found.refresh_from_db()
    assert found.follows is None


def test_who_was_left_out_still_answers_on_their_own_page(as_user, officer, incident, people):
    form = SOUTH | {"send": "1", "reshaping_key": KEY, "confirmed_count": "7"}
    client = as_user(officer)
    client.post(at("reshape", incident.pk), form)
    person = at("incident-person", incident.pk, people["wang"].pk)
    assert "已移出区域" in client.get(person).text
    client.post(person, {"kind": "safe", "note": "来电"})
    assert Standing.objects.get(person_ref=people["wang"].pk).condition == "safe"


def test_elsewhere_nothing_of_it_is_there(as_user, outsider, auditor, incident):
    for name in ("incident-after", "reshape", "incident-stand-down", "unresolved"):
        assert as_user(outsider).get(at(name, incident.pk)).status_code == 404
    assert as_user(auditor).get(at("incident-after", incident.pk)).status_code == 200
