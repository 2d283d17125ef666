"""The pages of wishes and seats"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.kernel import clock
from config.kernel.models import AuditEntry
from crisis.allocation.models import Placement
from crisis.allocation.services import adopt_plan, propose_plan
from crisis.seats.models import Offer, Traveller
from crisis.seats.services import gather_travellers, make_offer
from crisis.seats.states import OfferState, Wish
from crisis.transports.models import EvacuationOperation, Journey
from registry.models import Household, Person
from tests.crisis.seats.conftest import asks, gathered, home, incident, journey, operation, stand
from tests.support.evacuating import CHILD

__all__ = ["asks", "gathered", "home", "incident", "journey", "operation", "stand"]
pytestmark = pytest.mark.django_db
Asks = Callable[..., Person]


@pytest.fixture
def page(officer: Any, client: Client) -> Client:
    client.force_login(officer)
    return client


def seats(operation: EvacuationOperation, show: str = "") -> str:
    return reverse("console:seats", args=[operation.incident_id]) + (
        f"?show={show}" if show else ""
    )


def person_page(row: Traveller) -> str:
    return reverse("console:seats-person", args=[row.operation.incident_id, row.person_ref])


def typed(hours: float = 1) -> str:
    """A wall clock at the post, eleven hours ahead of UTC."""
    return (clock.now() + timedelta(hours=11 + hours)).strftime("%Y-%m-%dT%H:%M")


def test_the_waiting_list_names_families_with_why(
    page: Client, operation: EvacuationOperation, asks: Asks, stand: Asks, home: Household,
    gathered: Any,
) -> None:  # fmt: skip
    asks("陈母", 1, household=home, obstacles=["lost"])
    stand("陈女", birth_date=CHILD, household=home)
    gathered()
    answer = page.get(seats(operation))
    text = answer.content.decode()
    assert "陈母" in text
    assert "陈女" in text
    assert "携带儿童" in text
    assert "没有有效旅行证件" in text
    assert AuditEntry.objects.filter(act="seat.listed").exists()
    assert "陈母" in page.get(seats(operation, "held")).content.decode()


def test_places_are_offered_to_ticked_parties_and_what_is_refused_stays_ticked(
    page: Client, operation: EvacuationOperation, asks: Asks, gathered: Any, journey: Journey
) -> None:
    asks("王小明", 1)
    party = gathered()["王小明"].party
    send = reverse("console:seats-offer", args=[operation.incident_id])
    late = page.post(send, {"party": party.pk, "way": journey.key, "deadline_at": typed(9)})
    assert late.status_code == 400
    assert "确认时限须在现在之后、出发之前" in late.content.decode()
    assert f'value="{party.pk}" id="party_{party.pk}" checked' in late.content.decode()
    page.post(send, {"party": party.pk, "way": journey.key, "deadline_at": typed()})
    offer = Offer.objects.get()
    assert offer.deadline_at == clock.now() + timedelta(hours=1)
    text = page.get(seats(operation, "offers")).content.decode()
    assert "航班MU9001" in text
    decide = reverse("console:seats-decide", args=[operation.incident_id, offer.pk])
    page.post(decide, {"act": "take"})
    assert Offer.objects.get().state == OfferState.CONFIRMED
    page.post(decide, {"act": "withdraw", "reason": ""})
    assert Offer.objects.get().state == OfferState.CONFIRMED
    page.post(decide, {"act": "withdraw", "reason": "改乘"})
    assert Offer.objects.get().state == OfferState.WITHDRAWN


def test_an_adopted_plan_is_offered_at_once(
    page: Client, operation: EvacuationOperation, asks: Asks, gathered: Any, journey: Journey,
    planner: Any,
) -> None:  # fmt: skip
    for n in (1, 2):
        asks(f"人{n}", n)
    gathered()
    adopt_plan(plan=propose_plan(operation=operation, planner=planner), planner=planner)
    text = page.get(seats(operation)).content.decode()
    assert "按已采用方案发出邀约" in text
    parties = ",".join(str(one.party_id) for one in Traveller.objects.order_by("party"))
    assert f'name="party" value="{parties}"' in text
    send = reverse("console:seats-offer", args=[operation.incident_id])
    page.post(send, {"party": parties, "way": journey.key, "deadline_at": typed()})
    assert Offer.objects.filter(state="offered").count() == 2
    # A place that is given up is free in the plan, and is offered again by hand alone.
    first = Offer.objects.order_by("pk")[0]
    decide = reverse("console:seats-decide", args=[operation.incident_id, first.pk])
    page.post(decide, {"act": "give_up"})
    left = Placement.objects.get(traveller__party=first.party)
    assert (left.journey, left.reason) == (None, "declined")
    assert "按已采用方案发出邀约" not in page.get(seats(operation)).content.decode()


def test_one_person_with_reasons_to_read_aloud_and_every_act(
    page: Client, operation: EvacuationOperation, asks: Asks, stand: Asks, gathered: Any,
    home: Household,
) -> None:  # fmt: skip
    asks("陈母", 1, household=home)
    stand("陈女", birth_date=CHILD, household=home)
    row = gathered()["陈母"]
    at = person_page(row)
    text = page.get(at).content.decode()
    assert "携带儿童：要求撤离；同行儿童 1 名" in text
    assert AuditEntry.objects.filter(act="person.viewed").exists()
    refused = page.post(at, {"act": "priority", "priority": "medical", "reason": ""})
    assert refused.status_code == 400
    assert "请写明理由" in refused.content.decode()
    child = Traveller.objects.exclude(pk=row.pk).get()
    acts = (
        {"act": "priority", "priority": "medical", "reason": "透析"},
        {"act": "papers", "papers": "issued", "visa": "held"},
        {"act": "place_class", "place_class": "wheelchair"},
        {"act": "keep_back", "why": "by_officer", "reason": "等人"},
        {"act": "let_go", "reason": "人到了"},
        {"act": "rules"},
        {"act": "split", "people": [child.pk], "reason": "随父"},
        {"act": "wish", "wish": "staying", "reason": "照顾母亲"},
    )
    for said in acts:
        assert page.post(at, said).status_code == 302, said
    row.refresh_from_db()
    child.refresh_from_db()
    assert (row.ordered_priority, row.visa, row.wish) == ("medical", "held", Wish.STAYING)
    assert child.party_id != row.party_id
    log = page.get(at).content.decode()
    assert "调整优先级" in log
    assert "透析" in log


def test_whoever_never_asked_can_be_written_down(
    page: Client, operation: EvacuationOperation, stand: Asks
) -> None:
    person = stand("李娜")
    at = reverse("console:seats-person", args=[operation.incident_id, person.pk])
    assert "此人没有要求撤离" in page.get(at).content.decode()
    page.post(at, {"act": "wish", "wish": "going"})
    assert Traveller.objects.get().wish == Wish.GOING


def test_looking_changes_nothing_and_an_auditor_does_not_act(
    client: Client, auditor: Any, operation: EvacuationOperation, asks: Asks
) -> None:
    asks("王小明", 1)
    client.force_login(auditor)
    assert client.get(seats(operation)).status_code == 403
    assert not Traveller.objects.exists()


def test_sixty_parties_cost_no_more_queries_than_six(
    page: Client, operation: EvacuationOperation, asks: Asks, gathered: Any, journey: Journey,
    officer: Any, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for n in range(12):
        asks(f"人{n}", n + 1)
    gather_travellers(operation=operation)
    deadline = clock.now() + timedelta(hours=1)
    for row in Traveller.objects.order_by("pk")[:6]:
        make_offer(party=row.party, journey=journey, deadline_at=deadline, officer=officer)
    for show in ("", "offers", "all"):
        with django_assert_max_num_queries(45):
            page.get(seats(operation, show))
