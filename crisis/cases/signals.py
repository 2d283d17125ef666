"""What cases tell the floors above, in the transaction that makes it true."""

from django.dispatch import Signal

# red_cases_wait(cases, why: str): red or ungraded cases of one post with whose people nobody has
# spoken: they are new, were graded red, the person called again (`new`), or the clock ran over
# (`overdue`).
red_cases_wait = Signal()
# red_case_held(case, officer): an officer took a case or spoke with its person: nobody else need be
# woken for it, whatever its grade.
red_case_held = Signal()

NEW, OVERDUE = "new", "overdue"
