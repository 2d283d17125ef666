"""What plans hear from below."""

from typing import Any

from django.dispatch import receiver

from crisis.allocation.services.passing import pass_on
from crisis.seats.models import Offer
from crisis.seats.signals import offer_changed


@receiver(offer_changed)
def _offer(offer: Offer, **_: Any) -> None:
    pass_on(offer=offer)
