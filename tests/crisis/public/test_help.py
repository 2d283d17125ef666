"""The help button without any incident: nothing is refused, nothing is looked up."""

import json
import uuid
from typing import Any

import pytest
from django.db import DatabaseError

from crisis.cases.models import Case, HelpRequest
from crisis.cases.services import requests
from crisis.cases.states import Origin
from tests.support.scene import declare, port_vila

pytestmark = pytest.mark.django_db
ASKED = {
    "contact": "+678 555 0123", "event": "被困二楼", "country": "VU", "place": "维拉港",
    "landmark": "灯塔旁", "person_name": "李求助", "steps_taken": "已报警",
}  # fmt: skip


def press(client: Any, **asked: str) -> Any:
    return client.post("/help/?lang=zh-hans", {"key": str(uuid.uuid4())} | asked)


def test_form_is_light_and_speaks_both_languages(client: Any, db: None) -> None:
    for language, words in (("zh-hans", "发出求助"), ("en", "Send the call for help")):
        page = client.get(f"/help/?lang={language}")
        assert words in page.content.decode()
        assert len(page.content) < 20_000
        assert page["Cache-Control"] == "no-store"
    assert not page.cookies


def test_number_is_given_at_once_and_the_whole_stands_in_the_case(
    client: Any, post: Any, held_clock: Any
) -> None:
    page = press(client, **ASKED, latitude="-17.73", longitude="168.31", accuracy_m="30")
    case = Case.objects.get()
    assert case.number in page.content.decode()
    assert post.duty_phone in page.content.decode()
    assert (case.post, case.origin, case.contact) == (post, Origin.FORM, "+678 555 0123")
    assert (case.place, case.landmark) == ("瓦努阿图 维拉港", "灯塔旁")
    assert (case.event, case.steps_taken, case.latitude) == ("被困二楼", "已报警", -17.73)
    assert client.get(f"/help/?number={case.number}").content.decode().count(case.number) == 0


def test_pressed_twice_it_is_one_case(client: Any, post: Any) -> None:
    key = str(uuid.uuid4())
    pages = [press(client, key=key, **ASKED) for _ in range(2)]
    assert Case.objects.count() == HelpRequest.objects.count() == 1
    assert all(Case.objects.get().number in page.content.decode() for page in pages)


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "XX"},
        {"country": ""},
        {"latitude": "north", "longitude": "1e999"},
        {"latitude": "91", "longitude": "0"},
        {"key": "not a key"},
        {"incident": "-1"},
        {"incident": "99999999999999999999"},
        {"event": "x" * 10_000 + "\x00\u202e"},
    ],
)
def test_wrong_field_costs_no_call(client: Any, post: Any, wrong: dict[str, str]) -> None:
    assert press(client, **ASKED | wrong).status_code == 200
    assert Case.objects.count() == 1


def test_only_an_empty_form_is_turned_down(client: Any, db: None) -> None:
    page = press(client, contact=" ")
    assert page.status_code == 400
    assert "还没有收到内容" in page.content.decode()
    assert press(client, event="help").status_code == 200


def test_form_of_an_incident_belongs_to_it(
    client: Any, post: Any, officer: Any, held_clock: Any
) -> None:
    port_vila()
    incident = declare(post, officer, people=6)
    page = client.get(f"/help/?incident={incident.pk}").content.decode()
    assert f'name="incident" value="{incident.pk}"' in page
    press(client, contact="1", incident=str(incident.pk))
    assert Case.objects.get().incident == incident


def test_kept_raw_and_sealed_before_anything_is_tried(
    client: Any, post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(requests, "open_case", broken)
    page = press(client, **ASKED)
    assert page.status_code == 200
    assert "您的求助已保存" in page.content.decode()
    kept = HelpRequest.objects.get()
    assert json.loads(kept.body)["event"] == "被困二楼"
    assert kept.worked_at is None


def test_above_the_limit_it_is_kept_and_said_so(
    client: Any, post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "AT_ONCE", 2)
    for _ in range(2):
        press(client, **ASKED)
    page = press(client, **ASKED).content.decode()
    assert "没有被拒绝" in page
    assert Case.objects.count() == 2
    assert HelpRequest.objects.filter(held=True).count() == 1
