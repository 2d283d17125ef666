"""Narrowing and moving: the area becomes other ground, in one act.

Whoever is newly inside is told what holds now, as in a widening. Whoever is left out stays in the
audience with all that is known of them, and is let go: not reminded, not counted as in the area,
not sent updates. Why: docs/decisions/left-out-is-not-forgotten.md.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.events.services import emit
from crisis.events.types import EventType
from crisis.incidents.drafts import AreaDraft, area_of, draft_of
from crisis.incidents.ground import Shift, ground_of, shift_to
from crisis.incidents.models import Incident, Reshaping
from crisis.incidents.preview import post_for
from crisis.incidents.reshapings import (
    RELEASED,
    affected,
    check_not_empty,
    clean_release,
    needs_second,
)
from crisis.incidents.reshapings import content_hash as hash_of
from crisis.incidents.services.changing import (
    check_count,
    discard_change,
    ground_columns,
    open_incident,
    same_change,
    waiting_change,
)
from crisis.incidents.services.speaking import open_wave
from crisis.incidents.services.widening import let_out_and_in, take_in
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from notifications.models import Wave
from notifications.states import WaveKind
from registry.geography.inside import Inside, people_inside

RELEASE_HELPS_FOR = timedelta(hours=12)


def submit_reshaping(
    *,
    incident: Incident,
    area: AreaDraft,
    words: Mapping[str, str],
    officer: User,
    reshaping_key: str,
    confirmed_count: int,
) -> Reshaping:
    """Make `area` the incident's area, or lay that before a second officer.

    `words` (news, news_en) are what those left out are told; empty, they are told nothing.
    `confirmed_count` is how many people it concerns: left out, newly inside and in again. Raises
    DomainError: forbidden, outside_jurisdiction, wrong_state, alert_expired, nobody_left,
    nobody_concerned, count_changed, key_used, and whatever is wrong with the area or the words.
    """
    demand(officer, Capability.DECLARE)
    post_for(draft_of(incident), officer)
    said = clean_release(incident, words)
    everybody = people_inside(area_of(area), at=clock.now())
    try:
        with transaction.atomic():
            if known := Reshaping.objects.filter(reshaping_key=reshaping_key).first():
                return same_change(known, incident, area, officer)
            incident = open_incident(incident)
            shift = _shift(everybody, incident, confirmed_count)
            reshaping = _saved(incident, area, said, officer, reshaping_key, shift)
            _record(officer, "incident.reshape.submit", reshaping)
            if not needs_second(incident, shift):
                _reshape(reshaping, incident, shift)
    except IntegrityError:
        # The same form was submitted twice at once: the other one won.
        won = Reshaping.objects.filter(reshaping_key=reshaping_key).first()
        if won is None:
            raise
        return same_change(won, incident, area, officer)
    return reshaping


def approve_reshaping(
    *, reshaping: Reshaping, officer: User, content_hash: str, confirmed_count: int
) -> Reshaping:
    """A second officer confirms what they saw. The people are found anew.

    Raises DomainError: forbidden, outside_jurisdiction, same_officer, content_changed (another
    word was said since), count_changed, wrong_state, alert_expired, nobody_left.
    """
    demand(officer, Capability.APPROVE)
    post_for(draft_of(reshaping.incident), officer)
    if officer.pk == reshaping.submitted_by_id:
        raise DomainError("same_officer", _("提交人不能复核自己提交的调整。"), status=403)
    ground = ground_of(reshaping)
    everybody = people_inside(area_of(ground), at=clock.now())
    with transaction.atomic():
        incident = open_incident(reshaping.incident)
        reshaping = waiting_change(reshaping)
        shift = _shift(everybody, incident, confirmed_count)
        now = hash_of(incident, ground, reshaping.words, shift)
        if not content_hash == reshaping.content_hash == now:
            raise DomainError("content_changed", _("情况已变更。请作废后重新提交。"), status=409)
        reshaping.approved_by = officer
        _record(officer, "incident.reshape.approve", reshaping)
        _reshape(reshaping, incident, shift)
    return reshaping


@transaction.atomic
def discard_reshaping(*, reshaping: Reshaping, officer: User) -> None:
    """Throw a waiting one away. Raises DomainError forbidden, outside_jurisdiction, wrong_state."""
    demand(officer, Capability.DECLARE)
    post_for(draft_of(reshaping.incident), officer)
    reshaping = waiting_change(reshaping)
    discard_change(reshaping)
    _record(officer, "incident.reshape.discard", reshaping)


def _shift(everybody: Inside, incident: Incident, confirmed_count: int) -> Shift:
    shift = shift_to(everybody, incident)
    check_not_empty(shift)
    people = affected(shift)
    if not people:
        raise DomainError("nobody_concerned", _("这样调整不涉及任何人，未作更改。请检查区域。"))
    check_count(people, confirmed_count)
    return shift


def _saved(
    incident: Incident,
    area: AreaDraft,
    said: Mapping[str, str],
    officer: User,
    key: str,
    shift: Shift,
) -> Reshaping:
    return Reshaping.objects.create(
        **ground_columns(area),
        incident=incident,
        words=dict(said),
        reshaping_key=key,
        content_hash=hash_of(incident, area, said, shift),
        people_previewed=affected(shift),
        submitted_by=officer,
        submitted_at=clock.now(),
    )


def _reshape(reshaping: Reshaping, incident: Incident, shift: Shift) -> None:
    """In the caller's commit: who is out, who is in again, who is new; what they are told."""
    reshaping.added, reshaping.returned = len(shift.fresh), len(shift.back)
    reshaping.released, reshaping.reshaped_at = len(shift.left), clock.now()
    reshaping.wave = _release_wave(reshaping, incident) if len(shift.left) else None
    reshaping.save()
    let_out_and_in(
        incident,
        left=shift.left,
        back=shift.back,
        at=reshaping.reshaped_at,
        release=reshaping.wave,
    )
    take_in(incident, shift.fresh)
    _record(reshaping.approved_by or reshaping.submitted_by, "incident.reshape", reshaping)
    emit(
        type=EventType.INCIDENT_RESHAPED,
        subject=incident.source,
        data={
            "incident": incident.pk,
            "countries": reshaping.countries,
            "added": reshaping.added + reshaping.returned,
            "released": reshaping.released,
            "audience": incident.audience_count + reshaping.added,
        },
    )


def _release_wave(reshaping: Reshaping, incident: Incident) -> Wave | None:
    if not reshaping.words:
        return None
    return open_wave(
        incident,
        kind=WaveKind.RELEASE,
        template=RELEASED,
        lasts=RELEASE_HELPS_FOR,
        extra=reshaping.words,
    )


def _record(officer: User, act: str, reshaping: Reshaping) -> None:
    audit.record(
        actor=officer.username,
        act=act,
        subject=reshaping.incident.source,
        reshaping=reshaping.pk,
        content=reshaping.content_hash,
        people=reshaping.people_previewed,
        released=reshaping.released,
        added=reshaping.added + reshaping.returned,
    )
