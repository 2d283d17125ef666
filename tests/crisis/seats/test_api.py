"""crisis/seats/api.py: the services by the API"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from config.kernel import clock
from config.kernel.models import AuditEntry
from crisis.seats.models import Traveller
from crisis.transports.models import EvacuationOperation, Transport
from registry.models import Household, Person
from tests.support.evacuating import CHILD, make_transport

pytestmark = pytest.mark.django_db


class Api:
    def __init__(self, operation: EvacuationOperation, user: Any) -> None:
        self.incident = operation.incident_id
        self.client = APIClient()
        self.client.force_authenticate(user)

    def __call__(self, method: str, path: str, **body: Any) -> Any:
        path = path.replace("N", str(self.incident))
        send = getattr(self.client, method)
        return send(f"/api/seats/{path}", body or None, format="json")


@pytest.fixture
def api(operation: EvacuationOperation, planner: Any) -> Api:
    return Api(operation, planner)


@pytest.fixture
def flight(operation: EvacuationOperation) -> Transport:
    return make_transport(operation)


def row(name: str) -> Traveller:
    return Traveller.objects.get(person_ref=Person.objects.get(name=name).pk)


def test_who_wants_to_go_is_gathered_listed_and_offered_places(
    api: Api, asks: Callable[..., Person], stand: Any, home: Household, flight: Transport
) -> None:
    asks("母", 1, household=home)
    stand("女", birth_date=CHILD, household=home)
    asks("客", 2)
    assert api("post", "incidents/N/gather/").json() == {"changed": 3}
    assert api("get", "incidents/N/").json()["going"] == 3
    listed = api("get", "incidents/N/waiting/").json()
    assert [(one["number"], one["priority"], len(one["people"])) for one in listed] == [
        (1, "with_children", 2),
        (2, "adult", 1),
    ]
    deadline = (clock.now() + timedelta(hours=1)).isoformat()
    made = api(
        "post", "incidents/N/offers/", parties=[listed[0]["party"]], transports=[flight.pk],
        deadline_at=deadline,
    )  # fmt: skip
    assert made.status_code == 201
    [offer] = made.json()
    assert (offer["state"], offer["transports"]) == ("offered", [flight.pk])
    assert api("post", f"offers/{offer['id']}/answer/", takes=True).json()["state"] == "confirmed"
    assert [one["number"] for one in api("get", "incidents/N/waiting/").json()] == [2]
    ended = api("post", f"offers/{offer['id']}/withdraw/", reason="改乘")
    assert ended.json()["state"] == "withdrawn"
    assert [one["state"] for one in api("get", "incidents/N/offers/").json()] == ["withdrawn"]


def test_order_papers_class_and_keeping_back(api: Api, asks: Callable[..., Person]) -> None:
    asks("王小明", 1)
    api("post", "incidents/N/gather/")
    at = f"travellers/{row('王小明').pk}/"
    refused = api("put", f"{at}priority/", priority="medical")
    assert (refused.status_code, refused.json()["code"]) == (400, "reason_needed")
    ordered = api("put", f"{at}priority/", priority="medical", reason="透析").json()
    assert (ordered["priority"], ordered["ordered"]) == ("medical", True)
    assert api("put", f"{at}papers/", papers="lost").json()["kept_back"] == "no_papers"
    assert api("put", f"{at}let-go/", reason="驻在国放行").json()["kept_back"] == ""
    assert api("put", f"{at}kept-back/", reason="等家人").json()["kept_back"] == "by_officer"
    assert api("put", f"{at}place-class/", place_class="stretcher").json()["place_class"] == (
        "stretcher"
    )
    assert api("get", at).json()["papers"] == "lost"
    entry = AuditEntry.objects.filter(act="seat.kept_back").get()
    assert "等家人" not in str(entry.detail)
    assert row("王小明").events.filter(act="kept_back").get().reason == "等家人"


def test_wishes_and_parties(api: Api, asks: Callable[..., Person], stand: Any) -> None:
    asks("王小明", 1)
    silent = stand("李娜")
    api("post", "incidents/N/gather/")
    made = api("post", "incidents/N/wishes/", person_ref=silent.pk, wish="going").json()
    assert (made["wish"], made["person_ref"]) == ("going", silent.pk)
    parties = [row(name).party_id for name in ("王小明", "李娜")]
    kept = api("post", "incidents/N/join/", parties=parties, reason="陪护").json()
    assert kept["id"] == parties[0]
    parted = api("post", f"parties/{kept['id']}/split/", travellers=[row("李娜").pk], reason="改乘")
    assert parted.json()["number"] == 3
    listed = api("get", "incidents/N/travellers/?wish=going").json()["rows"]
    assert [one["party_number"] for one in listed] == [1, 3]
    unknown = api("post", "incidents/N/wishes/", person_ref=10**9, wish="going")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_in_audience")


def test_another_posts_officer_finds_nothing(
    operation: EvacuationOperation, outsider: Any, asks: Callable[..., Person], api: Api
) -> None:
    asks("王小明", 1)
    api("post", "incidents/N/gather/")
    theirs = Api(operation, outsider)
    assert theirs("get", "incidents/N/waiting/").status_code == 404
    assert theirs("get", f"travellers/{row('王小明').pk}/").status_code == 404
