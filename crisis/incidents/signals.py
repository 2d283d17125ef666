"""What incidents tell the floors above, in the transaction that makes it true."""

from typing import NamedTuple

from django.dispatch import Signal

# slice_expanded(incident, members: list[Member], unaddressed: set[int])
slice_expanded = Signal()
# Each with the incident.
incident_declared = Signal()
incident_widened = Signal()
incident_stood_down = Signal()
incident_reopened = Signal()


class Member(NamedTuple):
    """One frozen member of the audience. `distance_m` is None where only a country is known."""

    person_ref: int
    certain: bool
    reason: int
    distance_m: float | None
