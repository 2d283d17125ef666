"""How an incident speaks: one door to notifications for every wave it sends."""

from collections.abc import Mapping
from datetime import timedelta

from config.kernel import clock
from crisis.events.services import emit
from crisis.events.types import EventType
from crisis.incidents.drafts import draft_of, text_variables
from crisis.incidents.models import Announcement, Incident
from crisis.incidents.selectors import alert_wave
from crisis.incidents.states import ResponseLevel
from notifications.models import Wave
from notifications.services.waves import create_wave
from notifications.states import Priority, WaveKind


def open_wave(
    incident: Incident,
    *,
    kind: WaveKind,
    template: str,
    lasts: timedelta,
    extra: Mapping[str, str] | None = None,
    retracts: Wave | None = None,
) -> Wave:
    """A wave in the incident's words, without recipients yet; partners are told of it.

    `lasts` is how long the message helps; `extra` are variables besides the draft's own. Call
    inside a transaction. Raises what create_wave raises.
    """
    post = incident.post
    wave = create_wave(
        kind=kind,
        priority=_priority(incident, kind),
        template=template,
        variables={
            **text_variables(draft_of(incident), post),
            **incident.corrected_words,
            **(extra or {}),
        },
        signature=(post.signature_zh, post.signature_en),
        source=incident.source,
        expires_at=clock.now() + lasts,
        retracts=retracts,
    )
    emit(
        type=EventType.WAVE_CREATED,
        subject=incident.source,
        data={"incident": incident.pk, "wave": wave.code, "kind": kind, "priority": wave.priority},
    )
    return wave


def say_again(incident: Incident, *, lasts: timedelta) -> Wave | None:
    """The standing alert in its very words, under a code of its own, for people whom it did not
    reach; None where nothing stands or the danger is over. Call inside a transaction."""
    alert = alert_wave(incident)
    if alert is None or alert.kind == WaveKind.ALL_CLEAR:
        return None
    said = Announcement.objects.filter(wave=alert).first()
    return open_wave(
        incident,
        kind=WaveKind.AGAIN,
        template=alert.template,
        lasts=lasts,
        extra=said.words if said else None,
    )


def _priority(incident: Incident, kind: WaveKind) -> Priority:
    """A retraction overtakes everything; alerts at red overtake what is ordinary."""
    if kind in (WaveKind.RETRACTION, WaveKind.CORRECTION):
        return Priority.RETRACTION
    warns = kind in (WaveKind.INITIAL, WaveKind.UPDATE, WaveKind.REMINDER, WaveKind.AGAIN)
    red = incident.response_level == ResponseLevel.RED
    return Priority.RED if warns and red else Priority.ORDINARY
