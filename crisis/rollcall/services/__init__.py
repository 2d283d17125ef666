"""Everything that writes in the roll call."""

from crisis.rollcall.services.contacting import release_to_contacts
from crisis.rollcall.services.recording import record_status

__all__ = ["record_status", "release_to_contacts"]
