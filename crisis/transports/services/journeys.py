"""Chaining transports into journeys."""

from collections.abc import Sequence

from django.db import transaction

from crisis.staff.models import User
from crisis.transports.chains import check_chain, key_of
from crisis.transports.models import EvacuationOperation, Journey, JourneyLeg, Transport
from crisis.transports.services.operations import note
from crisis.transports.services.refusing import hold_open

__all__ = ["chain_transports", "check_chain", "journey_of", "key_of"]


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


@transaction.atomic
def chain_transports(
    *, operation: EvacuationOperation, transports: Sequence[Transport], planner: User
) -> Journey:
    """A planner chains transports by hand, for a plan or an offer to take.

    Raises DomainError forbidden, not_found, operation_ended, and as check_chain does.
    """
    held = hold_open(operation, planner)
    journey = journey_of(operation=held, transports=transports)
    note(held, planner, "journey.chained", journey=journey.key)
    return journey
