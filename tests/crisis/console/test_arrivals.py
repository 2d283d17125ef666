"""核对与安置 on the pages: the incident's own post in its room, the receiving post at its place."""

from unittest import mock

import pytest
from django.urls import reverse

from config.kernel import clock
from config.kernel.models import AuditEntry
from crisis.arrivals.models import Arrival, Stay
from crisis.boarding.models import Passage
from crisis.rollcall.models import Standing
from crisis.transports.states import TransportStatus
from tests.crisis.arrivals.conftest import seal
from tests.support.evacuating import make_operation, make_transport

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(incident, planner):
    return make_operation(incident, planner)


@pytest.fixture
def suva(operation, other_post):
    place = operation.places.get(code="SUV")
    place.post = other_post
    place.save()
    return place


@pytest.fixture
def out(operation, suva, held_clock):
    flight = make_transport(operation, "MU9001", hours=1, lasts_h=2, status=TransportStatus.ARRIVED)
    held_clock(4 * 3600)
    return flight


@pytest.fixture
def aboard(incident, planner, people, out):
    """Wang is aboard, Li is on the list and was not seen."""
    wang, li = people["wang"], people["li"]
    seal(incident, planner, [(wang, [out]), (li, [out])], at=out.departs_at)
    Passage.objects.create(transport=out, person_ref=wang.pk, state="boarded", at=out.departs_at)
    return wang, li


def at(moment=None):
    """By Suva's clock, twelve hours ahead."""
    from zoneinfo import ZoneInfo

    return f"{(moment or clock.now()).astimezone(ZoneInfo('Pacific/Fiji')):%Y-%m-%dT%H:%M}"


def record(client, place, transport, *people, **more):
    address = reverse("console:haven-arrived", args=[place.pk, transport.pk])
    who = [str(one.pk) for one in people]
    return client.post(address, {"at": at(), "who": who, **more}, follow=True)


def test_who_is_where_by_name(as_user, officer, incident, aboard, out):
    address = reverse("console:reconciliation", args=[incident.pk])
    text = as_user(officer).get(address).text
    for words in ("列名而未登乘", "李娜", "已登乘而未见抵达", "王小明", "MU9001", "未见抵达 1"):
        assert words in text
    one = as_user(officer).get(address, {"transport": out.pk}).text
    assert "登乘口没有记录" in one
    assert as_user(officer).get(address, {"transport": "987"}).status_code == 404
    assert AuditEntry.objects.filter(act="arrival.reconciled").count() == 2


def test_long_list_is_read_page_by_page(as_user, officer, incident, planner, people, out):
    """Everybody is on one of its pages, and a link leads there."""
    seal(incident, planner, [(one, [out]) for one in people.values()], at=out.departs_at)
    address = reverse("console:reconciliation", args=[incident.pk])
    with mock.patch("crisis.console.arrivals.A_LIST", 1):
        first = as_user(officer).get(address).text
        assert f'?gap=not_boarded">全部 {len(people)} 人' in first
        pages = [
            as_user(officer).get(address, {"gap": "not_boarded", "page": number}).text
            for number in range(1, len(people) + 1)
        ]
    for one in people.values():
        assert sum(one.name in page for page in pages) == 1, one.name
    assert "各班" not in pages[0]
    last = AuditEntry.objects.filter(act="arrival.reconciled").latest("pk").detail
    assert (last["list"], last["page"], last["people"]) == ("not_boarded", len(people), 1)
    assert as_user(officer).get(address, {"gap": "nothing"}).status_code == 404


def test_without_an_operation_the_page_says_so(as_user, officer, incident):
    text = as_user(officer).get(reverse("console:reconciliation", args=[incident.pk])).text
    assert "还没有撤离行动" in text


def test_the_receiving_post_ticks_who_came(as_user, outsider, incident, suva, out, aboard):
    wang, li = aboard
    client = as_user(outsider)
    assert client.get(reverse("console:incident", args=[incident.pk])).status_code == 404
    assert suva.name_zh in client.get(reverse("console:havens")).text
    page = client.get(reverse("console:haven", args=[suva.pk])).text
    assert "王小明" in page
    assert "未见登乘记录" in page
    assert "已登乘的 1 人都到了" in page
    assert "已记录 1 人抵达" in record(client, suva, out, all="1").text
    assert Arrival.objects.get().person_ref == wang.pk
    assert record(client, suva, out, li).status_code == 200
    assert Standing.objects.get(person_ref=li.pk).movement == "left_area"
    assert "现在这里" in client.get(reverse("console:haven", args=[suva.pk])).text


