"""Offering places to parties, and taking them back."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.seats.describing import legs_of
from crisis.seats.models import Offer, Party, Traveller
from crisis.seats.selectors import places_taken
from crisis.seats.services.changing import change
from crisis.seats.services.noting import acting, audited, note, words
from crisis.seats.services.telling import tell
from crisis.seats.signals import offer_changed
from crisis.seats.states import LIVE_OFFERS, OfferState, TravellerAct, Wish
from crisis.staff.models import User
from crisis.transports.models import EvacuationOperation, Journey, Transport
from crisis.transports.states import OPEN_TO_PLAN, PlaceClass


def make_offer(*, party: Party, journey: Journey, deadline_at: datetime, officer: User) -> Offer:
    """Offer one party its places; see make_offers."""
    [offer] = make_offers(
        parties=[party], journey=journey, deadline_at=deadline_at, officer=officer
    )
    return offer


def make_offers(
    *, parties: Collection[Party], journey: Journey, deadline_at: datetime, officer: User
) -> list[Offer]:
    """Offer these parties places on one journey until `deadline_at` (UTC), all or none, and write
    to everybody in them. Live offers hold their places on every leg.

    Raises DomainError forbidden, not_found, operation_ended, nobody (no party), other_operation,
    transport_closed (cancelled or gone), bad_deadline (past, or after the first departure),
    nobody_going, kept_back, offered_already, no_room.
    """
    with acting(journey.operation, officer) as operation:
        rows = sorted(set(parties), key=lambda party: party.number)
        legs = _check(operation, journey, rows, deadline_at)
        members = _members(rows)
        _check_room(legs, members)
        offers = Offer.objects.bulk_create(
            Offer(
                operation=operation,
                party=party,
                journey=journey,
                offered_by=officer,
                offered_at=clock.now(),
                deadline_at=deadline_at,
            )
            for party in rows
        )
        note(members, TravellerAct.OFFERED, value=journey.key[:20], by=officer.username)
        audited(
            "offered", operation, officer, journey=journey.key,
            parties=[party.number for party in rows], until=deadline_at.isoformat(),
        )  # fmt: skip
        tell(operation.incident, offers)
        for offer in offers:
            offer_changed.send(Offer, offer=offer)
    return offers


def withdraw_offer(*, offer: Offer, officer: User, reason: str) -> Offer:
    """Take a place back, offered or confirmed; the party waits again, and is told.

    Raises DomainError forbidden, not_found, operation_ended, reason_needed, reason_too_long,
    not_live.
    """
    said = words(reason)
    with acting(offer.operation, officer) as operation:
        fields = {"ended_at": clock.now(), "end_reason": said}
        if not change(offer, OfferState.WITHDRAWN, by=officer.username, reason=said, **fields):
            raise DomainError("not_live", _("这份席位邀约已经结束。"), status=409)
        audited("withdrawn", operation, officer, offer=offer.pk, party=offer.party.number)
        tell(operation.incident, [offer] if offer.wave_ref else [])
    return offer


def _check(
    operation: EvacuationOperation,
    journey: Journey,
    parties: Sequence[Party],
    deadline_at: datetime,
) -> list[Transport]:
    if not parties:
        raise DomainError("nobody", _("请选择同行组。"), {"field": "parties"})
    if any(party.operation_id != operation.pk for party in parties):
        raise DomainError("other_operation", _("这些同行组不属于同一撤离行动。"))
    legs = legs_of(journey)
    for leg in legs:
        if leg.status not in OPEN_TO_PLAN:
            sentence = _("%(number)s 已取消或已出发。") % {"number": leg.number}
            raise DomainError("transport_closed", sentence, status=409)
    if not clock.now() < deadline_at <= legs[0].departs_at:
        raise DomainError(
            "bad_deadline", _("确认时限须在现在之后、出发之前。"), {"field": "deadline_at"}
        )
    live = Offer.objects.filter(party__in=parties, state__in=LIVE_OFFERS)
    if held := live.select_related("party").first():
        raise DomainError(
            "offered_already",
            _("同行组 %(number)s 已有席位邀约。") % {"number": held.party.number},
            status=409,
        )
    return legs


def _members(parties: Sequence[Party]) -> list[Traveller]:
    """Whoever goes; a party of whom somebody is kept back goes whole or not at all."""
    ids = [party.pk for party in parties]
    going = Traveller.objects.filter(party__among=ids, wish=Wish.GOING).select_related("party")
    members = list(going.order_by("pk"))
    for party in parties:
        if not any(one.party_id == party.pk for one in members):
            sentence = _("同行组 %(number)s 没有要求撤离的人。") % {"number": party.number}
            raise DomainError("nobody_going", sentence, status=409)
    for one in members:
        if one.kept_back:
            raise DomainError(
                "kept_back",
                _("同行组 %(number)s 有人暂不能走：%(why)s。请先解除或拆组。")
                % {"number": one.party.number, "why": one.get_kept_back_display()},
                status=409,
            )
    return members


def _check_room(legs: Sequence[Transport], members: Sequence[Traveller]) -> None:
    if full := room_lacks(legs, members):
        leg, place = full
        raise DomainError(
            "no_room",
            _("%(number)s 的%(place)s不够。") % {"number": leg.number, "place": place.label},
            {"transport": leg.pk, "place_class": place.value},
            status=409,
        )


def room_lacks(
    legs: Sequence[Transport], members: Sequence[Traveller]
) -> tuple[Transport, PlaceClass] | None:
    """The first leg and class of place that cannot take these beside those who hold places; call
    it while nobody else changes seats (crisis.seats.services.noting.hold)."""
    needed = Counter(PlaceClass(one.place_class) for one in members)
    taken = places_taken(legs)
    for leg in legs:
        for place, people in needed.items():
            if taken.get((leg.pk, place), 0) + people > leg.capacity[place]:
                return leg, place
    return None
