"""What cases hear from below."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from crisis.cases.services import hearing
from crisis.rollcall.services.log import Entry
from crisis.rollcall.signals import help_called
from crisis.rollcall.states import Source


@receiver(help_called)
def _called(
    incident_id: int, calls: Sequence[Entry], source: Source, recorded_by: str, **_: Any
) -> None:
    if source == Source.SELF:
        return  # a self-report opens its one case itself: it knows the place and the whole party
    hearing.hear_calls(incident_id=incident_id, calls=calls, source=source, recorded_by=recorded_by)
