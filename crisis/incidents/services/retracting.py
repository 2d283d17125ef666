"""Taking an alert back, and saying that the danger is over."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.events.services import emit
from crisis.events.types import EventType
from crisis.incidents.drafts import draft_of
from crisis.incidents.models import Incident
from crisis.incidents.preview import post_for
from crisis.incidents.services.expanding import initial_wave
from crisis.incidents.services.speaking import open_wave
from crisis.incidents.states import IncidentState
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from notifications.models import Wave
from notifications.selectors import may_have_got, waves_of
from notifications.services.recipients import add_recipients, recipients_from
from notifications.services.waves import recipients_done, retract_wave
from notifications.states import WaveKind

HELPS_FOR = timedelta(hours=24)


@transaction.atomic
def retract_incident_wave(*, incident: Incident, wave: Wave, officer: User) -> Wave:
    """No window of `wave` starts after this commits; everyone who got or may have got it is told
    at once, ahead of the queue. With the first alert go all waves that repeat it. Returns the
    retraction wave.

    Any officer of the post may do it, alone: taking back must never wait for a second person.
    Raises DomainError: forbidden, outside_jurisdiction, already_retracted, wrong_wave.
    """
    demand(officer, Capability.DECLARE)
    post = post_for(draft_of(incident), officer)
    if wave.source != incident.source or wave.kind == WaveKind.RETRACTION:
        raise DomainError("wrong_wave", _("该批次不能撤回。"))
    if not retract_wave(wave=wave, actor=officer.username):
        raise DomainError("already_retracted", _("该批次已经撤回。"), status=409)
    sent_at = wave.created_at.astimezone(ZoneInfo(post.time_zone))
    retraction = open_wave(
        incident,
        kind=WaveKind.RETRACTION,
        template="retraction",
        lasts=HELPS_FOR,
        extra={"retracted_code": wave.code, "sent_at": f"{sent_at:%H:%M}"},
        retracts=wave,
    )
    repeats = _repeats(wave) if wave.kind == WaveKind.INITIAL else []
    for repeat in repeats:
        retract_wave(wave=repeat, actor=officer.username)
    _follow([wave, *repeats], retraction)
    emit(
        type=EventType.WAVE_RETRACTED,
        subject=incident.source,
        data={"incident": incident.pk, "wave": wave.code, "retraction": retraction.code},
    )
    return retraction


@transaction.atomic
def send_all_clear(*, incident: Incident, officer: User) -> Wave:
    """Tell everyone who got the first alert that the danger is over."""
    demand(officer, Capability.DECLARE)
    post_for(draft_of(incident), officer)
    # Two officers may press at once: the row lock makes the second one see the first one's wave.
    incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    if incident.state not in (IncidentState.DECLARED, IncidentState.STOOD_DOWN):
        raise DomainError("wrong_state", _("事件尚未宣布，没有可以解除的告警。"), status=409)
    if waves_of(incident.source).filter(kind=WaveKind.ALL_CLEAR).exists():
        raise DomainError("already_sent", _("解除通知已经发出。"), status=409)
    audit.record(actor=officer.username, act="incident.all_clear", subject=incident.source)
    wave = open_wave(incident, kind=WaveKind.ALL_CLEAR, template="all_clear", lasts=HELPS_FOR)
    first = initial_wave(incident)
    _follow([first, *_repeats(first)], wave)
    return wave


def _repeats(first: Wave) -> list[Wave]:
    """The waves that say the first alert again: they reach addresses it did not use."""
    again = waves_of(first.source).filter(kind__in=[WaveKind.REMINDER, WaveKind.UPDATE])
    return list(again)


def _follow(followed: list[Wave], wave: Wave) -> None:
    """Fill `wave` with everyone who got, or may have got, a wave that it follows."""
    add_recipients(wave=wave, recipients=recipients_from(may_have_got(*followed)))
    recipients_done(wave=wave)
