"""Officers' words about people go with the people; who went with whom stays"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from config.kernel import clock, retention
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.seats.models import Offer, Party, Traveller, TravellerEvent
from crisis.seats.services import (
    join_parties,
    keep_back,
    let_go,
    make_offer,
    order_priority,
    withdraw_offer,
)
from crisis.seats.services.keeping import forget_people
from crisis.seats.states import Priority
from crisis.transports.models import Journey
from registry.holds import Erasure
from registry.models import Person

pytestmark = pytest.mark.django_db
WORDS = "肾病透析"


@pytest.fixture
def worded(asks: Callable[..., Person], gathered: Any, journey: Journey, officer: Any) -> Traveller:
    """A reason of every kind."""
    asks("王小明", 1)
    asks("李娜", 2)
    rows = gathered()
    row = rows["王小明"]
    join_parties(parties=[one.party for one in rows.values()], officer=officer, reason=WORDS)
    order_priority(traveller=row, priority=Priority.MEDICAL, officer=officer, reason=WORDS)
    keep_back(traveller=row, officer=officer, reason=WORDS)
    let_go(traveller=row, officer=officer, reason=WORDS)
    row.refresh_from_db()
    offer = make_offer(
        party=row.party, journey=journey, deadline_at=clock.now() + timedelta(hours=1),
        officer=officer,
    )  # fmt: skip
    withdraw_offer(offer=offer, officer=officer, reason=WORDS)
    return row


def said() -> list[str]:
    rows = [
        *Traveller.objects.values_list("order_reason", flat=True),
        *Traveller.objects.values_list("kept_reason", flat=True),
        *Party.objects.values_list("reason", flat=True),
        *Offer.objects.values_list("end_reason", flat=True),
        *TravellerEvent.objects.values_list("reason", flat=True),
    ]
    return [text for text in rows if text]


def test_reasons_stand_sealed(worded: Traveller) -> None:
    assert len(said()) >= 7
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM seats_travellerevent")
        assert all(WORDS.encode() not in bytes(raw or b"") for (raw,) in cursor.fetchall())


def test_erasing_somebody_takes_the_words(worded: Traveller) -> None:
    forget_people(Erasure(frozenset({worded.person_ref}), frozenset(), {}))
    worded.refresh_from_db()
    assert (worded.order_reason, worded.kept_reason, worded.party.reason) == ("", "", "")
    assert not worded.events.exclude(reason="").exists()
    assert worded.ordered_priority == "medical"
    assert worded.events.exists()


def test_words_go_when_the_incident_is_long_over(worded: Traveller, held_clock: Any) -> None:
    Incident.objects.update(state=IncidentState.STOOD_DOWN, stood_down_at=clock.now())
    held_clock(366 * 86_400)
    while retention.run(budget_s=5).ended:
        continue
    assert said() == []
