"""The call list's pages, without a browser."""

import pytest
from django.urls import reverse

from config.kernel.models import AuditEntry
from crisis.calls.models import Call, CallAttempt, CallEntry
from crisis.calls.services.listing import list_newcomers
from crisis.rollcall.models import Standing
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind
from registry.services.contacts import note_contact
from registry.services.people import add_emergency_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(incident, people):
    """王小明 is next, because his words were unclear."""
    list_newcomers()
    Standing.objects.filter(person_ref=people["wang"].pk).update(possible_help=True)
    return incident


@pytest.fixture
def desk(as_user, officer, listed):
    return as_user(officer)


def list_of(incident):
    return reverse("console:calls", args=[incident.pk])


def take(client, incident):
    response = client.post(reverse("console:call-next", args=[incident.pk]))
    return response["Location"]


def test_list_shows_the_order_with_its_reasons(desk, listed):
    text = desk.get(list_of(listed)).text
    assert text.index("王小明") < text.index("赵无声")
    assert "可能求助" in text
    assert "没有可用联系方式" in text


def test_call_shows_number_script_and_what_is_known(desk, listed, people):
    text = desk.get(take(desk, listed)).text
    assert 'href="tel:+6785550101"' in text
    assert "这里是中国驻瓦努阿图大使馆" in text
    assert "绝不索要钱款" in text
    assert "We never ask for money" in text
    assert "这是演练" in text
    assert AuditEntry.objects.filter(act="person.viewed").last().subject == (
        f"person:{people['wang'].pk}"
    )


def test_result_is_written_and_may_be_taken_back(desk, listed, people):
    page = take(desk, listed)
    number = people["wang"].contact_points.get(channel="sms").pk
    data = {"outcome": "needs_help", "people": people["wang"].pk, "contact_ref": number}
    done = desk.post(page, data | {"place": "市场二楼", "note": "腿伤"}, follow=True)
    assert "已按求助登记" in done.text
    assert "撤销刚才的结果" in done.text
    attempt = CallAttempt.objects.get()
    assert (attempt.place, attempt.note, attempt.contact_ref) == ("市场二楼", "腿伤", number)
    standing = Standing.objects.get(person_ref=people["wang"].pk)
    assert standing.condition == "needs_help"
    undone = desk.post(f"{page}undo/")
    assert undone["Location"] == page
    standing.refresh_from_db()
    assert standing.condition == "unknown"


def test_time_is_typed_by_the_clock_of_the_incident(desk, listed, people):
    page = take(desk, listed)
    data = {"outcome": "call_again", "people": people["wang"].pk, "again": "60"}
    desk.post(page, data | {"again_at": "2024-12-17T13:30"})
    entry = CallEntry.objects.get(person_ref=people["wang"].pk)
    assert entry.again_at.isoformat() == "2024-12-17T02:30:00+00:00"
    text = desk.get(list_of(listed)).text
    assert "12-17 13:30" in text
    assert "12-17 10:30" in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "call_again", "again_at": "2024-12-17T12:00"}, "约定的时间应在此刻之后"),
        ({"outcome": "wrong_number", "contact_ref": ""}, "请选择刚才拨打的号码"),
        ({"outcome": "safe", "people": []}, "请勾选这通电话所覆盖的人"),
    ],
)
def test_what_is_refused_stands_on_the_page_and_nothing_typed_is_lost(
    desk, listed, people, changes, sentence
):
    page = take(desk, listed)
    data = {"people": people["wang"].pk, "note": "孩子在哭", "place": "码头"} | changes
    response = desk.post(page, data)
    assert response.status_code == 400
    assert sentence in response.text
    assert "孩子在哭" in response.text
    assert "码头" in response.text
    assert not CallAttempt.objects.exists()


def test_call_survives_a_reload_and_is_found_again_from_the_list(desk, listed):
    page = take(desk, listed)
    assert desk.get(page).status_code == desk.get(page).status_code == 200
    assert take(desk, listed) == page
    assert "回到未结束的通话" in desk.get(list_of(listed)).text
    assert "此人由您负责" in desk.post(f"{page}renew/").text
    assert desk.post(f"{page}leave/").status_code == 204
    assert "此人由您负责" in desk.post(f"{page}renew/").text
    desk.post(f"{page}release/")
    assert not CallEntry.objects.filter(call__isnull=False).exists()


def test_colleague_looks_on_and_writes_nothing(desk, as_user, second_officer, listed, people):
    page = take(desk, listed)
    other = as_user(second_officer)
    text = other.get(page).text
    assert "您只能查看" in text
    assert 'name="outcome"' not in text
    refused = other.post(page, {"outcome": "safe", "people": people["wang"].pk})
    assert refused.status_code == 400
    assert "officer 通话中" in other.get(list_of(listed)).text
    assert Call.objects.count() == 1


def test_answer_that_comes_in_meanwhile_is_told(desk, listed, officer, people):
    page = take(desk, listed)
    record_status(
        incident=listed, person_ref=people["wang"].pk, kind=EventKind.SAFE, officer=officer
    )
    told = desk.post(f"{page}renew/").text
    assert "王小明 已有消息：平安" in told


def test_emergency_contacts_are_shown_only_once_they_are_released(desk, listed, people):
    add_emergency_contact(person=people["wang"], name="王父", relation="父", phone="13800000001")
    Standing.objects.filter(person_ref=people["wang"].pk).update(contact="no_answer")
    page = take(desk, listed)
    assert "+8613800000001" not in desk.get(page).text
    desk.post(f"{page}contacts/")
    assert "+8613800000001" in desk.get(page).text


def test_number_that_nobody_proved_may_be_called(desk, listed, people):
    note_contact(person=people["wang"], channel="sms", address="+6785550142", by="t")
    text = desk.get(take(desk, listed)).text
    assert text.index("+6785550101") < text.index("+6785550142")
    assert "未验证" in text


def test_another_posts_list_is_not_there(as_user, outsider, planner, desk, listed):
    page = take(desk, listed)
    for address in (list_of(listed), page):
        assert as_user(outsider).get(address).status_code == 404
        assert as_user(planner).get(address).status_code == 403
    for act in ("renew", "leave", "release", "undo", "contacts"):
        assert as_user(outsider).post(f"{page}{act}/").status_code == 404
    assert as_user(outsider).post(reverse("console:call-next", args=[listed.pk])).status_code == 404


def test_looking_takes_nobody(desk, listed):
    desk.get(list_of(listed))
    assert desk.get(reverse("console:call-next", args=[listed.pk])).status_code == 405
    assert not Call.objects.exists()
