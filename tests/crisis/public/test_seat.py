"""The place that was offered, on the page behind a personal link"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.kernel import clock
from crisis.seats.models import Offer
from crisis.seats.services import make_offer
from crisis.seats.states import OfferState
from crisis.transports.models import Journey, Place
from crisis.transports.states import Disclosure
from notifications.models import Delivery
from notifications.tokens import token_for
from registry.models import Person
from tests.crisis.seats.conftest import asks, gathered, incident, journey, operation

__all__ = ["asks", "gathered", "incident", "journey", "operation"]
pytestmark = pytest.mark.django_db
OPENID = "oWang0123456789abcdefghijklm"


@pytest.fixture
def offer(asks: Callable[..., Person], gathered: Any, journey: Journey, officer: Any) -> Offer:
    Place.objects.filter(code="VLI").update(disclosure=Disclosure.PASSENGERS, directions="北门")
    asks("王小明", openid=OPENID)
    deadline = clock.now() + timedelta(hours=2)
    party = gathered()["王小明"].party
    return make_offer(party=party, journey=journey, deadline_at=deadline, officer=officer)


def link(offer: Offer) -> str:
    delivery = Delivery.objects.get(wave=offer.wave_ref, channel="wechat")
    return f"/c/{token_for(delivery.key)}/"


def test_one_press_confirms_and_only_then_says_where(offer: Offer, client: Client) -> None:
    before = client.get(link(offer)).content.decode()
    assert "为您和同行人留有撤离席位" in before
    assert "航班MU9001" in before
    assert "北门" not in before
    assert "维拉港机场" not in before
    assert "王小明" not in before
    after = client.post(link(offer), {"choice": "seat_yes", "key": "one"}).content.decode()
    assert Offer.objects.get().state == OfferState.CONFIRMED
    assert "已收到：确认席位" in after
    assert "维拉港机场，北门" in after
    # Pressed again, by a phone that did not hear: nothing changes.
    client.post(link(offer), {"choice": "seat_yes", "key": "one"})
    assert Offer.objects.get().state == OfferState.CONFIRMED


def test_giving_it_up_and_changing_ones_mind_in_english(offer: Offer, client: Client) -> None:
    gone = client.post(f"{link(offer)}?lang=en", {"choice": "seat_no"}).content.decode()
    assert Offer.objects.get().state == OfferState.DECLINED
    assert "Confirm the seats" in gone
    client.post(f"{link(offer)}?lang=en", {"choice": "seat_yes"})
    assert Offer.objects.get().state == OfferState.CONFIRMED


def test_too_late_is_said(offer: Offer, client: Client, held_clock: Any) -> None:
    held_clock(3 * 3600)
    page = client.post(link(offer), {"choice": "seat_yes"}).content.decode()
    assert Offer.objects.get().state == OfferState.LAPSED
    assert "席位没有为您保留住" in page
    assert "已过确认时限" in page
    assert "维拉港机场" not in page


def test_looking_changes_nothing_and_weighs_little(offer: Offer, client: Client) -> None:
    page = client.get(link(offer))
    assert len(page.content) < 10_000
    assert Offer.objects.get().state == OfferState.OFFERED
