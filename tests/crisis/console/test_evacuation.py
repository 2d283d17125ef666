"""The planner's board: how full each transport is, who waits, moving a party, a list on paper."""

import pytest

from config.kernel.models import AuditEntry
from crisis.allocation.services import adopt_plan, propose_plan
from crisis.boarding.models import Passage
from crisis.boarding.states import ScanKind
from crisis.console import evacuation
from crisis.evacuation.services import draft_manifest, seal_manifest
from crisis.seats.states import Priority
from tests.crisis.allocation.conftest import Table, placed

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def board(held_clock, post, officer, planner, as_user):
    """MU1 with two seats for a couple, MU2 with one; somebody without papers waits."""
    table = Table(post, officer, planner)
    table.first = table.flight("MU1", seats=2, hours=2)
    table.second = table.flight("MU2", seats=2, hours=5)
    table.couple, table.single = table.family("甲", 2), table.family("乙")
    table.family("丙", kept_back="no_papers", priority=Priority.PREGNANT)
    table.plan = propose_plan(operation=table.operation, planner=planner)
    adopt_plan(plan=table.plan, planner=planner)
    table.client = as_user(planner)
    table.address = f"/incidents/{table.incident.pk}/evacuation/"
    return table


def move(board, party, target, **fields):
    data = {"party": party, "target": getattr(target, "pk", "waiting"), **fields}
    return board.client.post(f"{board.address}move/", data, **HTMX)


def test_board_shows_bars_the_waiting_and_why(board):
    page = board.client.get(board.address).text
    assert 'max="2" value="2"' in page  # MU1 is full
    assert 'max="2" value="1"' in page
    assert "候补：1 人，1 组" in page
    assert "丙0" in page
    assert "没有有效旅行证件" in page
    assert AuditEntry.objects.get(act="evacuation.viewed").detail["people"] == 1


def test_parties_of_a_transport_are_fetched_when_they_are_wanted(board):
    page = board.client.get(f"{board.address}{board.first.pk}/parties/").text
    assert "甲0、甲1" in page
    assert "乙0" not in page


def test_the_most_urgent_party_is_shown_of_many(board, monkeypatch):
    monkeypatch.setattr(evacuation, "PARTIES_SHOWN", 1)
    board.single.travellers.update(ordered_priority=Priority.PREGNANT)
    move(board, 1, None)
    move(board, 2, board.first)
    move(board, 1, board.first, confirmed="yes")
    page = board.client.get(f"{board.address}{board.first.pk}/parties/").text
    assert "乙0" in page
    assert "甲0" not in page


def test_names_are_for_those_who_may_see_them(board, as_user, make_user, post):
    auditor = as_user(make_user("auditor-x", "auditor", post))
    page = auditor.get(board.address).text
    assert "第 3 组" in page
    assert "丙0" not in page
    assert 'id="move"' not in page


def test_move_within_the_rules_is_made_at_once(board):
    page = move(board, 2, None).text
    assert "第 2 组已移到候补。" in page
    page = move(board, 2, board.second).text
    assert "第 2 组已移到 MU2。" in page
    assert placed(board.plan)[2] == str(board.second.pk)


def test_broken_rule_is_told_before_anything_moves(board):
    page = move(board, 1, board.second).text
    assert "MU2：座位只有 2 个，安排了 3 人" in page
    assert "仍然移动" in page
    assert placed(board.plan)[1] == str(board.first.pk)
    page = move(board, 1, board.second, confirmed="yes").text
    assert "第 1 组已移到 MU2。" in page
    assert "超员" in page
    assert placed(board.plan)[1] == str(board.second.pk)


@pytest.mark.parametrize("party", ["99", "x", ""])
def test_wrong_number_stands_beside_its_field(board, party):
    answer = board.client.post(f"{board.address}move/", {"party": party, "target": "waiting"})
    assert answer.status_code == 400
    assert "errorlist" in answer.text


def test_transport_that_left_takes_nobody(board):
    type(board.second).objects.update(status="departed")
    page = move(board, 1, board.second).text
    assert "errorlist" in page
    assert placed(board.plan)[1] == str(board.first.pk)


def test_without_a_plan_the_board_says_what_to_do(board):
    board.operation.plans.update(state="replaced")
    page = board.client.get(board.address).text
    assert "还没有采用的分配方案" in page
    assert "候补：4 人，3 组" in page
    assert "还没有采用的分配方案，不能移动。" in move(board, 1, board.first).text


def test_gates_are_counted_on_the_board(board):
    person = board.couple.travellers.first().person_ref
    Passage.objects.create(
        transport=board.first, person_ref=person, state=ScanKind.BOARDED, at="2024-12-17T03:00Z"
    )
    assert "2 人，已登乘 1" in board.client.get(board.address).text


def test_gate_list_is_printed_from_the_sealed_version_alone(board, planner):
    address = f"{board.address}{board.first.pk}/print/"
    assert board.client.get(address).status_code == 302
    draft = draft_manifest(incident=board.incident, planner=planner)
    assert board.client.get(address).status_code == 302
    sealed = seal_manifest(manifest=draft, planner=planner)
    page = board.client.get(address).text
    assert sealed.content_hash in page
    assert "甲0" in page
    assert "乙0" not in page
    assert AuditEntry.objects.get(act="manifest.printed").detail["people"] == 2


def test_before_there_is_an_operation_the_page_offers_to_open_one(incident, as_user, planner):
    page = as_user(planner).get(f"/incidents/{incident.pk}/evacuation/").text
    assert "还没有撤离行动" in page
    assert f"/incidents/{incident.pk}/manifests/" in page
    assert f"/incidents/{incident.pk}/transports/" not in page
