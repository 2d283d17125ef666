"""The clock of a case: from the raw receipt of a call to a human contact, without its pauses."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.cases.models import Case
from crisis.cases.services.log import begin, lock, write
from crisis.cases.signals import NEW, OVERDUE, red_cases_wait
from crisis.cases.states import EventKind, Grade
from crisis.staff.models import User

PAUSE_AT_MOST = timedelta(hours=24)
CLOCK = (
    "clock_from", "contacted_at", "paused_at", "paused_until", "paused_s", "pause_reason",
    "due_at", "overdue_told_at",
)  # fmt: skip
AT_A_TIME = 100


def wind(case: Case) -> None:
    """Set when the clock runs over; what was told of an earlier moment does not count for it."""
    runs = case.is_live and case.contacted_at is None and case.paused_at is None
    due_at = case.would_be_due_at if runs else None
    if due_at != case.due_at:
        case.overdue_told_at = None
    case.due_at = due_at


def start_again(case: Case, at: datetime) -> None:
    """A new call, or the case was opened again: somebody waits from `at`."""
    case.clock_from, case.contacted_at, case.paused_s = at, None, 0
    case.paused_at, case.paused_until, case.pause_reason = None, None, ""
    wind(case)


def tell_if_red(*cases: Case) -> None:
    """Somebody waits by a clock that counts as red: the floors above are told at once. The cases
    are of one post."""
    red = [case for case in cases if case.counts_as_red and case.due_at is not None]
    if red:
        red_cases_wait.send(Case, cases=red, why=NEW)


def end_pause(case: Case) -> int:
    """Add the pause to what does not count; returns its seconds."""
    if case.paused_at is None:
        return 0
    seconds = max(0, round((clock.now() - case.paused_at).total_seconds()))
    case.paused_s += seconds
    case.paused_at, case.paused_until, case.pause_reason = None, None, ""
    wind(case)
    return seconds


@transaction.atomic
def pause_case(*, case: Case, officer: User, reason: str, minutes: int = 60) -> Case:
    """Stop the clock for a while, for a reason. It goes on by itself after `minutes`: a pause
    that nobody remembers would hide somebody who waits.

    Raises DomainError: forbidden, reason_needed, bad_time (1 minute to 24 hours), wrong_state
    (closed, paused already, or spoken with: then no clock runs).
    """
    if not reason.strip():
        raise DomainError("reason_needed", _("请写明暂停计时的原因。"), {"field": "reason"})
    if not 1 <= minutes <= PAUSE_AT_MOST.total_seconds() / 60:
        raise DomainError(
            "bad_time", _("暂停时间须在 1 分钟至 24 小时之间。"), {"field": "minutes"}
        )
    held = begin(case, officer, "paused", minutes=minutes)
    if held.due_at is None:
        raise DomainError("wrong_state", _("此个案的计时目前没有在走，不能暂停。"), status=409)
    now = clock.now()
    held.paused_at, held.paused_until = now, now + timedelta(minutes=minutes)
    held.pause_reason = reason.strip()
    wind(held)
    held.save(update_fields=CLOCK)
    write(held, EventKind.PAUSED, by=officer.username, note=held.pause_reason, minutes=minutes)
    return held


@transaction.atomic
def resume_case(*, case: Case, officer: User) -> Case:
    """Let the clock go on. Raises DomainError: forbidden, wrong_state (not paused)."""
    held = begin(case, officer, "resumed")
    if held.paused_at is None:
        raise DomainError("wrong_state", _("此个案没有暂停。"), status=409)
    _resume(held, by=officer.username)
    return held


def _resume(case: Case, by: str = "") -> None:
    seconds = end_pause(case)
    case.save(update_fields=CLOCK)
    write(case, EventKind.RESUMED, by=by, paused_s=seconds)


@transaction.atomic
def grade_case(*, case: Case, officer: User, grade: Grade, reason: str) -> Case:
    """Say how urgent it is, and why. What becomes red is told like what came in red.

    Raises DomainError: forbidden, reason_needed, wrong_state (closed), same_grade.
    """
    if not reason.strip():
        raise DomainError("reason_needed", _("请写明定级的理由。"), {"field": "reason"})
    held = begin(case, officer, "graded", grade=grade.value, before=case.grade)
    if not held.is_live:
        raise DomainError("wrong_state", _("此个案已结束，不能定级。"), status=409)
    if held.grade == grade:
        raise DomainError("same_grade", _("此个案已经是这个级别。"), {"field": "grade"}, status=409)
    before, was_red = held.grade, held.counts_as_red
    held.grade = grade
    wind(held)
    held.save(update_fields=["grade", *CLOCK])
    write(
        held, EventKind.GRADED, by=officer.username, note=reason.strip(),
        grade=grade.value, before=before,
    )  # fmt: skip
    if not was_red:
        tell_if_red(held)
    return held


def watch_clocks() -> int:
    """The sweep's step: pauses that are over, clocks that ran over, each told once. Returns how
    many cases it touched."""
    now = clock.now()
    paused = Case.objects.filter(paused_until__lte=now).order_by("paused_until")
    late = Case.objects.filter(due_at__lte=now, overdue_told_at=None).order_by("due_at")
    touched = sum(_wake(pk) for pk in list(paused.values_list("pk", flat=True)[:AT_A_TIME]))
    return touched + sum(_tell(pk) for pk in list(late.values_list("pk", flat=True)[:AT_A_TIME]))


@transaction.atomic
def _wake(pk: int) -> bool:
    case = lock(pk)
    if case.paused_until is None or case.paused_until > clock.now():
        return False
    _resume(case)
    return True


@transaction.atomic
def _tell(pk: int) -> bool:
    """Note that the clock ran over. Another sweep may have been quicker."""
    now = clock.now()
    late = Case.objects.filter(pk=pk, due_at__lte=now, overdue_told_at=None)
    if not late.update(overdue_told_at=now):
        return False
    case = lock(pk)
    write(case, EventKind.OVERDUE, at=case.due_at, grade=case.grade)
    if case.counts_as_red:
        red_cases_wait.send(Case, cases=[case], why=OVERDUE)
    return True
