"""One change of an offer's state, for whoever makes it."""

from typing import Any

from crisis.seats.models import Offer, Traveller
from crisis.seats.services.noting import note
from crisis.seats.signals import offer_changed
from crisis.seats.states import TRANSITIONS, OfferState, TravellerAct, Wish

_ACT = {
    OfferState.CONFIRMED: TravellerAct.CONFIRMED,
    OfferState.DECLINED: TravellerAct.DECLINED,
    OfferState.LAPSED: TravellerAct.LAPSED,
    OfferState.WITHDRAWN: TravellerAct.WITHDRAWN,
}


def change(
    offer: Offer, state: OfferState, *, by: str = "", reason: str = "", **fields: Any
) -> bool:
    """Move the offer where the table allows it and nobody was quicker; False otherwise. What its
    party is to be told is owed anew. Call inside a transaction."""
    before = [old for old, after in TRANSITIONS.items() if state in after]
    # Confirmed again after a no: they are told again where to be, and of the end again.
    fields |= {"passage_ref": None, "farewell_ref": None}
    rows = Offer.objects.filter(pk=offer.pk, state__in=before)
    if not rows.update(state=state, **fields):
        offer.refresh_from_db()
        return False
    offer.refresh_from_db()
    going = Traveller.objects.filter(party=offer.party_id, wish=Wish.GOING)
    note(going, _ACT[state], value=f"offer:{offer.pk}", reason=reason, by=by)
    offer_changed.send(Offer, offer=offer)
    return True
