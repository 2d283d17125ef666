"""What a party answers: one answer confirms its places or gives them up.

By SMS (5, 6), on the check-in page, or by telephone to an officer. An answer counts at the moment
when it was given. Of two, the later counts, however they arrive.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.rollcall.services.hearing import not_family
from crisis.rollcall.services.log import incident_of
from crisis.seats.describing import legs_of
from crisis.seats.models import Offer, Traveller
from crisis.seats.selectors import newest_offers
from crisis.seats.services.changing import change
from crisis.seats.services.gathering import gather_people
from crisis.seats.services.noting import acting, audited, hold
from crisis.seats.services.offering import room_lacks
from crisis.seats.states import LIVE_OFFERS, OfferState, Wish
from crisis.staff.models import User
from crisis.transports.models import EvacuationOperation
from crisis.transports.states import OPEN_TO_PLAN
from notifications.models import Reply
from notifications.signals import ReadReply
from notifications.states import Meaning, WaveKind


def answer_offer(*, offer: Offer, takes: bool, officer: User) -> Offer:
    """An officer writes down what the party said by telephone or in person, just now.

    Raises DomainError forbidden, not_found, operation_ended, not_live (it is over, and there is no
    room any more or it is not theirs to take up again).
    """
    with acting(offer.operation, officer) as operation:
        key = f"officer:{officer.pk}:{clock.now().isoformat()}"[:60]
        offer.refresh_from_db()
        if not _apply(offer, takes, clock.now(), key, by=officer.username):
            raise DomainError("not_live", _("这份席位邀约已经结束，请重新发出。"), status=409)
        audited(
            "answered", operation, officer, offer=offer.pk, party=offer.party.number, takes=takes
        )
        _after(offer)
    return offer


def hear_answers(replies: Sequence[ReadReply]) -> int:
    """What came by SMS or behind a link; in the transaction of those who read it. Returns how many
    offers were answered. Nothing is audited here: who answered stands in the reply and the log."""
    heard = 0
    for reply in replies:
        if reply.meaning in (Meaning.SEAT_YES, Meaning.SEAT_NO) and not reply.by_contact:
            heard += _hear(reply)
    return heard


def _hear(reply: ReadReply) -> int:
    incident = incident_of(reply.source)
    operation = EvacuationOperation.objects.filter(incident=incident).first() if incident else None
    if operation is None or not reply.persons:
        return 0
    hold(operation)
    takes = reply.meaning == Meaning.SEAT_YES
    offers = newest_offers(operation, [person for person, _ in reply.persons])
    answered = 0
    for offer, is_clear in _meant(reply, offers, takes):
        if not is_clear:
            Offer.objects.filter(pk=offer.pk).update(unclear_at=reply.answered_at)
            continue
        answered += _apply(offer, takes, reply.answered_at, f"reply:{reply.reply_id}")
        _after(offer)
    return answered


def _meant(reply: ReadReply, offers: Sequence[Offer], takes: bool) -> list[tuple[Offer, bool]]:
    """Which of these the answer is to, and whether that is clear.

    A message that offered places to several parties of one phone is answered for all of them. A
    word to another message is clear where there is one offer alone. And nobody gives up the place
    of a party that is not their family's: there an officer asks.
    """
    told_by = Reply.objects.filter(pk=reply.reply_id, delivery__wave__kind=WaveKind.OFFER)
    wave = told_by.values_list("delivery__wave", flat=True).first()
    told = [offer for offer in offers if wave is not None and offer.wave_ref == wave]
    meant = told or list(offers)
    is_one = bool(told) or len(offers) == 1
    strangers = not_family(reply)
    return [
        (offer, takes or (is_one and not _is_foreign(offer, reply, strangers))) for offer in meant
    ]


def _is_foreign(offer: Offer, reply: ReadReply, strangers: frozenset[int]) -> bool:
    refs = [person for person, _ in reply.persons]
    theirs = Traveller.objects.filter(party=offer.party_id, person_ref__in=refs)
    return set(theirs.values_list("person_ref", flat=True)) <= strangers


def _apply(offer: Offer, takes: bool, at: datetime, key: str, *, by: str = "") -> bool:
    """Whether the offer says now what was answered."""
    if offer.answered_at is not None and at < offer.answered_at:
        return False  # said before what counts already
    said: dict[str, Any] = {"answered_at": at, "answer_key": key, "unclear_at": None}
    if not takes:
        return offer.state == OfferState.DECLINED or change(
            offer, OfferState.DECLINED, by=by, ended_at=clock.now(), **said
        )
    if offer.state == OfferState.CONFIRMED:
        return True
    if offer.state == OfferState.OFFERED and at <= offer.deadline_at:
        return change(offer, OfferState.CONFIRMED, by=by, **said)
    return _take_up_again(offer, at, by=by, said=said)


def _take_up_again(offer: Offer, at: datetime, *, by: str, said: dict[str, Any]) -> bool:
    """A yes after a no, or one that was given in time and arrived too late: where the place is
    still free. Too late, or no room: it is noted, and an officer sees it."""
    if (at <= offer.deadline_at or by) and _has_room(offer):
        return change(offer, OfferState.CONFIRMED, by=by, ended_at=None, late_at=None, **said)
    if offer.state == OfferState.OFFERED:
        change(offer, OfferState.LAPSED, ended_at=clock.now())
    Offer.objects.filter(pk=offer.pk).update(late_at=at)
    return False


def _has_room(offer: Offer) -> bool:
    others = Offer.objects.filter(party=offer.party_id, state__in=LIVE_OFFERS)
    legs = legs_of(offer.journey)
    if others.exclude(pk=offer.pk).exists() or any(leg.status not in OPEN_TO_PLAN for leg in legs):
        return False
    members = Traveller.objects.filter(party=offer.party_id, wish=Wish.GOING)
    # One that still waits, past its deadline but before the sweep came, holds its own places.
    return offer.state == OfferState.OFFERED or room_lacks(legs, list(members)) is None


def _after(offer: Offer) -> None:
    """Who gave a place up is not planned for; who took it up again is."""
    members = offer.party.travellers.values_list("person_ref", flat=True)
    gather_people(operation=offer.operation, person_refs=list(members))
