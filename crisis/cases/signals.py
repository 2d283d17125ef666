"""What cases tell the floors above, in the transaction that makes it true."""

from django.dispatch import Signal

# case_opened(case): a new case, not a further call of one that is open.
case_opened = Signal()
# red_case_waits(case, why: str): a red or ungraded case that nobody has spoken with: it is new,
# was graded red, its person called again (`new`), or its clock ran over (`overdue`).
red_case_waits = Signal()
# red_case_held(case, officer): an officer took a case or spoke with its person: nobody else need be
# woken for it, whatever its grade.
red_case_held = Signal()

NEW, OVERDUE = "new", "overdue"
