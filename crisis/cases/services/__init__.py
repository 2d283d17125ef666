"""What may be done with cases."""

from crisis.cases.services.clocks import grade_case, pause_case, resume_case
from crisis.cases.services.closing import close_case, reopen_case
from crisis.cases.services.handing import accept_hand_over, make_hand_over, withdraw_hand_over
from crisis.cases.services.merging import link_cases, merge_cases, undo_merge, unlink_cases
from crisis.cases.services.opening import Intake, open_case
from crisis.cases.services.working import (
    add_note,
    add_partner,
    assign_case,
    change_intake,
    concern_person,
    record_contact,
    record_try,
    start_help,
    take_case,
    transfer_case,
)

__all__ = [
    "Intake",
    "accept_hand_over",
    "add_note",
    "add_partner",
    "assign_case",
    "change_intake",
    "close_case",
    "concern_person",
    "grade_case",
    "link_cases",
    "make_hand_over",
    "merge_cases",
    "open_case",
    "pause_case",
    "record_contact",
    "record_try",
    "reopen_case",
    "resume_case",
    "start_help",
    "take_case",
    "transfer_case",
    "undo_merge",
    "unlink_cases",
    "withdraw_hand_over",
]
