"""What every act in an operation asks first."""

from django.utils.translation import gettext as _

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import EvacuationOperation
from crisis.transports.states import OperationState


def refuse(code: str, sentence: str, field: str = "", *, status: int = 400) -> DomainError:
    """A refused rule; `field` is where the page shows it."""
    return DomainError(code, sentence, {"field": field} if field else None, status=status)


def hold_open(
    operation: EvacuationOperation, user: User, capability: Capability = Capability.PLAN
) -> EvacuationOperation:
    """The operation, for an act of this user. Raises DomainError forbidden, not_found (another
    post's), and as hold does."""
    demand(user, capability, operation.incident.post)
    return hold(operation)


def hold(operation: EvacuationOperation) -> EvacuationOperation:
    """The operation, locked to the end of the transaction: acts in it come one after the other,
    each behind the audit chain, which is always waited for first. Raises DomainError
    operation_ended."""
    audit.hold_chain()
    rows = EvacuationOperation.objects.select_related("incident__post")
    # Not against rows that refer to it: the sweep adds travellers while somebody cancels a flight.
    held = rows.select_for_update(of=("self",), no_key=True).get(pk=operation.pk)
    if held.state != OperationState.OPEN:
        raise refuse("operation_ended", _("撤离行动已结束，不能再更改。"), status=409)
    return held


def either(user: User) -> Capability:
    """What planners and officers may both do: the capability of the two that this user has, or
    the officers' to be refused by."""
    return Capability.PLAN if user.can(Capability.PLAN) else Capability.RECORD
