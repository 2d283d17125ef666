"""One line of a case's log, in the transaction of what it tells; and the case's row, locked.

Whoever needs several locks takes them in this order: the audit chain, standings, rows of cases by
key. An answer that is being heard holds a standing when it opens a case, so nothing that holds a
case may wait for a standing or for the chain.
"""

from datetime import datetime
from typing import Any

from config.kernel import audit, clock
from crisis.cases.models import Case, CaseEvent
from crisis.cases.states import EventKind
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand


def write(
    case: Case,
    kind: EventKind,
    *,
    by: str = "",
    note: str = "",
    at: datetime | None = None,
    **detail: Any,
) -> CaseEvent:
    """Append one line. `detail` is figures and references alone."""
    made = line(case, kind, by=by, note=note, at=at, detail=detail)
    made.save(force_insert=True)
    return made


def line(
    case: Case,
    kind: EventKind,
    *,
    by: str = "",
    note: str = "",
    at: datetime | None = None,
    detail: dict[str, Any],
) -> CaseEvent:
    """The same, not written yet."""
    now = clock.now()
    return CaseEvent(
        case=case, kind=kind, at=at or now, learned_at=now, by=by, note=note, detail=detail
    )


def lock(pk: int) -> Case:
    """The case as it is now, held to the end of the transaction."""
    return Case.objects.select_for_update(no_key=True).get(pk=pk)


def begin(case: Case, officer: User, act: str, **detail: Any) -> Case:
    """What every act of an officer begins with: the right, the audit, the lock.

    Raises DomainError forbidden, not_found.
    """
    demand(officer, Capability.RECORD, case.post)
    audit.record(actor=officer.username, act=f"case.{act}", subject=f"case:{case.number}", **detail)
    return lock(case.pk)
