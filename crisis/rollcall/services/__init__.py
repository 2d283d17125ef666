"""Everything that writes in the roll call."""

from crisis.rollcall.services.recording import record_status

__all__ = ["record_status"]
