"""What officers do in a case, between taking it and closing it."""

from collections.abc import Callable
from typing import Any

import pytest

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.cases.models import Case, CaseMerge, HandOver
from crisis.cases.selectors import cases_for, linked_to, standing_merges, waiting_for
from crisis.cases.services import (
    Intake,
    accept_hand_over,
    add_note,
    add_partner,
    assign_case,
    change_intake,
    close_case,
    grade_case,
    link_cases,
    make_hand_over,
    merge_cases,
    record_contact,
    start_help,
    take_case,
    transfer_case,
    undo_merge,
    unlink_cases,
    withdraw_hand_over,
)
from crisis.cases.states import CaseState, EventKind, Grade, Outcome, PartnerKind

pytestmark = pytest.mark.django_db
Call = Callable[..., Case]


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def test_of_two_who_take_it_the_second_is_told(
    call: Call, officer: Any, second_officer: Any
) -> None:
    case = call()
    take_case(case=case, officer=officer)
    assert take_case(case=case, officer=officer).assigned_to == officer
    assert code_of(lambda: take_case(case=case, officer=second_officer)) == "taken"
    moved = assign_case(case=case, officer=officer, to=second_officer)
    assert moved.assigned_to == second_officer


def test_case_without_a_post_is_everybodys_until_one_takes_it(
    call: Call, officer: Any, outsider: Any, planner: Any
) -> None:
    case = call(post=None)
    assert case.number.startswith("GH-")
    assert case in cases_for(officer)
    assert case in cases_for(outsider)
    assert case not in cases_for(planner)
    taken = take_case(case=case, officer=outsider)
    assert taken.post == outsider.posts.get()
    assert case not in cases_for(officer)
    assert code_of(lambda: add_note(case=taken, officer=officer, note="x")) == "not_found"


def test_log_says_who_when_what_and_the_audit_says_no_word_of_it(call: Call, officer: Any) -> None:
    case = call()
    record_contact(case=case, officer=officer, note="腿部骨折")
    start_help(case=case, officer=officer, note="救护车在路上")
    add_partner(
        case=case, officer=officer, kind=PartnerKind.HOSPITAL, organisation="维拉中心医院",
        phone="+6782212100",
    )  # fmt: skip
    add_note(case=case, officer=officer, note="家属已知")
    change_intake(case=case, officer=officer, intake=Intake(place="港口仓库二楼"))
    kinds = list(case.events.values_list("kind", flat=True))
    assert kinds == ["opened", "human_contact", "under_way", "partner", "note", "intake"]
    assert {event.by for event in case.events.all()} == {"", "officer"}
    kept = str(list(AuditEntry.objects.values_list("act", "subject", "detail")))
    assert case.number in kept
    assert not any(word in kept for word in ("骨折", "医院", "家属", "仓库", "张求助"))
    assert "张求助" in case.events.last().note


def test_change_of_intake_leaves_what_was_not_named_by_anybody(call: Call, officer: Any) -> None:
    case = call()
    same = Intake(person_name="张求助", contact="+6785550199", event="房屋倒塌，被困二楼")
    change_intake(case=case, officer=officer, intake=same)
    assert case.events.count() == 1


def test_help_is_not_under_way_before_anybody_spoke(call: Call, officer: Any) -> None:
    case = call()
    assert code_of(lambda: start_help(case=case, officer=officer)) == "wrong_state"
    close_case(case=case, officer=officer, outcome=Outcome.REFERRED, note="转当地警方")
    assert code_of(lambda: record_contact(case=case, officer=officer)) == "wrong_state"
    add_note(case=case, officer=officer, note="次日回访")


def test_transfer_gives_it_to_another_post_with_its_clock(
    call: Call, officer: Any, outsider: Any, other_post: Any, told: list[Any]
) -> None:
    case = take_case(case=call(), officer=officer)
    moved = transfer_case(case=case, officer=officer, post=other_post, reason="人在斐济")
    assert (moved.post, moved.assigned_to) == (other_post, None)
    assert moved.due_at == case.due_at
    assert len(told) == 2
    assert moved in cases_for(outsider)
    assert moved not in cases_for(officer)


# -- Merging and linking -----------------------------------------------------------------------


def test_merge_keeps_one_with_both_peoples_the_graver_grade_and_the_earlier_clock(
    call: Call, officer: Any, held_clock: Any
) -> None:
    gone = call(person_ref=8)
    held_clock(300)
    kept = call(person_ref=7)
    grade_case(case=kept, officer=officer, grade=Grade.YELLOW, reason="轻伤")
    before = (gone.state, gone.due_at)
    merge = merge_cases(kept=kept, gone=gone, officer=officer, reason="同一家人")
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (gone.state, gone.merged_into, gone.due_at) == (CaseState.MERGED, kept, None)
    assert (kept.grade, kept.due_at) == ("", before[1])
    assert set(kept.persons.values_list("person_ref", flat=True)) == {7, 8}
    assert call(person_ref=8) == kept
    assert list(standing_merges(kept)) == [merge]

    undo_merge(merge=merge, officer=officer)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (gone.state, gone.due_at, gone.merged_into) == (*before, None)
    assert set(kept.persons.values_list("person_ref", flat=True)) == {7}
    assert call(person_ref=8) == gone
    assert code_of(lambda: undo_merge(merge=merge, officer=officer)) == "already_undone"


