"""Updates and corrections: new words to people who were alerted before.

Above the threshold they wait for a second officer, as a declaration does.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.incidents.announcements import (
    SAYS,
    Kind,
    Words,
    clean_words,
    content_hash,
    new_alert_words,
    render_announcement,
)
from crisis.incidents.drafts import draft_of
from crisis.incidents.models import Announcement, Incident
from crisis.incidents.preview import needs_second_officer, post_for
from crisis.incidents.services.declaring import INITIAL_HELPS_FOR
from crisis.incidents.services.expanding import close_whole_waves
from crisis.incidents.services.speaking import open_wave
from crisis.incidents.services.superseding import alert_to_end, take_over
from crisis.incidents.states import IncidentState
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from notifications.models import Wave
from notifications.states import WaveKind

HELPS_FOR = timedelta(hours=12)


def submit_announcement(
    *, incident: Incident, kind: str, words: Words, officer: User
) -> Announcement:
    """Send an update or a correction to the incident's audience, or lay it before a second
    officer where the audience is above the threshold.

    Raises DomainError: forbidden, outside_jurisdiction, wrong_state (nothing stands that could be
    gone on from), already_submitted, and whatever is wrong with the words.
    """
    demand(officer, Capability.DECLARE)
    post_for(draft_of(incident), officer)
    try:
        with transaction.atomic():
            alert = _alert_to_speak_after(incident, kind)
            said = clean_words(incident, kind, words)
            render_announcement(incident, kind, said, alert=alert)
            announcement = Announcement.objects.create(
                incident=incident,
                kind=kind,
                words=said,
                content_hash=content_hash(kind, said, alert=alert),
                submitted_by=officer,
                submitted_at=clock.now(),
            )
            _record(officer, "announcement.submit", announcement)
            if not needs_second_officer(incident.audience_count):
                _send(announcement, alert)
    except IntegrityError:
        raise DomainError(
            "already_submitted", _("同样的内容已经提交。请刷新页面。"), status=409
        ) from None
    return announcement


@transaction.atomic
def approve_announcement(
    *, announcement: Announcement, officer: User, content_hash: str
) -> Announcement:
    """A second officer confirms what they saw, and it leaves.

    Raises DomainError: forbidden, outside_jurisdiction, same_officer, content_changed (another
    word was said since), wrong_state.
    """
    demand(officer, Capability.APPROVE)
    incident = announcement.incident
    post_for(draft_of(incident), officer)
    if officer.pk == announcement.submitted_by_id:
        raise DomainError("same_officer", _("提交人不能复核自己的发布稿。"), status=403)
    alert = _alert_to_speak_after(incident, announcement.kind)
    announcement = _waiting(announcement)
    if not content_hash == announcement.content_hash == _hash_now(announcement, alert):
        raise DomainError("content_changed", _("情况已变更。请作废后重新起草。"), status=409)
    announcement.approved_by = officer
    _record(officer, "announcement.approve", announcement)
    _send(announcement, alert)
    return announcement


@transaction.atomic
def discard_announcement(*, announcement: Announcement, officer: User) -> None:
    """Throw a waiting one away. Raises DomainError forbidden, outside_jurisdiction, wrong_state."""
    demand(officer, Capability.DECLARE)
    post_for(draft_of(announcement.incident), officer)
    announcement = _waiting(announcement)
    announcement.discarded_at = clock.now()
    announcement.save(update_fields=["discarded_at"])
    _record(officer, "announcement.discard", announcement)


def _alert_to_speak_after(incident: Incident, kind: str) -> Wave:
    """The incident's alert, locked."""
    alert = alert_to_end(incident)
    if not Incident.objects.filter(pk=incident.pk, state=IncidentState.DECLARED).exists():
        raise DomainError("wrong_state", _("事件未在进行中，不能发布更新或更正。"), status=409)
    if kind == Kind.CORRECTION and alert.kind == WaveKind.ALL_CLEAR:
        raise DomainError(
            "wrong_state", _("解除通知已经发出。如危险重现，请发布更新。"), status=409
        )
    return alert


def _waiting(announcement: Announcement) -> Announcement:
    fresh = Announcement.objects.select_for_update(no_key=True).get(pk=announcement.pk)
    if not fresh.waits:
        raise DomainError("wrong_state", _("该发布稿已处理。请刷新页面。"), status=409)
    return fresh


def _hash_now(announcement: Announcement, alert: Wave) -> str:
    return content_hash(announcement.kind, announcement.words, alert=alert)


def _send(announcement: Announcement, alert: Wave) -> None:
    officer = announcement.approved_by or announcement.submitted_by
    speak = _update if announcement.kind == Kind.UPDATE else _correct
    announcement.wave = speak(announcement, alert, officer.username)
    announcement.save(update_fields=["wave", "approved_by"])
    close_whole_waves(announcement.incident)


def _update(announcement: Announcement, alert: Wave, actor: str) -> Wave:
    """New facts; who was still waiting for older ones gets these alone."""
    wave = open_wave(
        announcement.incident,
        kind=WaveKind.UPDATE,
        template=Kind.UPDATE,
        lasts=HELPS_FOR,
        extra=announcement.words,
    )
    take_over(wave, waiting=wave, actor=actor)
    return wave


def _correct(announcement: Announcement, alert: Wave, actor: str) -> Wave:
    """What was said was wrong in part and the danger goes on: whoever read it reads what is right;
    whoever did not gets the alert, in the right words."""
    incident, words = announcement.incident, announcement.words
    correction = open_wave(
        incident,
        kind=WaveKind.CORRECTION,
        template=Kind.CORRECTION,
        lasts=HELPS_FOR,
        extra={name: words[name] for name in SAYS[Kind.CORRECTION]}
        | {"retracted_code": alert.code},
        retracts=alert,
    )
    incident.corrected_words = new_alert_words(incident, words)
    incident.save(update_fields=["corrected_words"])
    again = open_wave(
        incident, kind=WaveKind.INITIAL, template=incident.template, lasts=INITIAL_HELPS_FOR
    )
    take_over(correction, waiting=again, actor=actor)
    return correction


def _record(officer: User, act: str, announcement: Announcement) -> None:
    audit.record(
        actor=officer.username,
        act=act,
        subject=announcement.incident.source,
        announcement=announcement.pk,
        content=announcement.content_hash,
    )
