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
from crisis.incidents.selectors import ALERTS, alert_wave
from crisis.incidents.services.expanding import close_whole_waves
from crisis.incidents.services.speaking import open_wave
from crisis.incidents.services.superseding import alert_to_end, take_over
from crisis.incidents.states import IncidentState
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from notifications.models import Wave
from notifications.selectors import waves_of
from notifications.services.following import follow_waves
from notifications.services.waves import retract_wave
from notifications.states import WaveKind

HELPS_FOR = timedelta(hours=24)


@transaction.atomic
def retract_incident_wave(*, incident: Incident, wave: Wave, officer: User) -> Wave:
    """Take the incident's alert back: no window of it, nor of any wave that says it again, starts
    after this commits; everyone who got or may have got one is told, ahead of the queue. `wave`,
    an alert of this incident, is the one that the retraction names. Returns the retraction.

    Any officer of the post may do it, alone: taking back must never wait for a second person.
    Raises DomainError: forbidden, outside_jurisdiction, already_retracted, wrong_wave.
    """
    demand(officer, Capability.DECLARE)
    post = post_for(draft_of(incident), officer)
    if wave.source != incident.source or wave.kind not in ALERTS:
        raise DomainError("wrong_wave", _("该批次不能撤回。"))
    Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    if alert_wave(incident) is None:
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
    # Relatives and those asked for their family were told of it too.
    everything = list(waves_of(incident.source).filter(pk__lt=retraction.pk))
    for before in everything:
        retract_wave(wave=before, actor=officer.username, by=retraction)
    follow_waves(wave=retraction, followed=dict.fromkeys(everything))
    close_whole_waves(incident)
    emit(
        type=EventType.WAVE_RETRACTED,
        subject=incident.source,
        data={"incident": incident.pk, "wave": wave.code, "retraction": retraction.code},
    )
    return retraction


@transaction.atomic
def send_all_clear(*, incident: Incident, officer: User) -> Wave:
    """Tell everyone in the audience that the danger is over. No earlier word leaves after it.

    Raises DomainError: forbidden, outside_jurisdiction, wrong_state, already_sent.
    """
    demand(officer, Capability.DECLARE)
    post_for(draft_of(incident), officer)
    incident = Incident.objects.get(pk=incident.pk)
    if incident.state not in (IncidentState.DECLARED, IncidentState.STOOD_DOWN):
        raise DomainError("wrong_state", _("事件尚未宣布，没有可以解除的告警。"), status=409)
    if alert_to_end(incident).kind == WaveKind.ALL_CLEAR:
        raise DomainError("already_sent", _("解除通知已经发出。"), status=409)
    audit.record(actor=officer.username, act="incident.all_clear", subject=incident.source)
    wave = open_wave(incident, kind=WaveKind.ALL_CLEAR, template="all_clear", lasts=HELPS_FOR)
    take_over(wave, waiting=wave, actor=officer.username)
    close_whole_waves(incident)
    return wave
