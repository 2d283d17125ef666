"""What arrivals hear from the gates."""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from crisis.arrivals.services import following
from crisis.boarding.signals import passages_changed


@receiver(passages_changed)
def _passages(transport_id: int, person_refs: Collection[int], **_: Any) -> None:
    following.follow_gates(transport_id=transport_id, person_refs=person_refs)