def test_contact_in_the_other_case_is_the_matters_contact(
    call: Call, officer: Any, held_clock: Any
) -> None:
    kept, gone = call(), call()
    held_clock(60)
    record_contact(case=gone, officer=officer)
    merge = merge_cases(kept=kept, gone=gone, officer=officer, reason="同一人")
    kept.refresh_from_db()
    assert (kept.state, kept.due_at) == (CaseState.IN_CONTACT, None)
    undo_merge(merge=merge, officer=officer)
    kept.refresh_from_db()
    assert kept.state == CaseState.OPEN
    assert kept.due_at is not None


def test_only_live_cases_of_one_post_merge_and_a_cause_follows(
    call: Call, officer: Any, other_post: Any
) -> None:
    one, other = call(origin_key="call:1"), call(origin_key="call:2")
    words = {"officer": officer, "reason": "同一事"}
    assert code_of(lambda: merge_cases(kept=one, gone=one, **words)) == "same_case"
    far = call(post=None)
    assert code_of(lambda: merge_cases(kept=one, gone=far, **words)) == "not_alike"
    foreign = call(post=other_post)
    assert code_of(lambda: merge_cases(kept=one, gone=foreign, **words)) == "not_found"
    merge_cases(kept=one, gone=other, **words)
    assert call(origin_key="call:2") == one
    assert code_of(lambda: merge_cases(kept=one, gone=other, **words)) == "wrong_state"
    assert CaseMerge.objects.count() == 1


def test_links_stand_on_both_and_go_again(call: Call, officer: Any) -> None:
    one, other = call(), call()
    assert link_cases(one=other, other=one, officer=officer)
    assert not link_cases(one=one, other=other, officer=officer)
    assert list(linked_to(one)) == [other]
    assert list(linked_to(other)) == [one]
    assert unlink_cases(one=one, other=other, officer=officer)
    assert not linked_to(one)
    kinds = [case.events.last().kind for case in (one, other)]
    assert kinds == [EventKind.UNLINKED] * 2


# -- Hand-over --------------------------------------------------------------------------------


def test_hand_over_moves_the_cases_when_it_is_accepted(
    call: Call, officer: Any, second_officer: Any, post: Any
) -> None:
    mine, closed, others = (call() for _ in range(3))
    for case in (mine, closed):
        take_case(case=case, officer=officer)
    hand_over = make_hand_over(
        post=post, officer=officer, summary="夜班两件", words={mine.pk: "等医院回电"}
    )
    assert waiting_for(second_officer) == [hand_over]
    assert waiting_for(officer) == []
    assert code_of(lambda: accept_hand_over(hand_over=hand_over, officer=officer)) == "not_yours"
    close_case(case=closed, officer=officer, outcome=Outcome.REFERRED, note="转警方")
    assert accept_hand_over(hand_over=hand_over, officer=second_officer) == 1
    mine.refresh_from_db()
    others.refresh_from_db()
    assert (mine.assigned_to, others.assigned_to) == (second_officer, None)
    assert mine.events.get(kind=EventKind.HANDED_OVER).note == "等医院回电"
    twice = code_of(lambda: accept_hand_over(hand_over=hand_over, officer=second_officer))
    assert twice == "wrong_state"


def test_hand_over_of_a_whole_post_to_one_named(
    call: Call, officer: Any, second_officer: Any, duty_head: Any, outsider: Any, post: Any
) -> None:
    call()
    call()
    give = {"post": post, "officer": officer, "summary": "全部", "whole_post": True}
    assert code_of(lambda: make_hand_over(**give, to=outsider)) == "bad_receiver"
    assert code_of(lambda: make_hand_over(**give | {"whole_post": False})) == "no_cases"
    assert code_of(lambda: make_hand_over(**give | {"summary": " "})) == "summary_needed"
    hand_over = make_hand_over(**give, to=second_officer)
    assert code_of(lambda: make_hand_over(**give)) == "waits_already"
    assert code_of(lambda: accept_hand_over(hand_over=hand_over, officer=duty_head)) == "not_yours"
    withdraw_hand_over(hand_over=hand_over, officer=officer)
    assert make_hand_over(**give).rows.count() == 2
    assert HandOver.objects.count() == 2
