"""Everything that writes in the roll call."""

from crisis.rollcall.services.closing import (
    accept_handover,
    close_incident,
    hand_over,
    reopen_closed_incident,
)
from crisis.rollcall.services.contacting import release_to_contacts
from crisis.rollcall.services.estimating import estimate_presence
from crisis.rollcall.services.recording import record_status

__all__ = [
    "accept_handover",
    "close_incident",
    "estimate_presence",
    "hand_over",
    "record_status",
    "release_to_contacts",
    "reopen_closed_incident",
]
