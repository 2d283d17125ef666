"""What incidents tell the floors above, in the transaction that makes it true."""

from typing import NamedTuple

from django.dispatch import Signal

# area_changed(incident, at: datetime, left: Collection[int], back: Collection[int],
# release: Wave | None): members of the audience are out from now on, or in again; `release` is what
# those who left the area are told.
area_changed = Signal()
# outage_began(outage), outage_ended(outage, resend: bool)
outage_began = Signal()
outage_ended = Signal()
# slice_expanded(incident, members: list[Member], unaddressed: set[int])
slice_expanded = Signal()
# Each with the incident.
incident_declared = Signal()
incident_widened = Signal()
incident_stood_down = Signal()
incident_reopened = Signal()


class Member(NamedTuple):
    """One frozen member of the audience. `distance_m` is None where only a country is known.
    `outside`: the area was narrowed before they were told of it. `asked`: an aftershock does not
    ask those who answered just now."""

    person_ref: int
    certain: bool
    reason: int
    distance_m: float | None
    outside: bool = False
    asked: bool = True
