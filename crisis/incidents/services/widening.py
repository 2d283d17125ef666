"""Widening: the area grows; whoever is newly inside is told what holds now, and nobody else is.

Blueprint promise 1. The people come as more slices of the same audience, so everything that holds
for a declaration holds for them: they are frozen in this commit and expanded by whoever is free.
"""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.events.services import emit
from crisis.events.types import EventType
from crisis.incidents.audience import freeze, set_outside
from crisis.incidents.drafts import AreaDraft, area_of, draft_of
from crisis.incidents.ground import Ids, Shift, as_ids, ground_of, shift_to
from crisis.incidents.models import AudienceSlice, Incident, Widening
from crisis.incidents.preview import post_for
from crisis.incidents.services.changing import (
    check_count,
    discard_change,
    ground_columns,
    open_incident,
    same_change,
    waiting_change,
)
from crisis.incidents.services.declaring import ring_expand
from crisis.incidents.signals import area_changed, incident_widened
from crisis.incidents.widenings import (
    alert_for_newcomers,
    content_hash,
    needs_another,
)
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from notifications.models import Wave
from notifications.services.sparing import spare, take_up
from notifications.services.waves import more_recipients
from registry.geography.inside import Inside, people_inside


def submit_widening(
    *, incident: Incident, area: AreaDraft, officer: User, widening_key: str, confirmed_count: int
) -> Widening:
    """Add ground to an incident's area, or lay it before a second officer.

    `confirmed_count` is the number of newcomers that the officer typed after the preview. Raises
    DomainError: forbidden, outside_jurisdiction, wrong_state, alert_expired, nobody_new,
    count_changed, key_used, and whatever is wrong with the area.
    """
    demand(officer, Capability.DECLARE)
    post_for(draft_of(incident), officer)
    everybody = people_inside(area_of(area), at=clock.now())
    try:
        with transaction.atomic():
            if known := Widening.objects.filter(widening_key=widening_key).first():
                return same_change(known, incident, area, officer)
            incident = _locked(incident)
            newcomers = _newcomers(everybody, incident, confirmed_count)
            widening = _saved(incident, area, officer, widening_key, newcomers.told)
            _record(officer, "incident.widen.submit", widening)
            if not needs_another(incident, newcomers.told):
                _widen(widening, incident, newcomers)
    except IntegrityError:
        # The same form was submitted twice at once: the other one won.
        won = Widening.objects.filter(widening_key=widening_key).first()
        if won is None:
            raise
        return same_change(won, incident, area, officer)
    return widening


def approve_widening(
    *, widening: Widening, officer: User, content_hash: str, confirmed_count: int
) -> Widening:
    """A second officer confirms what they saw. The people are found anew and frozen.

    Raises DomainError: forbidden, outside_jurisdiction, same_officer, content_changed (another
    word was said since), count_changed, nobody_new, wrong_state, alert_expired.
    """
    demand(officer, Capability.APPROVE)
    post_for(draft_of(widening.incident), officer)
    if officer.pk == widening.submitted_by_id:
        raise DomainError("same_officer", _("提交人不能复核自己提交的扩大。"), status=403)
    everybody = people_inside(area_of(ground_of(widening)), at=clock.now())
    with transaction.atomic():
        incident = _locked(widening.incident)
        widening = waiting_change(widening)
        if not content_hash == widening.content_hash == _hash_now(incident, ground_of(widening)):
            raise DomainError("content_changed", _("情况已变更。请作废后重新提交。"), status=409)
        newcomers = _newcomers(everybody, incident, confirmed_count)
        widening.approved_by = officer
        _record(officer, "incident.widen.approve", widening)
        _widen(widening, incident, newcomers)
    return widening


@transaction.atomic
def discard_widening(*, widening: Widening, officer: User) -> None:
    """Throw a waiting one away. Raises DomainError forbidden, outside_jurisdiction, wrong_state."""
    demand(officer, Capability.DECLARE)
    post_for(draft_of(widening.incident), officer)
    widening = waiting_change(widening)
    discard_change(widening)
    _record(officer, "incident.widen.discard", widening)


