"""crisis/seats/services/offering.py, answering.py, lapsing.py: a place offered, taken, passed on"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.seats.models import Offer, Traveller
from crisis.seats.selectors import places_taken, waiting_list
from crisis.seats.services import (
    answer_offer,
    join_parties,
    keep_back,
    make_offer,
    make_offers,
    withdraw_offer,
)
from crisis.seats.services.answering import hear_answers
from crisis.seats.services.lapsing import follow_cancelled, follow_changed, lapse_offers
from crisis.seats.services.telling import tell_seats
from crisis.seats.states import KeptBack, OfferState, Wish
from crisis.transports.models import EvacuationOperation, Journey, Place, Transport
from crisis.transports.services.journeys import journey_of
from crisis.transports.states import Disclosure, PlaceClass, TransportStatus
from notifications.models import Reply, Wave
from notifications.selectors import shown_texts, unmatched_replies, waves_of
from notifications.signals import ReadReply
from notifications.states import Meaning, WaveKind
from registry.models import Household, Person
from tests.support.evacuating import make_transport
from tests.support.waves import make_wave, number

pytestmark = pytest.mark.django_db
Asks = Callable[..., Person]
Gather = Callable[[], dict[str, Traveller]]


def soon(hours: float = 2) -> datetime:
    return clock.now() + timedelta(hours=hours)


def refused(code: str, act: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        act()
    assert refusal.value.code == code
    return refusal.value


@pytest.fixture
def offered(
    asks: Asks, gathered: Gather, journey: Journey, officer: Any, gateway: Any, send: Any
) -> Offer:
    """王小明 was offered a place, and the message left."""
    asks("王小明", 1)
    offer = make_offer(
        party=gathered()["王小明"].party, journey=journey, deadline_at=soon(), officer=officer
    )
    send(Wave.objects.get(pk=offer.wave_ref))
    return offer


def now(offer: Offer) -> Offer:
    return Offer.objects.get(pk=offer.pk)


# -- Offering ---------------------------------------------------------------------------------


def test_the_offer_says_what_when_from_where_and_until_when(offered: Offer) -> None:
    text = Wave.objects.get(pk=offered.wave_ref).texts["sms"]
    assert "航班MU9001" in text["zh-hans"]
    assert "12月17日19:00（当地时间）从维拉港机场出发，前往苏瓦安置点" in text["zh-hans"]
    assert "请于12月17日15:00前回复5确认 6放弃" in text["zh-hans"]
    assert "flight MU9001, 17 Dec 19:00 (local), Port Vila airport to Suva shelter" in text["en"]
    assert waiting_list(offered.operation) == []


def test_baggage_is_that_of_the_narrowest_leg(
    asks: Asks, gathered: Gather, operation: EvacuationOperation, officer: Any
) -> None:
    asks("王小明", 1)
    legs = [
        make_transport(operation, "巴士1", destination="SUV", hours=3, baggage_kg=30),
        make_transport(operation, "MU2", origin="SUV", destination="CAN", hours=9, baggage_kg=10),
    ]
    journey = journey_of(operation=operation, transports=legs)
    offer = make_offer(
        party=gathered()["王小明"].party, journey=journey, deadline_at=soon(), officer=officer
    )
    text = Wave.objects.get(pk=offer.wave_ref).texts["sms"]["zh-hans"]
    assert "航班巴士1转航班MU2" in text
    assert "前往广州" in text
    assert "每人行李不超过10公斤" in text


def test_where_to_meet_is_told_to_confirmed_passengers_alone(offered: Offer, officer: Any) -> None:
    Place.objects.filter(code="VLI").update(disclosure=Disclosure.PASSENGERS, directions="北门")
    withdraw_offer(offer=offered, officer=officer, reason="重发")
    offer = make_offer(
        party=offered.party, journey=offered.journey, deadline_at=soon(), officer=officer
    )
    before = Wave.objects.get(pk=offer.wave_ref)
    assert "地点确认席位后告知" in before.texts["sms"]["zh-hans"]
    assert "机场" not in before.texts["sms"]["zh-hans"]
    assert "airport" not in before.texts["sms"]["en"]
    answer_offer(offer=offer, takes=True, officer=officer)
    tell_seats()
    told = Wave.objects.get(pk=now(offer).passage_ref)
    assert "集合：维拉港机场，北门" in told.texts["sms"]["zh-hans"]
    # Nor does anybody read it who types the code into the public page.
    assert "机场" not in str(shown_texts(told))
    assert "机场" in str(told.texts)


def test_a_place_that_is_held_is_not_offered_twice(
    asks: Asks, gathered: Gather, operation: EvacuationOperation, officer: Any
) -> None:
    for n in (1, 2):
        asks(f"人{n}", n)
    small = make_transport(operation, "MU1", seats=1)
    journey = journey_of(operation=operation, transports=[small])
    rows = gathered()
    first = make_offer(
        party=rows["人1"].party, journey=journey, deadline_at=soon(), officer=officer
    )
    assert places_taken([small]) == {(small.pk, PlaceClass.SEAT): 1}

    def second() -> Offer:
        return make_offer(
            party=rows["人2"].party, journey=journey, deadline_at=soon(), officer=officer
        )

    refused("no_room", second)
    withdraw_offer(offer=first, officer=officer, reason="改乘")
    assert second().state == OfferState.OFFERED


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("late", "bad_deadline"),
        ("past", "bad_deadline"),
        ("gone", "transport_closed"),
        ("held", "kept_back"),
        ("stays", "nobody_going"),
        ("again", "offered_already"),
    ],
)
def test_what_is_refused(
    spoil: str, code: str, asks: Asks, gathered: Gather, journey: Journey, officer: Any
) -> None:
    asks("王小明", 1)
    row = gathered()["王小明"]
    deadline = {"late": soon(7), "past": soon(-1)}.get(spoil, soon())
    if spoil == "gone":
        Transport.objects.update(status=TransportStatus.DEPARTED)
    if spoil == "held":
        keep_back(traveller=row, officer=officer, reason="等旅行证", why=KeptBack.NO_PAPERS)
    if spoil == "stays":
        Traveller.objects.update(wish=Wish.STAYING)
    if spoil == "again":
        make_offer(party=row.party, journey=journey, deadline_at=deadline, officer=officer)
    before = Offer.objects.count()
    refused(
        code,
        lambda: make_offer(party=row.party, journey=journey, deadline_at=deadline, officer=officer),
    )
    assert Offer.objects.count() == before


def test_all_or_none_are_offered(
    asks: Asks, gathered: Gather, operation: EvacuationOperation, officer: Any
) -> None:
    for n in range(1, 4):
        asks(f"人{n}", n)
    journey = journey_of(
        operation=operation, transports=[make_transport(operation, "MU1", seats=2)]
    )
    parties = [row.party for row in gathered().values()]
    act = {"journey": journey, "deadline_at": soon(), "officer": officer}
    refused("no_room", lambda: make_offers(parties=parties, **act))
    assert not Offer.objects.exists()
    offers = make_offers(parties=parties[:2], **act)
    assert len({offer.wave_ref for offer in offers}) == 1


def test_a_stranger_neither_sees_nor_offers(
    asks: Asks, gathered: Gather, journey: Journey, outsider: Any, auditor: Any
) -> None:
    asks("王小明", 1)
    act = {"party": gathered()["王小明"].party, "journey": journey, "deadline_at": soon()}
    refused("not_found", lambda: make_offer(**act, officer=outsider))
    refused("forbidden", lambda: make_offer(**act, officer=auditor))


# -- Answering --------------------------------------------------------------------------------


def test_one_answer_confirms_and_where_to_be_is_told(offered: Offer, hear: Any) -> None:
    hear(number(1), "5")
    offer = now(offered)
    assert (offer.state, offer.answer_key[:6]) == (OfferState.CONFIRMED, "reply:")
    assert tell_seats() == 1
    assert tell_seats() == 0
    told = Wave.objects.get(pk=now(offered).passage_ref)
    assert told.kind == WaveKind.PASSAGE
    assert "席位已确认" in told.texts["sms"]["zh-hans"]
    # And the roll call knows that they were heard of, and nothing else.
    assert RollCallEvent.objects.get(kind="added").person_ref
    assert Standing.objects.get().condition == "safe"


def test_a_no_passes_the_place_on_until_they_ask_again(
    offered: Offer, hear: Any, gathered: Gather, held_clock: Any
) -> None:
    hear(number(1), "放弃")
    assert now(offered).state == OfferState.DECLINED
    row = gathered()["王小明"]
    assert (row.wish, row.kept_back) == (Wish.GOING, KeptBack.DECLINED)
    assert places_taken([Transport.objects.get()]) == {}
    held_clock(60)
    hear(number(1), "4")
    assert gathered()["王小明"].kept_back == ""


def test_the_later_of_two_answers_counts_and_a_repeat_changes_nothing(
    offered: Offer, hear: Any, held_clock: Any
) -> None:
    for word, state in (
        ("5", "confirmed"),
        ("5", "confirmed"),
        ("6", "declined"),
        ("5", "confirmed"),
    ):
        held_clock(60)
        hear(number(1), word)
        assert now(offered).state == state


def test_five_without_an_offer_is_for_a_human_to_read(
    asks: Asks, incident: Any, gateway: Any, send: Any, hear: Any
) -> None:
    asks("王小明", 1)
    send(make_wave(1, source=incident.source))
    hear(number(1), "5")
    assert Reply.objects.get().meaning == Meaning.POSSIBLE_HELP


def test_other_words_go_to_the_roll_call_as_ever(offered: Offer, hear: Any) -> None:
    hear(number(1), "2")
    assert now(offered).state == OfferState.OFFERED
    assert Standing.objects.get().condition == "needs_help"
    assert not unmatched_replies().exists()


def test_the_deadline_passes_the_place_to_the_waiting_list(
    offered: Offer, held_clock: Any, gathered: Gather
) -> None:
    held_clock(2 * 3600 - 1)
    assert lapse_offers() == 0
    held_clock(2)
    assert lapse_offers() == 1
    assert lapse_offers() == 0
    [waits] = waiting_list(offered.operation)
    assert waits.reasons == [KeptBack.OFFER_LAPSED]
    # It may be planned for again: only an answer gives a place up.
    assert gathered()["王小明"].kept_back == ""
    tell_seats()
    told = Wave.objects.get(pk=now(offered).farewell_ref)
    assert "未在时限内确认" in told.texts["sms"]["zh-hans"]


def test_a_late_yes_is_seen_and_takes_nobodys_place(
    offered: Offer, hear: Any, held_clock: Any
) -> None:
    held_clock(3 * 3600)
    hear(number(1), "5")
    offer = now(offered)
    assert offer.state == OfferState.LAPSED
    assert offer.late_at is not None


def test_an_answer_given_in_time_counts_though_it_arrives_late(
    offered: Offer, held_clock: Any, officer: Any
) -> None:
    pressed = clock.now() + timedelta(minutes=30)
    held_clock(3 * 3600)
    lapse_offers()
    person = offered.party.travellers.get().person_ref
    reply = ReadReply(
        reply_id=1, source=offered.operation.incident.source, channel="link",
        address_index=b"", meaning=Meaning.SEAT_YES, persons=((person, True),),
        answered_at=pressed, received_at=clock.now(), latitude=None, longitude=None,
        accuracy_m=None,
    )  # fmt: skip
    assert hear_answers([reply]) == 1
    assert now(offered).state == OfferState.CONFIRMED


def test_an_officer_answers_for_who_telephones(offered: Offer, planner: Any) -> None:
    answer_offer(offer=offered, takes=True, officer=planner)
    assert now(offered).state == OfferState.CONFIRMED
    acts = offered.party.travellers.get().events.values_list("act", "by")
    assert ("confirmed", planner.username) in set(acts)


def test_a_familys_one_answer_is_for_all_of_it(
    asks: Asks, gathered: Gather, journey: Journey, officer: Any, gateway: Any, send: Any,
    hear: Any, home: Household,
) -> None:  # fmt: skip
    asks("母", 1, household=home)
    asks("父", 2, household=home)
    offer = make_offer(
        party=gathered()["母"].party, journey=journey, deadline_at=soon(), officer=officer
    )
    send(Wave.objects.get(pk=offer.wave_ref))
    hear(number(2), "5确认")
    assert now(offer).state == OfferState.CONFIRMED


# -- What becomes of vehicles -------------------------------------------------------------------


def test_a_cancelled_flight_takes_its_places_back_and_says_so(offered: Offer, officer: Any) -> None:
    answer_offer(offer=offered, takes=True, officer=officer)
    flight = Transport.objects.get()
    Transport.objects.update(status=TransportStatus.CANCELLED)
    assert follow_cancelled(transport=flight) == 1
    tell_seats()
    told = Wave.objects.get(pk=now(offered).farewell_ref)
    assert "该班次已取消。请勿为此前往集合地点" in told.texts["sms"]["zh-hans"]
    assert [waits.party for waits in waiting_list(offered.operation)] == [offered.party]


def test_a_new_time_is_told_to_whoever_was_told_the_old_one(offered: Offer, officer: Any) -> None:
    answer_offer(offer=offered, takes=True, officer=officer)
    tell_seats()
    flight = Transport.objects.get()
    flight.departs_at += timedelta(hours=1)
    flight.arrives_at += timedelta(hours=1)
    flight.save()
    assert follow_changed(transport=flight, fields={"status"}) == 0
    assert follow_changed(transport=flight, fields={"departs_at"}) == 1
    tell_seats()
    told = waves_of(offered.operation.incident.source).filter(kind=WaveKind.PASSAGE).last()
    assert told is not None
    assert "席位安排有变，以本条为准" in told.texts["sms"]["zh-hans"]
    assert "12月17日20:00" in told.texts["sms"]["zh-hans"]


def test_parties_with_a_place_are_not_joined(
    offered: Offer, asks: Asks, gathered: Gather, officer: Any
) -> None:
    asks("李娜", 2)
    other = gathered()["李娜"].party
    act = {"officer": officer, "reason": "邻居同行"}
    refused("offered_already", lambda: join_parties(parties=[offered.party, other], **act))
    withdraw_offer(offer=offered, officer=officer, reason="并组")
    assert join_parties(parties=[other, offered.party], **act) == offered.party
    assert offered.party.travellers.count() == 2
