"""An outage: while networks are down, silence says nothing and nobody is reminded of it."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.events.services import emit
from crisis.events.types import EventType
from crisis.incidents.drafts import AreaDraft, area_of, draft_of, polygon_of
from crisis.incidents.ground import Ids, shift_to
from crisis.incidents.models import Incident, Outage
from crisis.incidents.preview import post_for
from crisis.incidents.signals import outage_ended
from crisis.incidents.states import IncidentState
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from registry.geography.inside import people_inside


@dataclass(frozen=True, slots=True)
class OutagePreview:
    """How many of how many it holds up."""

    people: int
    in_audience: int


def preview_outage(*, incident: Incident, area: AreaDraft | None, officer: User) -> OutagePreview:
    """Look at it; `area` None is the whole incident. Changes nothing. Raises DomainError for
    whatever is wrong with the area."""
    post_for(draft_of(incident), officer)
    people = incident.audience_count if area is None else len(_held_up(incident, area))
    return OutagePreview(people=people, in_audience=incident.audience_count)


@transaction.atomic
def flag_outage(*, incident: Incident, area: AreaDraft | None, officer: User) -> Outage:
    """Freeze reminders and «暂未联系上» for the whole incident, or for those of its audience who
    are inside `area` now.

    Any officer of the post may do it alone: it sends nothing, and holding still is undone by
    ending it. Raises DomainError: forbidden, outside_jurisdiction, wrong_state, already_flagged,
    nobody_inside, and whatever is wrong with the area.
    """
    demand(officer, Capability.RECORD)
    post_for(draft_of(incident), officer)
    incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    if incident.state != IncidentState.DECLARED:
        raise DomainError("wrong_state", _("事件未在进行中，不能标记通信中断。"), status=409)
    if incident.outages.filter(ended_at=None).exists():
        raise DomainError(
            "already_flagged",
            _("已标记通信中断。如范围有变，请先标记恢复，再重新标记。"),
            status=409,
        )
    outage = _saved(incident, area, officer)
    _record(officer, "incident.outage", outage)
    return outage


@transaction.atomic
def end_outage(*, outage: Outage, officer: User) -> Outage:
    """Networks are back: what was due moves by the outage's length, and whoever lost a message
    meanwhile is told again what holds now. Raises DomainError: forbidden, outside_jurisdiction,
    wrong_state."""
    demand(officer, Capability.RECORD)
    post_for(draft_of(outage.incident), officer)
    Incident.objects.select_for_update(no_key=True).get(pk=outage.incident_id)
    outage = Outage.objects.select_for_update(no_key=True).get(pk=outage.pk)
    if outage.ended_at is not None:
        raise DomainError("wrong_state", _("这次中断已标记恢复。请刷新页面。"), status=409)
    _end(outage, officer, resend=True)
    return outage


def end_with_incident(*, incident: Incident, officer: User) -> None:
    """A stand-down ends it, so that timers keep what they had left for a reopening. Nothing is
    sent again."""
    for outage in incident.outages.filter(ended_at=None):
        _end(outage, officer, resend=False)


def _end(outage: Outage, officer: User, *, resend: bool) -> None:
    outage.ended_at, outage.ended_by = clock.now(), officer
    outage.save(update_fields=["ended_at", "ended_by"])
    _record(officer, "incident.outage.ended", outage)
    outage_ended.send(sender=Outage, outage=outage, resend=resend)


def _saved(incident: Incident, area: AreaDraft | None, officer: User) -> Outage:
    outage = Outage(
        incident=incident,
        people=incident.audience_count,
        began_at=clock.now(),
        flagged_by=officer,
    )
    if area is not None:
        held = _held_up(incident, area)
        if not len(held):
            raise DomainError("nobody_inside", _("该范围内没有本事件的人。请检查范围，或留空。"))
        outage.latitude, outage.longitude = area.latitude, area.longitude
        outage.radius_m, outage.polygon = area.radius_m, polygon_of(area)
        outage.countries = list(area.countries)
        outage.person_ids, outage.people = held.astype("<i8").tobytes(), len(held)
    outage.save()
    return outage


def _held_up(incident: Incident, area: AreaDraft) -> Ids:
    """Those of the audience who are inside, as far as their places are known now."""
    return shift_to(people_inside(area_of(area), at=clock.now()), incident).stay


def _record(officer: User, act: str, outage: Outage) -> None:
    audit.record(
        actor=officer.username,
        act=act,
        subject=outage.incident.source,
        outage=outage.pk,
        people=outage.people,
    )
    emit(
        type=EventType.INCIDENT_OUTAGE,
        subject=outage.incident.source,
        data={
            "incident": outage.incident_id,
            "countries": outage.countries,
            "people": outage.people,
            "over": outage.ended_at is not None,
        },
    )
