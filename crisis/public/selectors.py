"""What anybody may read: notices of open and recent incidents."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from config.kernel import clock
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from notifications.models import Wave
from notifications.selectors import public_waves

# As long as a check-in link lives, somebody may still hold a message and wonder.
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Notice:
    """One wave as a public notice. `standing` is current, retracted, corrected, overtaken or over;
    `ended` is the wave that holds in its place."""

    wave: Wave
    ended: Wave | None
    standing: str


def notices() -> list[Notice]:
    """Every message to the public of open and recent incidents, newest first. Two queries."""
    recent = Q(state=IncidentState.STOOD_DOWN, stood_down_at__gt=clock.now() - RECENT)
    incidents = Incident.objects.filter(Q(state=IncidentState.DECLARED) | recent)
    sources = [f"incident:{pk}" for pk in incidents.values_list("pk", flat=True)]
    return [Notice(wave, ended, standing_of(wave, ended)) for wave, ended in public_waves(sources)]


def standing_of(wave: Wave, ended: Wave | None) -> str:
    """What became of a message, in one word for pages and programs."""
    if wave.retracted_at is None:
        return "current"
    if ended is None or ended.kind == "retraction":
        return "retracted"
    return {"correction": "corrected", "all_clear": "over"}.get(ended.kind, "overtaken")
