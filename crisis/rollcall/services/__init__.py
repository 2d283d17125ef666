"""Everything that writes in the roll call."""

from crisis.rollcall.services.contacting import release_to_contacts
from crisis.rollcall.services.estimating import estimate_presence
from crisis.rollcall.services.recording import record_status

__all__ = ["estimate_presence", "record_status", "release_to_contacts"]
