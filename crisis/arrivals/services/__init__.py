"""What may be done at the other end: recording who arrived, keeping them, letting them go."""

from crisis.arrivals.reading import reconcile
from crisis.arrivals.services.recording import (
    Recorded,
    Stranger,
    record_arrivals,
    record_stranger,
    undo_arrival,
)
from crisis.arrivals.services.releasing import (
    GuardianDraft,
    Release,
    name_guardian,
    readmit,
    release,
)
from crisis.arrivals.services.staying import StayDraft, change_stay, note_consent

__all__ = [
    "GuardianDraft",
    "Recorded",
    "Release",
    "StayDraft",
    "Stranger",
    "change_stay",
    "name_guardian",
    "note_consent",
    "readmit",
    "reconcile",
    "record_arrivals",
    "record_stranger",
    "release",
    "undo_arrival",
]
