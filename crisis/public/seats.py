"""The place that was offered to whoever holds a personal link, as their page shows it."""

from dataclasses import dataclass

from config.kernel import clock
from crisis.seats.describing import Described, Words, describe, legs_of, moment
from crisis.seats.models import Offer
from crisis.seats.selectors import offer_behind
from crisis.seats.states import OfferState
from crisis.transports.models import EvacuationOperation
from notifications.models import Delivery, DeliveryPerson
from notifications.states import TO_CONTACTS


@dataclass(frozen=True, slots=True)
class Seat:
    """`takes` and `gives_up`: what may be pressed now. Where to meet is in `words` only once it
    may be told."""

    offer: Offer
    words: Described
    deadline: Words

    @property
    def takes(self) -> bool:
        in_time = clock.now() <= self.offer.deadline_at
        return in_time and self.offer.state in (OfferState.OFFERED, OfferState.DECLINED)

    @property
    def gives_up(self) -> bool:
        return self.offer.state in (OfferState.OFFERED, OfferState.CONFIRMED)


def seat_behind(delivery: Delivery) -> Seat | None:
    """None for a message about somebody else, and where several places stand behind one link:
    those are answered by the digits of their own messages."""
    wave = delivery.wave
    number = wave.source.removeprefix("incident:")
    if wave.kind in TO_CONTACTS or number == wave.source or not number.isdigit():
        return None
    operation = EvacuationOperation.objects.filter(incident=int(number)).first()
    if operation is None:
        return None
    people = DeliveryPerson.objects.filter(delivery=delivery).values_list("person_ref", flat=True)
    offer = offer_behind(operation, list(people), wave.pk)
    if offer is None:
        return None
    legs = legs_of(offer.journey)
    confirmed = offer.state == OfferState.CONFIRMED
    deadline = moment(offer.deadline_at, legs[0].origin.time_zone)
    return Seat(offer, describe(legs, confirmed=confirmed), deadline)
