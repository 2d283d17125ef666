"""The planner's board in Chromium: a party is dragged, or picked and sent by the keyboard."""

import pytest
from playwright.sync_api import expect

from crisis.allocation.services import adopt_plan, propose_plan
from tests.crisis.allocation.conftest import Table, placed
from tests.support.axe import grave_faults, overflow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def board(transactional_db, held_clock, page_as, post, officer, planner):
    table = Table(post, officer, planner)
    table.first = table.flight("MU1", seats=3, hours=2)
    table.second = table.flight("MU2", seats=1, hours=5)
    table.couple, table.single = table.family("甲", 2), table.family("乙")
    table.plan = propose_plan(operation=table.operation, planner=planner)
    adopt_plan(plan=table.plan, planner=planner)
    table.page = page_as(planner)
    table.page.set_viewport_size(DESK)
    table.page.goto(f"/incidents/{table.incident.pk}/evacuation/")
    return table


def test_party_is_dragged_to_the_waiting_list_and_typed_back(board):
    page = board.page
    page.locator("article", has_text="MU1").locator("summary").click()
    party = page.locator("article [data-party='1']")
    expect(party).to_contain_text("甲0、甲1")
    party.drag_to(page.locator(".waiting"))
    expect(page.locator("#move [role=status]")).to_have_text("第 1 组已移到候补。")
    expect(page.locator(".waiting [data-party='1']")).to_be_visible()
    assert placed(board.plan)[1] is None

    page.locator(".waiting [data-pick='1']").press("Enter")
    target = page.get_by_label("移到")
    expect(target).to_be_focused()
    target.select_option(label="MU2")
    page.locator("#move button", has_text="移动").first.press("Enter")
    question = page.get_by_role("button", name="仍然移动")
    expect(question).to_be_focused()
    expect(page.locator("#move [role=alert]")).to_contain_text("MU2：座位只有 1 个")
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert grave_faults(page) == []
        assert overflow(page) == 0
    question.press("Enter")
    expect(page.locator("#move [role=status]")).to_have_text("第 1 组已移到 MU2。")
    assert placed(board.plan)[1] == str(board.second.pk)
