"""How many people the post believes are there, registered or not."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import PresenceEstimate
from crisis.rollcall.states import EstimateSource
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand

MOST = 10_000_000


@transaction.atomic
def estimate_presence(
    *,
    incident: Incident,
    officer: User,
    people: int,
    source: EstimateSource,
    as_of: datetime,
    basis: str = "",
) -> PresenceEstimate:
    """Write down a new number, which takes the place of the one before; none is ever changed.

    `as_of` is the moment the number speaks of. Raises DomainError: forbidden, wrong_state,
    bad_count, bad_time.
    """
    demand(officer, Capability.RECORD, incident.post)
    if incident.state not in (IncidentState.DECLARED, IncidentState.STOOD_DOWN):
        raise DomainError("wrong_state", _("事件尚未宣布，不能记录在场人数。"), status=409)
    if not 0 <= people <= MOST:
        sentence = _("请填写 0 至 %(most)s 之间的人数。") % {"most": f"{MOST:,}"}
        raise DomainError("bad_count", sentence, {"field": "people"})
    if as_of > clock.now():
        raise DomainError("bad_time", _("截至时间不能晚于现在。"), {"field": "as_of"})
    audit.record(
        actor=officer.username,
        act="rollcall.presence_estimated",
        subject=incident.source,
        people=people,
        source=source.value,
    )
    return PresenceEstimate.objects.create(
        incident=incident,
        people=people,
        source=source,
        basis=basis.strip(),
        as_of=as_of,
        recorded_at=clock.now(),
        recorded_by=officer.username,
    )
