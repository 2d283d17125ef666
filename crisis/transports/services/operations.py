"""Opening an incident's evacuation, ending it, and opening it again."""

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.text import clean
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import EvacuationOperation
from crisis.transports.services.refusing import hold_open, refuse
from crisis.transports.states import OPEN_TO_PLAN, OperationState, TransportStatus

NAME_LENGTH = 80
PLANNABLE = (IncidentState.DECLARED, IncidentState.STOOD_DOWN)
# What is still to come, or on its way.
RUNNING = (*OPEN_TO_PLAN, TransportStatus.DEPARTED)


@transaction.atomic
def open_operation(*, incident: Incident, planner: User, name: str) -> EvacuationOperation:
    """The evacuation of this incident, of which there is one.

    Raises DomainError forbidden, not_found, incident_not_declared, name_needed, operation_exists.
    """
    demand(planner, Capability.PLAN, incident.post)
    written = clean(name)
    if incident.state not in PLANNABLE:
        raise refuse("incident_not_declared", _("突发事件尚未宣布，不能开始撤离行动。"), status=409)
    if not written or len(written) > NAME_LENGTH:
        raise refuse("name_needed", _("请填写名称，不超过 80 个字。"), "name")
    # The lock of the audit chain comes first: of two planners the second sees the first one's.
    audit.hold_chain()
    operation, new = EvacuationOperation.objects.get_or_create(
        incident=incident,
        defaults={"name": written, "opened_by": planner, "opened_at": clock.now()},
    )
    if not new:
        raise refuse("operation_exists", _("本事件已有撤离行动，请在其中继续。"), status=409)
    note(operation, planner, "operation.opened", incident=incident.pk)
    return operation


@transaction.atomic
def end_operation(*, operation: EvacuationOperation, planner: User) -> EvacuationOperation:
    """Nobody is planned for any more. Parties that left by themselves are watched on.

    Raises DomainError forbidden, not_found, operation_ended, transports_running (each must have
    arrived or be cancelled).
    """
    held = hold_open(operation, planner)
    running = held.transports.filter(status__in=RUNNING).values_list("number", flat=True)
    if numbers := list(running):
        raise refuse(
            "transports_running",
            _("%(numbers)s 尚未到达或取消，请先更新其状态。") % {"numbers": "、".join(numbers)},
            status=409,
        )
    return _turn(held, planner, OperationState.ENDED, "operation.ended")


@transaction.atomic
def reopen_operation(*, operation: EvacuationOperation, planner: User) -> EvacuationOperation:
    """Take the end back. Raises DomainError forbidden, not_found, operation_open."""
    demand(planner, Capability.PLAN, operation.incident.post)
    audit.hold_chain()
    held = EvacuationOperation.objects.select_for_update(no_key=True).get(pk=operation.pk)
    if held.state != OperationState.ENDED:
        raise refuse("operation_open", _("撤离行动正在进行。"), status=409)
    return _turn(held, planner, OperationState.OPEN, "operation.reopened")


def _turn(
    held: EvacuationOperation, planner: User, state: OperationState, act: str
) -> EvacuationOperation:
    ended = state == OperationState.ENDED
    held.state = state
    held.ended_at, held.ended_by = (clock.now(), planner) if ended else (None, None)
    held.save(update_fields=["state", "ended_at", "ended_by"])
    note(held, planner, act)
    return held


def note(operation: EvacuationOperation, user: User, act: str, **detail: object) -> None:
    """Put an act in this operation on record."""
    audit.record(actor=user.username, act=act, subject=f"operation:{operation.pk}", **detail)
