"""自行离开: the public page of ways out, filing signed in and by an alert's link."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.kernel import clock
from crisis.transports.models import SelfEvacuation, SelfEvacuee
from crisis.transports.services import CorridorDraft, add_corridor
from crisis.transports.states import CorridorStatus, Disclosure
from tests.support import scene
from tests.support.evacuating import make_operation

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(held_clock: Any) -> dict[str, Any]:
    return scene.port_vila()


@pytest.fixture
def operation(people: Any, post: Any, officer: Any, planner: Any) -> Any:
    return make_operation(scene.declare(post, officer, people=6), planner)


@pytest.fixture
def corridor(operation: Any, planner: Any, post: Any, other_post: Any) -> Any:
    draft = CorridorDraft(
        name="桑托渡轮", from_country="VU", to_country="FJ", latitude=-15.5, longitude=167.2,
        hours="每日 06:00–18:00", visa_rule="免签 30 天", near_post=post, far_post=other_post,
        status=CorridorStatus.OPEN, disclosure=Disclosure.PUBLIC,
    )  # fmt: skip
    return add_corridor(operation=operation, draft=draft, planner=planner)


def typed(hours: int = 6, **more: Any) -> dict[str, Any]:
    """A form of the page; Fiji is twelve hours ahead of the clock."""
    there = clock.now() + timedelta(hours=12 + hours)
    moment = {"expected_on": f"{there:%Y-%m-%d}", "expected_time": f"{there:%H:%M}"}
    return {"act": "file", "key": "k1", **moment, **more}


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_everybody_reads_public_facts_and_no_more(
    client: Client, operation: Any, corridor: Any
) -> None:
    operation.places.filter(code="VLI").update(disclosure="passengers", contact="小张")
    page = client.get("/citizens/evacuation/")
    words = text_of(page)
    for fact in ("桑托渡轮", "每日 06:00–18:00", "免签 30 天", "+6785550100", "+6795550100"):
        assert fact in words
    assert "12-17 13:00" in words  # last checked, by the clock there
    assert "苏瓦安置点" in words
    assert "维拉港机场" not in words
    assert "小张" not in words
    assert len(page.content) < 60_000
    assert "Ways to leave" in text_of(client.get("/citizens/evacuation/?lang=en"))
    operation.state = "ended"
    operation.save(update_fields=["state"])
    assert "桑托渡轮" not in text_of(client.get("/citizens/evacuation/"))


def test_citizen_files_for_the_family_and_says_what_became_of_it(
    people: Any, operation: Any, corridor: Any, client_of: Any
) -> None:
    wang = people["wang"]
    client, address = client_of(wang), f"/me/leaving/{operation.pk}/"
    assert client.get("/me/leaving/")["Location"].startswith(address)
    assert "桑托渡轮" in text_of(client.get(address))
    wrong = client.post(address, typed(hours=-1, corridor=corridor.pk, contact="+6785550101"))
    assert (wrong.status_code, "+6785550101" in text_of(wrong)) == (400, True)
    client.post(address, typed(corridor=corridor.pk, names="李同行\n赵同行"))
    client.post(address, typed(corridor=corridor.pk))  # pressed twice
    filing = SelfEvacuation.objects.get()
    assert filing.expected_at == clock.now() + timedelta(hours=6)
    assert [row.name for row in SelfEvacuee.objects.order_by("pk")] == ["", "李同行", "赵同行"]
    assert "+6795550100" in text_of(client.get(address))
    client.post(address, typed(hours=9) | {"act": "delay", "route": "绕行"})
    filing.refresh_from_db()
    assert (filing.route, filing.expected_at) == ("绕行", clock.now() + timedelta(hours=9))
    assert client.post(address, {"act": "delay", "expected_on": "x"}).status_code == 400
    client.post(address, {"act": "crossed"})
    filing.refresh_from_db()
    assert filing.state == "arrived"
    assert "绕行" in text_of(client.get("/me/download/guihang.txt"))


def test_link_of_the_alert_files_too_and_shows_no_name(
    client: Client, people: Any, operation: Any, corridor: Any
) -> None:
    link = scene.link_of(people["wang"])
    assert 'href="leaving/' in text_of(client.get(link))
    address = f"{link}leaving/"
    page = client.get(address)
    assert (page.status_code, page["Cache-Control"]) == (200, "no-store")
    assert "王小明" not in text_of(page)
    assert client.post(address, typed(to_country="FJ")).status_code == 302
    assert SelfEvacuation.objects.get().people.get().person_ref == people["wang"].pk
    client.post(address, {"act": "withdraw"})
    assert SelfEvacuation.objects.get().state == "withdrawn"
    assert client.get("/c/nonsense/leaving/").status_code == 404


def test_nobody_is_ticked_who_was_not_offered(
    people: Any, operation: Any, corridor: Any, client_of: Any
) -> None:
    client, address = client_of(people["wang"]), f"/me/leaving/{operation.pk}/"
    given = typed(corridor=corridor.pk, companions=[people["li"].pk])
    client.post(address, given)
    refs = set(SelfEvacuee.objects.values_list("person_ref", flat=True))
    assert people["li"].pk not in refs
