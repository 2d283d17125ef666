"""A place that was not taken passes on: in the adopted plan it is free from that moment."""

from crisis.allocation.models import Placement
from crisis.allocation.states import PlanState
from crisis.seats.models import Offer
from crisis.seats.states import KeptBack, OfferState

_WHY = {OfferState.LAPSED: KeptBack.OFFER_LAPSED, OfferState.DECLINED: KeptBack.DECLINED}


def pass_on(*, offer: Offer) -> int:
    """The party waits again, with the reason; in the transaction that ended its offer. Whom an
    officer put there by hand stays: it is for them to say. Returns how many places are free."""
    reason = _WHY.get(OfferState(offer.state))
    if reason is None:
        return 0
    placed = Placement.objects.filter(
        plan__operation=offer.operation_id,
        plan__state=PlanState.ADOPTED,
        traveller__party=offer.party_id,
        journey=offer.journey_id,
        fixed=False,
    )
    return placed.update(journey=None, reason=reason)
