"""15 minutes, 30 minutes, 2 hours: from the raw receipt to a human contact, without pauses."""

from collections.abc import Callable
from typing import Any

import pytest

from config.kernel.errors import DomainError
from crisis.cases.models import Case, CaseEvent
from crisis.cases.selectors import by_urgency, counts
from crisis.cases.services import (
    close_case,
    grade_case,
    pause_case,
    record_contact,
    record_try,
    reopen_case,
    resume_case,
)
from crisis.cases.services.clocks import watch_clocks
from crisis.cases.states import CaseState, EventKind, Grade, Outcome

pytestmark = pytest.mark.django_db
Call = Callable[..., Case]
Told = list[tuple[str, str]]
MINUTE = 60.0


@pytest.mark.parametrize(
    ("grade", "minutes"), [(None, 15), (Grade.RED, 15), (Grade.ORANGE, 30), (Grade.YELLOW, 120)]
)
def test_clock_runs_from_the_raw_receipt(
    call: Call, held_clock: Any, told: Told, grade: Grade | None, minutes: int
) -> None:
    """It came in five minutes before anybody read it."""
    case = call(grade=grade, waited=5 * MINUTE)
    as_red = grade in (None, Grade.RED)
    assert told == ([(case.number, "new")] if as_red else [])
    held_clock((minutes - 5) * MINUTE - 1)
    assert watch_clocks() == 0
    held_clock(1)
    assert watch_clocks() == 1
    assert watch_clocks() == 0
    assert told[1:] == ([(case.number, "overdue")] if as_red else [])
    assert case.events.filter(kind=EventKind.OVERDUE).count() == 1


def test_human_contact_stops_the_clock_and_a_try_does_not(
    call: Call, held_clock: Any, officer: Any, told: Told
) -> None:
    case = call()
    held_clock(10 * MINUTE)
    record_try(case=case, officer=officer, note="占线")
    held_clock(4 * MINUTE)
    case = record_contact(case=case, officer=officer, note="已通话，腿部受伤")
    assert (case.state, case.due_at, case.assigned_to) == (CaseState.IN_CONTACT, None, officer)
    assert case.events.last().detail["waited_s"] == 14 * 60
    held_clock(3600)
    assert watch_clocks() == 0
    assert told == [(case.number, "new")]


def test_paused_time_does_not_count_and_a_pause_ends_by_itself(
    call: Call, held_clock: Any, officer: Any
) -> None:
    case = call()
    held_clock(10 * MINUTE)
    paused = pause_case(case=case, officer=officer, reason="当地通信中断", minutes=30)
    assert (paused.due_at, counts(Case.objects.all()).paused) == (None, 1)
    held_clock(20 * MINUTE)
    resumed = resume_case(case=case, officer=officer)
    assert (resumed.due_at - resumed.raised_at).total_seconds() == 35 * MINUTE
    pause_case(case=case, officer=officer, reason="同上", minutes=10)
    held_clock(10 * MINUTE)
    assert watch_clocks() == 1
    case.refresh_from_db()
    assert (case.paused_at, case.paused_s) == (None, 30 * 60)
    held_clock(5 * MINUTE)
    assert watch_clocks() == 1  # 45 minutes since the call, 15 of them counted
    contacted = record_contact(case=case, officer=officer)
    assert contacted.events.last().detail["waited_s"] == 15 * 60


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": " "}, "reason_needed"),
        ({"minutes": 0}, "bad_time"),
        ({"minutes": 1441}, "bad_time"),
    ],
)
def test_pause_needs_a_reason_and_an_end(
    call: Call, officer: Any, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        pause_case(case=call(), officer=officer, **{"reason": "停电", "minutes": 60} | changes)
    assert refused.value.code == code


def test_grading_moves_the_clock_and_red_is_told_once(
    call: Call, held_clock: Any, officer: Any, told: Told
) -> None:
    case = call()
    case = grade_case(case=case, officer=officer, grade=Grade.YELLOW, reason="仅咨询")
    held_clock(20 * MINUTE)
    assert watch_clocks() == 0
    case = grade_case(case=case, officer=officer, grade=Grade.RED, reason="伤情加重")
    assert [why for _, why in told] == ["new", "new"]
    assert watch_clocks() == 1
    assert [why for _, why in told] == ["new", "new", "overdue"]
    with pytest.raises(DomainError) as refused:
        grade_case(case=case, officer=officer, grade=Grade.ORANGE, reason="")
    assert refused.value.code == "reason_needed"
    assert not CaseEvent.objects.filter(detail__icontains="伤情").exists()


def test_reopened_case_waits_again(call: Call, held_clock: Any, officer: Any, told: Told) -> None:
    case = call()
    record_contact(case=case, officer=officer)
    close_case(case=case, officer=officer, outcome=Outcome.HELPED, note="已送医")
    held_clock(3600)
    case = reopen_case(case=case, officer=officer, reason="家属再次来电")
    assert (case.state, (case.due_at - case.clock_from).total_seconds()) == ("open", 900)
    assert [why for _, why in told] == ["new", "new"]


def test_list_has_the_overdue_first_then_red(call: Call, held_clock: Any, officer: Any) -> None:
    late = call(grade=Grade.YELLOW, waited=7201)
    orange = call(grade=Grade.ORANGE)
    spoken = call()
    record_contact(case=spoken, officer=officer)
    paused = call()
    pause_case(case=paused, officer=officer, reason="停电")
    red = call(grade=Grade.RED, waited=60)
    ungraded = call()
    closed = call()
    close_case(case=closed, officer=officer, outcome=Outcome.UNFOUNDED, note="误报")
    order = list(by_urgency(Case.objects.all()))
    assert order == [late, red, ungraded, orange, paused, spoken, closed]
    found = counts(Case.objects.all())
    assert (found.live, found.overdue, found.red, found.waiting, found.paused) == (6, 1, 2, 4, 1)