def _locked(incident: Incident) -> Incident:
    fresh = open_incident(incident)
    alert_for_newcomers(fresh)
    return fresh


def _newcomers(everybody: Inside, incident: Incident, confirmed_count: int) -> Shift:
    """Who is new in the audience, and who is in again."""
    newcomers = shift_to(everybody, incident)
    if not newcomers.told:
        raise DomainError(
            "nobody_new", _("扩大后没有新增的人，未发送任何消息。请检查坐标、半径、多边形和国家。")
        )
    check_count(newcomers.told, confirmed_count)
    return newcomers


def _saved(
    incident: Incident, area: AreaDraft, officer: User, widening_key: str, people: int
) -> Widening:
    return Widening.objects.create(
        **ground_columns(area),
        incident=incident,
        widening_key=widening_key,
        content_hash=_hash_now(incident, area),
        people_previewed=people,
        submitted_by=officer,
        submitted_at=clock.now(),
    )


def _hash_now(incident: Incident, area: AreaDraft) -> str:
    return content_hash(incident, area, alert=alert_for_newcomers(incident))


def _widen(widening: Widening, incident: Incident, newcomers: Shift) -> None:
    """Freeze the newcomers in the caller's commit; ring once it is done."""
    widening.people, widening.widened_at = len(newcomers.fresh), clock.now()
    widening.returned = len(newcomers.back)
    widening.save(update_fields=["people", "returned", "widened_at", "approved_by"])
    let_out_and_in(incident, left=as_ids(()), back=newcomers.back, at=widening.widened_at)
    take_in(incident, newcomers.fresh)
    _record(widening.approved_by or widening.submitted_by, "incident.widen", widening)
    emit(
        type=EventType.INCIDENT_WIDENED,
        subject=incident.source,
        data={
            "incident": incident.pk,
            "countries": widening.countries,
            "added": widening.people,
            "audience": incident.audience_count + widening.people,
        },
    )


def take_in(incident: Incident, newcomers: Inside) -> None:
    """More slices of the same audience, in the caller's commit; ring once it is done."""
    if not len(newcomers):
        return
    slices = AudienceSlice.objects.filter(incident=incident)
    first = slices.aggregate(Max("number"))["number__max"] + 1
    freeze(incident, newcomers, settings.SLICE_SIZE, first=first)
    Incident.objects.filter(pk=incident.pk).update(
        audience_count=F("audience_count") + len(newcomers),
        certain_count=F("certain_count") + int(newcomers.certain.sum()),
    )
    more_recipients(wave=alert_for_newcomers(incident))
    incident_widened.send(sender=Incident, incident=incident)
    transaction.on_commit(lambda: ring_expand(incident.pk))


def let_out_and_in(
    incident: Incident, *, left: Ids, back: Ids, at: datetime, release: Wave | None = None
) -> None:
    """These members are out of the area from `at` on and those are in again; `release` is what the
    former are told. What still waits to be sent to them is cancelled; the latter are told what
    holds now, by the roll call's next step. Before `take_in`: slices are locked before waves, as
    their expansion does."""
    if not len(left) and not len(back):
        return
    set_outside(incident, left=left, back=back)
    out, again = left.tolist(), back.tolist()
    if again:
        take_up(source=incident.source, person_refs=again)
    if out:
        spare(source=incident.source, person_refs=out)
    area_changed.send(
        sender=Incident, incident=incident, at=at, left=out, back=again, release=release
    )


def _record(officer: User, act: str, widening: Widening) -> None:
    audit.record(
        actor=officer.username,
        act=act,
        subject=widening.incident.source,
        widening=widening.pk,
        content=widening.content_hash,
        people=widening.people or widening.people_previewed,
    )
