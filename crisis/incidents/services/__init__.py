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
    reopen_incident,
    stand_down_incident,
)
from crisis.incidents.services.expanding import expand_incident
from crisis.incidents.services.retracting import retract_incident_wave, send_all_clear
from crisis.incidents.services.widening import (
    approve_widening,
    discard_widening,
    submit_widening,
)

__all__ = [
    "approve_announcement",
    "approve_incident",
    "approve_widening",
    "declare_incident",
    "discard_announcement",
    "discard_incident",
    "discard_widening",
    "expand_incident",
    "reopen_incident",
    "retract_incident_wave",
    "send_all_clear",
    "stand_down_incident",
    "submit_announcement",
    "submit_widening",
]
