"""The roster as officers keep it, and when nobody is on it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.staff.board import AHEAD, duty_board, gaps
from crisis.staff.duty import Contact
from crisis.staff.models import DutyTurn
from crisis.staff.turns import add_turn, change_turn, end_turn, who_may_be_on_duty

PHONE = Contact("+6785550199")
DAWN = datetime(2024, 12, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hour):
    return DAWN + hour * HOUR


hours = st.integers(min_value=-30, max_value=60)
spans = st.lists(st.tuples(hours, st.integers(min_value=1, max_value=20)), max_size=8)


@given(spans)
def test_every_hour_is_in_a_turn_or_in_a_gap_and_never_in_both(turns):
    given_spans = [(at(begin), at(begin + length)) for begin, length in turns]
    found = gaps(given_spans, since=at(0), until=at(24))
    for hour in range(24):
        middle = at(hour) + HOUR / 2
        covered = any(begin <= middle < end for begin, end in given_spans)
        assert covered != any(begin <= middle < end for begin, end in found)
    assert found == sorted(found)
    assert all(at(0) <= begin < end <= at(24) for begin, end in found)


pytest_db = pytest.mark.django_db


def turn_of(post, user, officer, begins=0.0, length=8.0, contact=PHONE):
    begins_at = clock.now() + timedelta(hours=begins)
    return add_turn(
        post=post,
        user=user,
        begins_at=begins_at,
        ends_at=begins_at + timedelta(hours=length),
        contact=contact,
        officer=officer,
    )


@pytest_db
def test_board_tells_now_next_and_when_nobody_is(held_clock, post, officer, second_officer):
    now = turn_of(post, second_officer, officer, -1, 3)
    later = turn_of(post, officer, officer, 6, 8)
    board = duty_board(post)
    assert (board.now, board.later, board.nobody_now) == ([now], [later], False)
    moment = clock.now()
    assert board.gaps == [
        (moment + 2 * HOUR, moment + 6 * HOUR),
        (moment + 14 * HOUR, moment + AHEAD),
    ]
    second_officer.is_active = False
    second_officer.save()
    assert duty_board(post).nobody_now


@pytest_db
@pytest.mark.parametrize(
    ("who", "changes", "code"),
    [
        ("officer", {"length": 0}, "duty_ends_before_it_begins"),
        ("officer", {"begins": -9}, "duty_is_over"),
        ("officer", {"length": 24 * 8}, "duty_too_long"),
        ("outsider", {}, "not_of_this_post"),
        ("second_officer", {"begins": 1}, "duty_overlaps"),
        ("officer", {"contact": Contact()}, "duty_unreachable"),
        ("officer", {"contact": Contact("12")}, "bad_phone"),
    ],
)
def test_turn_that_makes_no_sense_is_refused(
    held_clock, request, post, officer, second_officer, who, changes, code
):
    turn_of(post, second_officer, officer)
    with pytest.raises(DomainError) as refusal:
        turn_of(post, request.getfixturevalue(who), officer, **changes)
    assert refusal.value.code == code
    assert DutyTurn.objects.count() == 1


@pytest_db
def test_roster_of_another_post_is_not_there(held_clock, post, outsider, planner):
    with pytest.raises(DomainError) as refusal:
        turn_of(post, outsider, outsider)
    assert refusal.value.status == 404
    with pytest.raises(DomainError) as refusal:
        turn_of(post, planner, planner)
    assert refusal.value.code == "forbidden"


@pytest_db
def test_turn_is_changed_ended_and_taken_off(held_clock, post, officer, second_officer):
    turn, tomorrow = turn_of(post, officer, officer), turn_of(post, officer, officer, 24)
    held_clock(3600)
    change_turn(
        turn=turn,
        user=second_officer,
        begins_at=turn.begins_at,
        ends_at=turn.ends_at + HOUR,
        contact=Contact("+6785550177", language="en"),
        officer=officer,
    )
    assert DutyTurn.objects.get(pk=turn.pk).phone == "+6785550177"
    end_turn(turn=turn, officer=officer)
    assert duty_board(post).now == []
    with pytest.raises(DomainError) as refusal:
        end_turn(turn=turn, officer=officer)
    assert refusal.value.code == "duty_is_over"
    end_turn(turn=tomorrow, officer=officer)
    assert list(DutyTurn.objects.all()) == [turn]
    acts = list(AuditEntry.objects.filter(act__startswith="duty.").values_list("act", flat=True))
    assert acts == [*["duty.assigned"] * 2, "duty.changed", "duty.ended", "duty.removed"]


@pytest_db
def test_only_those_who_work_there_may_be_put_on_duty(
    post, officer, duty_head, liaison, auditor, outsider
):
    assert list(who_may_be_on_duty(post)) == [duty_head, officer]
