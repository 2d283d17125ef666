"""What may be done with self-reports."""

from crisis.selfreports.services.judging import (
    admit_report,
    match_person,
    set_aside,
    take_back,
    undo_match,
    undo_verification,
    verify_person,
)
from crisis.selfreports.services.promoting import note_joined, promote
from crisis.selfreports.services.receiving import keep_report, take_in

__all__ = [
    "admit_report",
    "keep_report",
    "match_person",
    "note_joined",
    "promote",
    "set_aside",
    "take_back",
    "take_in",
    "undo_match",
    "undo_verification",
    "verify_person",
]
