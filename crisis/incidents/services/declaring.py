"""Declaring: draft, second officer, freeze. Nothing leaves before the freeze has committed."""

from collections.abc import Collection
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.events.services import emit
from crisis.events.types import EventType
from crisis.incidents.audience import freeze
from crisis.incidents.drafts import (
    IncidentDraft,
    area_of,
    check_draft,
    draft_of,
    polygon_of,
    render_texts,
)
from crisis.incidents.drafts import content_hash as hash_of
from crisis.incidents.likeness import another_event
from crisis.incidents.models import Incident
from crisis.incidents.preview import needs_second_officer, post_for
from crisis.incidents.series import check_mainshock, mainshock_of, unasked_of
from crisis.incidents.services.outages import end_with_incident
from crisis.incidents.services.speaking import open_wave
from crisis.incidents.signals import incident_declared, incident_reopened, incident_stood_down
from crisis.incidents.states import TRANSITIONS, IncidentState, ResponseLevel
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from notifications import bell
from notifications.states import WaveKind
from registry.geography.inside import Inside, people_inside
from registry.models import Post

# After this the first message no longer helps and is not sent any more.
INITIAL_HELPS_FOR = timedelta(hours=6)
EXPAND = "incidents.expand"


def declare_incident(
    *,
    draft: IncidentDraft,
    officer: User,
    declaration_key: str,
    confirmed_count: int,
    another_than: Collection[int] = (),
) -> Incident:
    """Declare, or submit for a second officer when the audience is above the threshold.

    `confirmed_count` is the number of people the officer typed after the preview;
    `declaration_key` makes a repeated submit return the same incident. Of two officers who declare
    one event the second is told of the first's (likeness.py), unless `another_than` names it: the
    officer has seen it and says that this is another event. Raises DomainError: forbidden,
    outside_jurisdiction, empty_audience, count_changed, already_declared, and whatever is wrong
    with the draft.
    """
    demand(officer, Capability.DECLARE)
    if known := Incident.objects.filter(declaration_key=declaration_key).first():
        return _same(known, draft, officer)
    check_draft(draft)
    mainshock_of(draft)
    post = post_for(draft, officer)
    render_texts(draft, post)
    inside = _people_for(draft, confirmed_count)
    incident = _new_incident(draft, officer, declaration_key, len(inside.person_ids))
    try:
        with transaction.atomic():
            # One after another at this post: the second sees what the first has committed.
            Post.objects.select_for_update(no_key=True).get(pk=draft.post_id)
            if known := Incident.objects.filter(declaration_key=declaration_key).first():
                return _same(known, draft, officer)
            others = another_event(draft, inside=inside, another_than=another_than)
            _submit(incident, inside, others)
    except IntegrityError:
        # The same form was submitted twice at once: the other one won.
        won = Incident.objects.filter(declaration_key=declaration_key).first()
        if won is None:
            raise
        return _same(won, draft, officer)
    return incident


def _submit(incident: Incident, inside: Inside, others: list[int]) -> None:
    """`others` are incidents that look the same and that the officer said this is not."""
    officer = incident.submitted_by
    incident.save()
    _record(officer, "incident.submit", incident, people=len(inside))
    if others:
        _record(officer, "incident.another", incident, than=others)
    if not needs_second_officer(len(inside)):
        _declare(incident, inside)


def _same(known: Incident, draft: IncidentDraft, officer: User) -> Incident:
    """The incident of a repeated submit. Raises DomainError key_used when it says another thing:
    nobody may think that what they typed last has left."""
    if known.submitted_by_id == officer.pk and known.content_hash == hash_of(draft):
        return known
    raise DomainError("key_used", _("此表单已提交过，内容不同。请重新预览后再提交。"), status=409)


def approve_incident(
    *, incident: Incident, officer: User, content_hash: str, confirmed_count: int
) -> Incident:
    """A second officer confirms what they saw. The audience is found anew and frozen.

    Raises DomainError: forbidden, same_officer, content_changed, count_changed, wrong_state.
    """
    demand(officer, Capability.APPROVE)
    post_for(draft_of(incident), officer)
    if officer.pk == incident.submitted_by_id:
        raise DomainError(
            "same_officer", _("提交人不能复核自己的宣布。请另一位官员复核。"), status=403
        )
    _check_content(incident, content_hash)
    inside = _people_for(draft_of(incident), confirmed_count)
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=incident.pk)
        _check_move(incident, IncidentState.DECLARED)
        _check_content(incident, content_hash)
        incident.approved_by = officer
        _record(officer, "incident.approve", incident, people=len(inside.person_ids))
        _declare(incident, inside)
    return incident


def discard_incident(*, incident: Incident, officer: User) -> Incident:
    """Throw a draft away. It stays in the records."""
    demand(officer, Capability.DECLARE)
    return _move(incident, officer, IncidentState.DISCARDED, "incident.discard")


@transaction.atomic
def link_incident(*, incident: Incident, mainshock: Incident | None, officer: User) -> Incident:
    """Put a declared incident into a mainshock's series, or take it out. Nobody is told anything:
    who was asked was decided when it was declared.

    Raises DomainError: forbidden, outside_jurisdiction, wrong_state, bad_mainshock,
    has_aftershocks.
    """
    demand(officer, Capability.DECLARE)
    post_for(draft_of(incident), officer)
    incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    if incident.state not in (IncidentState.DECLARED, IncidentState.STOOD_DOWN):
        raise DomainError("wrong_state", _("事件尚未宣布。请在宣布时选择主震。"), status=409)
    if mainshock is not None:
        mainshock = Incident.objects.select_for_update(no_key=True).get(pk=mainshock.pk)
        check_mainshock(incident, mainshock)
        if incident.aftershocks.exists():
            raise DomainError(
                "has_aftershocks", _("本事件自己有余震，不能再归入别的主震。"), status=409
            )
    incident.follows = mainshock
    incident.save(update_fields=["follows"])
    _record(officer, "incident.link", incident, follows=mainshock.pk if mainshock else None)
    return incident