def test_what_is_refused_stands_on_the_page(as_user, officer, suva, out, aboard):
    client = as_user(officer)
    done = record(client, suva, out, aboard[0], at="2030-01-01T00:00")
    assert done.status_code == 400
    assert "抵达时间不能晚于现在" in done.text
    assert not Arrival.objects.exists()


def test_somebody_on_no_list_is_written_down_once(as_user, officer, suva, out):
    client = as_user(officer)
    said = {"name": "陌生人", "key": "k1", "at": at(), "minor": "on"}
    for _ in range(2):
        client.post(reverse("console:haven-stranger", args=[suva.pk]), said)
    stay = Stay.objects.get()
    assert stay.minor
    page = client.get(reverse("console:haven", args=[suva.pk])).text
    assert "现场登记" in page
    assert "无人陪伴未成年人" in page


def test_a_stay_from_bed_to_hand_over(as_user, officer, suva, out, aboard):
    client = as_user(officer)
    record(client, suva, out, all="1")
    stay = Stay.objects.get()
    page = reverse("console:stay", args=[stay.pk])
    client.post(f"{page}change/", {"bed": "A1", "medicine": "胰岛素"})
    assert "胰岛素" in client.get(reverse("console:haven", args=[suva.pk])).text
    leave = reverse("console:haven-leave", args=[suva.pk])
    assert "请先勾选" in client.post(leave, {"how": "own", "at": at()}).text
    said = {"stay": [stay.pk], "how": "province", "at": at()}
    assert "请写明由谁接收" in client.post(leave, said).text
    done = client.post(leave, {**said, "province": "44", "with_whom": "广东省外办"}, follow=True)
    assert "已登记 1 人离开" in done.text
    assert "广东省外办" in client.get(page).text
    client.post(f"{page}readmit/")
    stay.refresh_from_db()
    assert stay.left_at is None
    client.post(reverse("console:arrival-undo", args=[stay.arrival_id]))
    assert not Stay.objects.exists()


def test_the_list_on_paper_and_that_of_one_province(as_user, officer, suva, out, aboard):
    client = as_user(officer)
    record(client, suva, out, *aboard)
    first, second = Stay.objects.order_by("pk")
    for stay, province in ((first, "44"), (second, "35")):
        client.post(reverse("console:stay-change", args=[stay.pk]), {"province": province})
    address = reverse("console:haven-print", args=[suva.pk])
    everybody = client.get(address).text
    assert "王小明" in everybody
    assert "李娜" in everybody
    province = client.get(address, {"province": "35"}).text
    assert "福建省移交名单" in province
    assert "王小明" not in province
    assert AuditEntry.objects.filter(act="stay.printed").count() == 2


def test_a_lone_minor_is_given_to_the_guardian_who_was_named(as_user, officer, suva, out):
    client = as_user(officer)
    said = {"name": "小孩", "key": "k2", "at": at(), "minor": "on"}
    client.post(reverse("console:haven-stranger", args=[suva.pk]), said)
    page = reverse("console:stay", args=[Stay.objects.get().pk])
    assert "身边没有家长" in client.get(page).text
    fetch = {"how": "guardian", "at": at(), "with_whom": "奶奶", "document": "E1"}
    assert "请先指定监护人" in client.post(f"{page}leave/", fetch).text
    half = client.post(f"{page}guardian/", {"name": "奶奶"})
    assert half.status_code == 400
    whole = {"name": "奶奶", "relation": "祖母", "document": "E1", "basis": "户口簿"}
    client.post(f"{page}guardian/", whole)
    assert "不符" in client.post(f"{page}leave/", {**fetch, "document": "E2"}).text
    client.post(f"{page}leave/", fetch)
    assert Stay.objects.get().left_as == "guardian"


def test_consent_is_recorded_at_the_haven(as_user, officer, suva, out, aboard):
    client = as_user(officer)
    record(client, suva, out, all="1")
    stay = Stay.objects.get()
    client.post(reverse("console:stay-consent", args=[stay.pk]))
    assert aboard[0].consents.filter(purpose="family", withdrawn_at=None).exists()


def test_who_may_only_look_finds_no_button(as_user, planner, suva, out, aboard):
    client = as_user(planner)
    page = client.get(reverse("console:haven", args=[suva.pk])).text
    assert "王小明" in page
    assert "记录所选的人" not in page
    assert record(client, suva, out, all="1").status_code == 403
