"""Telling parties of their places: offered, confirmed, changed, gone. One wave for many parties.

What is owed stands in the offers: who is to be told has no number of a wave there yet. The sweep
pays what is left, so that an answer by SMS is worked off without waiting for another message.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from config.kernel import clock
from crisis.incidents.models import Incident
from crisis.incidents.services.expanding import as_recipient
from crisis.incidents.services.speaking import open_wave
from crisis.seats.describing import Words, both, describe, legs_of, moment
from crisis.seats.models import Offer, Traveller
from crisis.seats.services.noting import hold
from crisis.seats.states import OfferState, Wish
from crisis.transports.models import EvacuationOperation
from crisis.transports.states import OperationState, TransportStatus
from notifications.models import Wave
from notifications.services.recipients import add_recipients
from notifications.services.waves import recipients_done
from notifications.states import WaveKind
from registry.reach import addresses_for

AT_A_TIME = 500  # offers in one commit
HELPS_FOR = timedelta(hours=24)
_ENDED = (OfferState.DECLINED, OfferState.LAPSED, OfferState.WITHDRAWN)
_WHY = {
    OfferState.DECLINED: gettext_noop("您已回复放弃"),
    OfferState.LAPSED: gettext_noop("未在时限内确认，已转给候补"),
    OfferState.WITHDRAWN: gettext_noop("安排有变"),
}
CANCELLED = gettext_noop("该班次已取消")
CONFIRMED = gettext_noop("席位已确认")
CHANGED = gettext_noop("席位安排有变，以本条为准")

_OWED = (
    Q(state=OfferState.OFFERED, wave_ref=None)
    | Q(state=OfferState.CONFIRMED, passage_ref=None)
    # Who never heard of an offer is not told that it is gone.
    | Q(state__in=_ENDED, farewell_ref=None, wave_ref__isnull=False)
)


def tell_seats() -> int:
    """The sweep's step: write what is owed to some parties. Returns how many were told."""
    owed = Offer.objects.filter(_OWED, operation__state=OperationState.OPEN)
    operations = owed.order_by().values_list("operation", flat=True).distinct()
    rows = EvacuationOperation.objects.filter(pk__in=list(operations))
    return sum(_tell_some(operation) for operation in rows.select_related("incident__post"))


@transaction.atomic
def _tell_some(operation: EvacuationOperation) -> int:
    hold(operation)
    owed = Offer.objects.filter(_OWED, operation=operation).select_related("journey")
    return tell(operation.incident, list(owed.order_by("pk")[:AT_A_TIME]))


def tell(incident: Incident, offers: Sequence[Offer]) -> int:
    """Write to these parties what their offers say now, in the caller's transaction."""
    alike: dict[tuple[int, str, object], list[Offer]] = defaultdict(list)
    for offer in offers:
        extra = offer.deadline_at if offer.state == OfferState.OFFERED else offer.told_at is None
        alike[offer.journey_id, offer.state, extra].append(offer)
    for (_, state, _), some in alike.items():
        _WRITE[OfferState(state)](incident, some)
    return len(offers)


def _offered(incident: Incident, offers: Sequence[Offer]) -> None:
    journey, deadline = offers[0].journey, offers[0].deadline_at
    legs = legs_of(journey)
    by = moment(deadline, legs[0].origin.time_zone)
    wave = open_wave(
        incident,
        kind=WaveKind.OFFER,
        template="seat_offer",
        lasts=max(deadline - clock.now(), timedelta(minutes=1)),
        extra=describe(legs, confirmed=False).variables() | _pair("deadline", by),
    )
    _send(wave, offers, wave_ref=wave.pk)


def _confirmed(incident: Incident, offers: Sequence[Offer]) -> None:
    legs = legs_of(offers[0].journey)
    news = both(CONFIRMED if offers[0].told_at is None else CHANGED)
    wave = open_wave(
        incident,
        kind=WaveKind.PASSAGE,
        template="seat_passage",
        lasts=_until(legs[0].departs_at),
        extra=describe(legs, confirmed=True).variables() | _pair("news", news),
    )
    _send(wave, offers, passage_ref=wave.pk, told_at=clock.now())


def _ended(incident: Incident, offers: Sequence[Offer]) -> None:
    legs = legs_of(offers[0].journey)
    cancelled = any(leg.status == TransportStatus.CANCELLED for leg in legs)
    why = CANCELLED if cancelled else _WHY[OfferState(offers[0].state)]
    wave = open_wave(
        incident,
        kind=WaveKind.SEAT_OFF,
        template="seat_off",
        lasts=HELPS_FOR,
        extra=describe(legs, confirmed=False).variables() | _pair("why", both(why)),
    )
    _send(wave, offers, farewell_ref=wave.pk)


_WRITE: dict[OfferState, Callable[[Incident, Sequence[Offer]], None]] = {
    OfferState.OFFERED: _offered,
    OfferState.CONFIRMED: _confirmed,
    **dict.fromkeys(_ENDED, _ended),
}


def _pair(name: str, words: Words) -> dict[str, str]:
    return {f"seat_{name}": words.zh, f"seat_{name}_en": words.en}


def _send(wave: Wave, offers: Sequence[Offer], **told: object) -> None:
    """To every address of everybody in these parties: one of them sees it in time."""
    people = travelling(offers)
    reach = addresses_for(people)
    if reach.addresses:
        add_recipients(wave=wave, recipients=[as_recipient(one) for one in reach.addresses])
    recipients_done(wave=wave)
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(**told)
    for offer in offers:
        for name, value in told.items():
            setattr(offer, name, value)


def travelling(offers: Iterable[Offer]) -> list[int]:
    """The people for whom these places are."""
    parties = [offer.party_id for offer in offers]
    rows = Traveller.objects.filter(party__among=parties, wish=Wish.GOING)
    return list(rows.values_list("person_ref", flat=True))


def _until(departs_at: datetime) -> timedelta:
    """A message helps until the vehicle has left; a late one is still better than none."""
    return max(departs_at - clock.now(), timedelta(hours=1))
