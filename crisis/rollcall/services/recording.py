"""What officers record by hand."""

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand

# What an officer may record alone. A death needs two officers, boardings come from the gate.
BY_OFFICER = frozenset(
    {
        EventKind.SAFE,
        EventKind.NEEDS_HELP,
        EventKind.LEFT_AREA,
        EventKind.WANTS_OUT,
        EventKind.INJURED,
        EventKind.IDENTITY_PENDING,
        EventKind.MISSING,
        EventKind.HELP_CLOSED,
    }
)


@transaction.atomic
def record_status(
    *, incident: Incident, person_ref: int, kind: EventKind, officer: User, note: str = ""
) -> None:
    """Write one officer's line into the log.

    Raises DomainError: forbidden, not_in_audience, not_recordable, note_needed (missing and
    identity_pending need words), wrong_state.
    """
    demand(officer, Capability.RECORD, incident.post)
    if incident.state not in (IncidentState.DECLARED, IncidentState.STOOD_DOWN):
        raise DomainError("wrong_state", _("事件尚未宣布，不能记录点名情况。"), status=409)
    if kind not in BY_OFFICER:
        raise DomainError("not_recordable", _("此项状态不能由一名官员直接记录。"))
    if kind in (EventKind.MISSING, EventKind.IDENTITY_PENDING) and not note.strip():
        raise DomainError("note_needed", _("请写明依据后再记录此项状态。"))
    if not Standing.objects.filter(incident=incident, person_ref=person_ref).exists():
        raise DomainError("not_in_audience", _("此人不在本事件的受众之内。"), status=404)
    entry = audit.record(
        actor=officer.username,
        act=f"rollcall.{kind.value}",
        subject=incident.source,
        person=person_ref,
    )
    write_log(
        incident_id=incident.pk,
        entries=[Entry(person_ref, kind, clock.now(), f"officer:{entry.number}", note.strip())],
        source=Source.OFFICER,
        recorded_by=officer.username,
    )