def stand_down_incident(*, incident: Incident, officer: User) -> Incident:
    """解除: timers stop, late answers are still kept."""
    demand(officer, Capability.DECLARE)
    with transaction.atomic():
        incident = _move(incident, officer, IncidentState.STOOD_DOWN, "incident.stand_down")
        end_with_incident(incident=incident, officer=officer)
        emit(
            type=EventType.INCIDENT_STOOD_DOWN,
            subject=incident.source,
            data={"incident": incident.pk},
        )
        incident_stood_down.send(sender=Incident, incident=incident)
    return incident


def reopen_incident(*, incident: Incident, officer: User) -> Incident:
    """Take a stand-down back: timers still to come run again. Nobody is alerted by this."""
    demand(officer, Capability.DECLARE)
    with transaction.atomic():
        incident = _move(incident, officer, IncidentState.DECLARED, "incident.reopen")
        incident_reopened.send(sender=Incident, incident=incident)
    return incident


def _people_for(draft: IncidentDraft, confirmed_count: int) -> Inside:
    inside = people_inside(area_of(draft), at=clock.now())
    people = len(inside.person_ids)
    if people == 0:
        raise DomainError(
            "empty_audience",
            _("该区域内没有登记人，未发送任何消息。请检查坐标、半径、多边形和国家。"),
        )
    if people != confirmed_count:
        raise DomainError(
            "count_changed",
            _("确认人数为 %(typed)d，实际为 %(people)d。请重新预览后输入当前人数。")
            % {"typed": confirmed_count, "people": people},
            {"people": people},
            status=409,
        )
    return inside


def _check_content(incident: Incident, seen: str) -> None:
    """An approval holds for what was seen, and for what still stands in the row."""
    if not seen == incident.content_hash == hash_of(draft_of(incident)):
        raise DomainError("content_changed", _("草稿内容已变更。请重新查看后再复核。"), status=409)


def _new_incident(draft: IncidentDraft, officer: User, key: str, people: int) -> Incident:
    return Incident(
        post_id=draft.post_id,
        title=draft.title.strip(),
        hazard=draft.hazard,
        response_level=draft.response_level,
        occurred_at=draft.occurred_at,
        latitude=draft.latitude,
        longitude=draft.longitude,
        radius_m=draft.radius_m,
        polygon=polygon_of(draft),
        countries=list(draft.countries),
        template=draft.template,
        variables=dict(draft.variables),
        signal_id=draft.signal_id,
        follows_id=draft.follows_id,
        people_previewed=people,
        declaration_key=key,
        content_hash=hash_of(draft),
        submitted_by=officer,
        submitted_at=clock.now(),
    )


def _declare(incident: Incident, inside: Inside) -> None:
    """Freeze incident, audience and words in the caller's commit; ring once it is done."""
    now = clock.now()
    incident.state = IncidentState.DECLARED
    incident.declared_at = now
    incident.audience_count = len(inside.person_ids)
    incident.certain_count = int(inside.certain.sum())
    incident.save()
    unasked = unasked_of(incident, inside.person_ids)
    freeze(incident, inside, settings.SLICE_SIZE, unasked=unasked)
    _record(
        incident.approved_by or incident.submitted_by,
        "incident.declare",
        incident,
        people=incident.audience_count,
    )
    open_wave(incident, kind=WaveKind.INITIAL, template=incident.template, lasts=INITIAL_HELPS_FOR)
    emit(type=EventType.INCIDENT_DECLARED, subject=incident.source, data=event_data(incident))
    incident_declared.send(sender=Incident, incident=incident)
    transaction.on_commit(lambda: ring_expand(incident.pk))


def event_data(incident: Incident) -> dict[str, object]:
    """What partners are told of an incident: references and counts."""
    return {
        "incident": incident.pk,
        "post": incident.post.code,
        "hazard": incident.hazard,
        "level": incident.response_level,
        "countries": incident.countries,
        "audience": incident.audience_count,
        "certain": incident.certain_count,
    }


def ring_expand(incident_id: int, *, again: bool = False) -> None:
    """Tell a worker to write the deliveries; the sweep does it where nobody hears. The first ones
    are urgent whatever the incident; the rest of an ordinary one (`again`) is not."""
    red = Incident.objects.filter(pk=incident_id, response_level=ResponseLevel.RED)
    key = "ordinary" if again and not red.exists() else "urgent"
    bell.call(lambda: current_app.send_task(EXPAND, (incident_id,), routing_key=key))


def _move(incident: Incident, officer: User, to: IncidentState, act: str) -> Incident:
    post_for(draft_of(incident), officer)
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=incident.pk)
        _check_move(incident, to)
        incident.state = to
        incident.stood_down_at = clock.now() if to == IncidentState.STOOD_DOWN else None
        incident.save()
        _record(officer, act, incident)
    return incident


def _check_move(incident: Incident, to: IncidentState) -> None:
    if to not in TRANSITIONS[IncidentState(incident.state)]:
        raise DomainError(
            "wrong_state",
            _("事件目前为“%(state)s”，不能执行此操作。请刷新页面。")
            % {"state": incident.get_state_display()},
            status=409,
        )


def _record(officer: User, act: str, incident: Incident, **detail: object) -> None:
    audit.record(
        actor=officer.username,
        act=act,
        subject=incident.source,
        content=incident.content_hash,
        **detail,
    )
