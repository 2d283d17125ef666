"""Whether transports make a journey: pure, for those who chain them and those who look."""

from collections.abc import Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.transports.models import EvacuationOperation, Transport
from crisis.transports.states import TransportStatus


def key_of(transports: Sequence[Transport]) -> str:
    return ">".join(str(transport.pk) for transport in transports)


def check_chain(operation: EvacuationOperation, transports: Sequence[Transport]) -> None:
    """Raise DomainError no_transports, other_operation, transport_cancelled, or broken_chain (a leg
    that does not begin where the last one ends, or leaves before it arrives)."""
    if not transports:
        raise DomainError("no_transports", _("行程至少要有一段运输。"))
    if any(transport.operation_id != operation.pk for transport in transports):
        raise DomainError("other_operation", _("这些运输工具不属于同一撤离行动。"))
    for transport in transports:
        if transport.status == TransportStatus.CANCELLED:
            raise DomainError(
                "transport_cancelled", _("%(number)s 已取消。") % {"number": transport.number}
            )
    for before, after in pairwise(transports):
        if before.destination_id != after.origin_id or before.arrives_at > after.departs_at:
            raise DomainError(
                "broken_chain",
                _("%(after)s 与前一段 %(before)s 接不上：请核对地点和时间。")
                % {"after": after.number, "before": before.number},
            )
