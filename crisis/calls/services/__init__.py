"""Everything that writes for the call list."""

from crisis.calls.services.claiming import leave_call, release_call, renew_call, take_next
from crisis.calls.services.judging import judge_words
from crisis.calls.services.outcomes import record_outcome
from crisis.calls.services.undoing import undo_outcome

__all__ = [
    "judge_words",
    "leave_call",
    "record_outcome",
    "release_call",
    "renew_call",
    "take_next",
    "undo_outcome",
]
