"""Everything that writes in incidents."""

from crisis.incidents.services.announcing import (
    approve_announcement,
    discard_announcement,
    submit_announcement,
)
from crisis.incidents.services.declaring import (
    approve_incident,
    declare_incident,
    discard_incident,
    link_incident,
    reopen_incident,
    stand_down_incident,
)
from crisis.incidents.services.expanding import expand_incident
from crisis.incidents.services.outages import end_outage, flag_outage
from crisis.incidents.services.reshaping import (
    approve_reshaping,
    discard_reshaping,
    submit_reshaping,
)
from crisis.incidents.services.retracting import retract_incident_wave, send_all_clear
from crisis.incidents.services.widening import (
    approve_widening,
    discard_widening,
    submit_widening,
)

__all__ = [
    "approve_announcement",
    "approve_incident",
    "approve_reshaping",
    "approve_widening",
    "declare_incident",
    "discard_announcement",
    "discard_incident",
    "discard_reshaping",
    "discard_widening",
    "end_outage",
    "expand_incident",
    "flag_outage",
    "link_incident",
    "reopen_incident",
    "retract_incident_wave",
    "send_all_clear",
    "stand_down_incident",
    "submit_announcement",
    "submit_reshaping",
    "submit_widening",
]
