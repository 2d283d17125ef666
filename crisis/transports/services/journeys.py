"""Chaining transports into journeys."""

from collections.abc import Sequence

from django.db import transaction

from crisis.transports.chains import check_chain, key_of
from crisis.transports.models import EvacuationOperation, Journey, JourneyLeg, Transport

__all__ = ["check_chain", "journey_of", "key_of"]


@transaction.atomic
def journey_of(*, operation: EvacuationOperation, transports: Sequence[Transport]) -> Journey:
    """The journey that takes these transports in this order; there is one row of it, ever.

    Raises DomainError as check_chain does.
    """
    check_chain(operation, transports)
    journey, new = Journey.objects.get_or_create(operation=operation, key=key_of(transports))
    if new:
        JourneyLeg.objects.bulk_create(
            JourneyLeg(journey=journey, position=position, transport=transport)
            for position, transport in enumerate(transports, start=1)
        )
    return journey
