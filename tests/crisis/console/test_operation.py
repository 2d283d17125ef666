"""撤离: the operation, its places, transports and corridors, and who leaves by themselves."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.kernel import clock
from crisis.transports.models import (
    Corridor,
    EvacuationOperation,
    Place,
    SelfEvacuation,
    Transport,
)
from tests.support.evacuating import make_incident, make_operation, make_transport, stand

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(held_clock: Any, post: Any, officer: Any) -> Any:
    return make_incident(post, officer)


@pytest.fixture
def operation(incident: Any, planner: Any) -> Any:
    return make_operation(incident, planner)


def of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_planner_opens_ends_and_reopens_the_operation(
    incident: Any, planner: Any, officer: Any
) -> None:
    room = f"/incidents/{incident.pk}/evacuation/"
    client = of(planner)
    assert 'value="维拉港地震撤离行动"' in text_of(client.get(room))
    assert client.post(f"{room}open/", {"name": ""}).status_code == 400
    assert client.post(f"{room}open/", {"name": "维拉港撤离"}).status_code == 302
    assert EvacuationOperation.objects.get().name == "维拉港撤离"
    again = client.post(f"{room}open/", {"name": "又一个"})
    assert (again.status_code, "本事件已有撤离行动" in text_of(again)) == (400, True)
    client.post(f"{room}end/")
    assert "已结束" in text_of(client.get(room))
    client.post(f"{room}reopen/")
    assert "进行中" in text_of(of(officer).get(room))
    assert "结束撤离行动" not in text_of(of(officer).get(room))


def test_places_are_put_down_on_the_map_and_changed(operation: Any, planner: Any) -> None:
    client, room = of(planner), f"/incidents/{operation.incident_id}/places/"
    page = text_of(client.get(f"{room}new/"))
    assert "data-pick" in page
    typed = {
        "kind": "haven", "name_zh": "楠迪安置点", "country": "FJ", "disclosure": "passengers",
        "latitude": "-17.76", "longitude": "177.44", "contact": "小张 +6795550111",
    }  # fmt: skip
    wrong = client.post(f"{room}new/", typed | {"latitude": "95"})
    assert (wrong.status_code, "+6795550111" in text_of(wrong)) == (400, True)
    assert client.post(f"{room}new/", typed).status_code == 302
    place = Place.objects.get(name_zh="楠迪安置点")
    assert (place.time_zone, place.disclosure) == ("Pacific/Fiji", "passengers")
    listed = text_of(client.get(room))
    assert "仅告知已确认乘客" in listed
    assert "楠迪安置点&quot;" in listed  # on the map
    client.post(f"{room}{place.pk}/", typed | {"beds": "40", "name_zh": "楠迪体育馆"})
    place.refresh_from_db()
    assert (place.name_zh, place.beds, place.contact) == ("楠迪体育馆", 40, "小张 +6795550111")
    client.post(f"{room}{place.pk}/retire/")
    assert "已停用的地点（1）" in text_of(client.get(room))


def test_who_works_at_a_place_is_for_planners(operation: Any, planner: Any, officer: Any) -> None:
    Place.objects.filter(code="SUV").update(contact="小张")
    room = f"/incidents/{operation.incident_id}/places/"
    assert "小张" in text_of(of(planner).get(room))
    assert "小张" not in text_of(of(officer).get(room))


def test_transport_is_typed_by_the_clock_of_each_end(operation: Any, planner: Any) -> None:
    client, room = of(planner), f"/incidents/{operation.incident_id}/transports/"
    places = {place.code: place.pk for place in Place.objects.all()}
    typed = {
        "kind": "flight", "number": "MU9001", "origin": places["VLI"], "destination": places["CAN"],
        "departs_at": "2024-12-17T20:00", "arrives_at": "2024-12-18T03:30", "seats": "180",
        "laps": "12", "stops": "NOU, SYD", "baggage_kg": "20",
    }  # fmt: skip
    back = client.post(f"{room}new/", typed | {"arrives_at": "2024-12-17T16:00"})
    assert "到达时间早于出发时间" in text_of(back)
    assert client.post(f"{room}new/", typed).status_code == 302
    flight = Transport.objects.get()
    assert flight.departs_at.isoformat() == "2024-12-17T09:00:00+00:00"
    assert flight.arrives_at.isoformat() == "2024-12-17T19:30:00+00:00"
    listed = text_of(client.get(room))
    assert "12-17 20:00" in listed
    assert "12-18 03:30" in listed
    assert "NOU → SYD" in listed
    shown = text_of(client.get(f"{room}{flight.pk}/"))
    assert 'value="2024-12-18T03:30"' in shown
    client.post(f"{room}{flight.pk}/", typed | {"seats": "150"})
    flight.refresh_from_db()
    assert flight.seats == 150


def test_cancelling_asks_for_a_tick(operation: Any, planner: Any, officer: Any) -> None:
    flight = make_transport(operation)
    room = f"/incidents/{operation.incident_id}/transports/"
    address, client = f"{room}{flight.pk}/status/", of(planner)
    client.post(address, {"status": "cancelled"})
    client.post(address, {"status": "nonsense"})
    flight.refresh_from_db()
    assert flight.status == "planned"
    client.post(address, {"status": "cancelled", "sure": "yes"})
    flight.refresh_from_db()
    assert flight.status == "cancelled"
    assert "不能改为" in text_of(client.post(address, {"status": "planned"}, follow=True))
    assert of(officer).post(address, {"status": "planned"}).status_code == 403


def test_legs_are_chained_to_a_journey_and_a_late_one_is_flagged(
    operation: Any, planner: Any
) -> None:
    first = make_transport(operation, "一号船")
    home = make_transport(operation, "二号机", origin="SUV", destination="CAN", hours=9)
    room, client = f"/incidents/{operation.incident_id}/transports/", of(planner)
    wrong = client.post(f"{room}chain/", {"leg0": home.pk, "leg1": first.pk})
    assert (wrong.status_code, "接不上" in text_of(wrong)) == (400, True)
    client.post(f"{room}chain/", {"leg0": first.pk, "leg1": home.pk})
    assert "行程接不上" not in text_of(client.get(room))
    Transport.objects.filter(pk=first.pk).update(arrives_at=home.arrives_at)
    assert "行程接不上" in text_of(client.get(room))


@pytest.fixture
def corridor(operation: Any, planner: Any, post: Any, other_post: Any) -> Any:
    typed = {
        "name": "桑托渡轮", "status": "open", "from_country": "VU", "to_country": "FJ",
        "latitude": "-15.5", "longitude": "167.2", "hours": "每日 06:00–18:00",
        "visa_rule": "免签 30 天", "near_post": post.pk, "far_post": other_post.pk,
        "disclosure": "public",
    }  # fmt: skip
    address = f"/incidents/{operation.incident_id}/corridors/new/"
    assert of(planner).post(address, typed).status_code == 302
    return Corridor.objects.get()


def test_corridor_shows_both_duty_phones_and_is_checked_by_an_officer(
    operation: Any, corridor: Any, officer: Any, auditor: Any, held_clock: Any
) -> None:
    room, client = f"/incidents/{operation.incident_id}/corridors/", of(officer)
    page = text_of(client.get(room))
    assert "+6785550100" in page
    assert "+6795550100" in page
    held_clock(13 * 3600)
    assert "超过 12 小时未核实" in text_of(client.get(room))
    client.post(f"{room}{corridor.pk}/check/", {"status": "closed"})
    corridor.refresh_from_db()
    assert (corridor.status, corridor.checked_by) == ("closed", officer)
    answer = of(auditor).post(f"{room}{corridor.pk}/check/", {"status": "open"})
    assert answer.status_code == 403


def test_party_is_filed_expected_and_received_by_the_other_post(
    operation: Any, corridor: Any, officer: Any, outsider: Any, planner: Any
) -> None:
    wang = stand(operation.incident, "王小明")
    room = f"/incidents/{operation.incident_id}/leavers/"
    there = clock.now() + timedelta(hours=12 + 6)  # Fiji is twelve hours ahead
    typed = {
        "key": "k", "corridor": corridor.pk, "expected_at": f"{there:%Y-%m-%dT%H:%M}",
        "people": f"#{wang.pk}", "names": "李同行\n", "contact": "+6785550101",
    }  # fmt: skip
    wrong = of(planner).post(f"{room}new/", typed | {"people": "abc"})
    assert (wrong.status_code, "李同行" in text_of(wrong)) == (400, True)
    assert of(planner).post(f"{room}new/", typed).status_code == 302
    filing = SelfEvacuation.objects.get()
    assert filing.expected_at == clock.now() + timedelta(hours=6)
    assert "王小明" in text_of(of(officer).get(room))
    seen = text_of(of(outsider).get("/expected/"))
    assert "王小明" in seen
    assert "+6785550101" in seen
    assert of(officer).post(f"/expected/{filing.pk}/act/", {"act": "crossed"}).status_code == 404
    at = clock.now() + timedelta(hours=12)
    arrived = {"act": "crossed", "at": f"{at:%Y-%m-%dT%H:%M}"}
    of(outsider).post(f"/expected/{filing.pk}/act/", arrived)
    filing.refresh_from_db()
    assert (filing.state, filing.arrived_at) == ("arrived", clock.now())
    of(officer).post(f"{room}{filing.pk}/act/", {"act": "take_back"})
    of(officer).post(f"{room}{filing.pk}/act/", {"act": "delay", "expected_at": ""})
    later = {"act": "delay", "expected_at": f"{there + timedelta(hours=2):%Y-%m-%dT%H:%M}"}
    of(officer).post(f"{room}{filing.pk}/act/", later)
    filing.refresh_from_db()
    assert (filing.state, filing.expected_at) == ("filed", clock.now() + timedelta(hours=8))
    of(officer).post(f"{room}{filing.pk}/act/", {"act": "withdraw"})
    filing.refresh_from_db()
    assert filing.state == "withdrawn"
    assert "王小明" not in text_of(of(outsider).get("/expected/"))


def test_transport_is_expected_where_its_place_says_who_receives(
    operation: Any, outsider: Any, officer: Any, other_post: Any
) -> None:
    Place.objects.filter(code="SUV").update(post=other_post)
    make_transport(operation, "七号航班")
    make_transport(operation, "八号航班", status="cancelled")
    page = text_of(of(outsider).get("/expected/"))
    assert "七号航班" in page
    assert "八号航班" not in page
    assert "七号航班" not in text_of(of(officer).get("/expected/"))
