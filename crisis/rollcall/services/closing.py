"""Standing an incident down: whoever is still unaccounted for is handed to a named officer."""

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.incidents.models import Incident
from crisis.incidents.services import reopen_incident, stand_down_incident
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Handover
from crisis.rollcall.unresolved import unresolved_counts, who_may_take_over
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand


@transaction.atomic
def close_incident(*, incident: Incident, officer: User, successor: User | None) -> Incident:
    """Stand it down, and hand whoever is unresolved to `successor`. Late answers are still kept,
    and take people off the list.

    Raises DomainError: forbidden, outside_jurisdiction, wrong_state, name_officer (somebody is
    unresolved and nobody was named), unfit_officer.
    """
    incident = stand_down_incident(incident=incident, officer=officer)
    counts = unresolved_counts(incident)
    if counts["all"] or successor is not None:
        _hand_over(incident, officer, successor, counts)
    return incident


@transaction.atomic
def hand_over(*, incident: Incident, officer: User, successor: User | None) -> Handover:
    """Hand the unresolved of an incident that was stood down to another officer.

    Raises DomainError: forbidden, not_found, wrong_state, name_officer, unfit_officer.
    """
    demand(officer, Capability.RECORD, incident.post)
    incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    if incident.state != IncidentState.STOOD_DOWN:
        raise DomainError("wrong_state", _("事件尚未解除。请在解除时指定接手人。"), status=409)
    return _hand_over(incident, officer, successor, unresolved_counts(incident))


@transaction.atomic
def accept_handover(*, handover: Handover, officer: User) -> Handover:
    """The named officer takes it on. Raises DomainError: forbidden, not_found, not_yours,
    wrong_state."""
    demand(officer, Capability.RECORD, handover.incident.post)
    if handover.officer_id != officer.pk:
        raise DomainError("not_yours", _("只有被指定的官员可以接手。"), status=403)
    fresh = Handover.objects.select_for_update(no_key=True).get(pk=handover.pk)
    if fresh.ended_at or fresh.accepted_at:
        raise DomainError("wrong_state", _("这次交接已处理。请刷新页面。"), status=409)
    fresh.accepted_at = clock.now()
    fresh.save(update_fields=["accepted_at"])
    _record(officer, "rollcall.handover.accepted", fresh)
    return fresh


@transaction.atomic
def reopen_closed_incident(*, incident: Incident, officer: User) -> Incident:
    """Take a stand-down back: timers still to come run again, and everybody is the room's again.
    Raises DomainError as reopen_incident."""
    incident = reopen_incident(incident=incident, officer=officer)
    for handover in incident.handovers.filter(ended_at=None):
        _end(handover, officer)
    return incident


def _hand_over(
    incident: Incident, officer: User, successor: User | None, counts: dict[str, int]
) -> Handover:
    if successor is None:
        raise DomainError(
            "name_officer",
            _("还有 %(n)d 人情况未明或需要协助。请指定接手的官员。") % {"n": counts["all"]},
            {"field": "successor", "people": counts["all"]},
        )
    if successor not in who_may_take_over(incident.post):
        raise DomainError(
            "unfit_officer",
            _("接手人须是本馆在任、可以记录点名情况的官员。请另选。"),
            {"field": "successor"},
        )
    for earlier in incident.handovers.filter(ended_at=None):
        _end(earlier, officer)
    handover = Handover.objects.create(
        incident=incident,
        officer=successor,
        handed_by=officer,
        handed_at=clock.now(),
        counts=counts,
        accepted_at=clock.now() if successor == officer else None,
    )
    _record(officer, "rollcall.handover", handover)
    return handover


def _end(handover: Handover, officer: User) -> None:
    handover.ended_at = clock.now()
    handover.save(update_fields=["ended_at"])
    _record(officer, "rollcall.handover.ended", handover)


def _record(officer: User, act: str, handover: Handover) -> None:
    audit.record(
        actor=officer.username,
        act=act,
        subject=handover.incident.source,
        handover=handover.pk,
        to=handover.officer.username,
        people=handover.counts.get("all", 0),
    )
