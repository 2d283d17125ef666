"""What the call list hears from below."""

from collections import defaultdict
from typing import Any

from django.dispatch import receiver

from crisis.calls.services.listing import hurry_unreached
from crisis.rollcall.services.log import incident_of
from notifications.signals import ToldOutcome, outcomes_told
from notifications.states import DeliveryState

_LOST = frozenset({DeliveryState.FAILED, DeliveryState.UNDELIVERED})


@receiver(outcomes_told)
def _outcomes(outcomes: list[ToldOutcome], **_: Any) -> None:
    """The roll call, an app before this one, has written them down already."""
    lost: dict[str, list[int]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.state in _LOST and not outcome.to_contact:
            lost[outcome.source].extend(outcome.person_refs)
    for source, persons in lost.items():
        if (incident := incident_of(source)) is not None:
            hurry_unreached(incident.pk, persons)
