"""When a drill is over: nothing waits, nothing is in doubt, nobody is about to answer."""

import json
import urllib.request
from typing import Any

from django.conf import settings

from crisis.events.models import OutboxEvent
from crisis.incidents.models import AudienceSlice, Incident
from crisis.rollcall.models import DueStep
from notifications import selectors
from notifications.models import Batch, Inbound


def emulator_stats() -> dict[str, Any]:
    """The emulator's own counts."""
    with urllib.request.urlopen(f"{settings.TWILIO_URL}/stats", timeout=5) as answer:  # noqa: S310
        stats: dict[str, Any] = json.load(answer)
        return stats


def unsettled(incident: Incident) -> dict[str, int]:
    """What is still open, by name; empty when all has settled."""
    source = incident.source
    found = {
        "slices": AudienceSlice.objects.filter(incident=incident, expanded_at=None).count(),
        "deliveries": selectors.unsettled(source),
        "news": Batch.objects.filter(wave__source=source, untold=True).count(),
        "inbox": Inbound.objects.filter(worked_at=None).count(),
        "timers": DueStep.objects.filter(incident=incident, done_at=None).count(),
        "outbox": OutboxEvent.objects.filter(published_at=None).count(),
        "emulator": int(emulator_stats()["pending"]),
    }
    return {name: count for name, count in found.items() if count}
