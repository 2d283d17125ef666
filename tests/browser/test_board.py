"""The live board, the list and the wall in a real browser, narrow and wide."""

import pytest
from playwright.sync_api import expect

from crisis.console import clusters
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind
from tests.support import scene
from tests.support.axe import grave_faults, overflow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
WALL = {"width": 1920, "height": 1080}


@pytest.fixture(autouse=True)
def read_anew():
    clusters.forget()


@pytest.fixture
def say(incident, officer, people):
    def record(name, kind=EventKind.SAFE):
        record_status(incident=incident, person_ref=people[name].pk, kind=kind, officer=officer)

    return record


def look(page, size):
    page.set_viewport_size(size)
    assert overflow(page) == 0, f"too wide at {size}"
    assert grave_faults(page) == [], f"at {size}"


def test_board_narrow_and_wide_by_keyboard_and_without_faults(page_as, officer, incident, say):
    say("wang", EventKind.NEEDS_HELP)
    page = page_as(officer)
    page.goto(f"/incidents/{incident.pk}/")
    expect(page.locator(".map-sheet[data-clusters]")).to_have_attribute("data-clusters", "1")
    for size in (NARROW, WIDE):
        look(page, size)
    # The table behind the plot, opened by the keyboard.
    page.get_by_text("以表格显示").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".plot-table tbody tr")).to_have_count(1)
    # A new line and its numbers come without the stream, and the plot with them.
    say("li")
    expect(page.locator("[data-count='head.safe']")).to_have_text("1", timeout=8000)
    expect(page.locator("[data-events] li").first).to_contain_text("李娜")
    expect(page.locator("[data-events] li").first).to_contain_text("北京")
    # The estimate, typed on the page, stands beside.
    page.get_by_text("记录新的估计").click()
    page.get_by_label("估计在场人数").fill("260")
    page.get_by_label("来源").select_option("post")
    page.get_by_role("button", name="记录", exact=True).click()
    expect(page.locator("#presence")).to_contain_text("260")


def test_list_is_scrolled_to_its_end_and_keeps_few_rows(
    page_as, officer, people, post, monkeypatch, page
):
    monkeypatch.setattr("crisis.console.views.inside.ROWS_A_CHUNK", 25)
    for number in range(294):
        scene.settle(f"钱{number:03}")
    incident = scene.declare(post, officer, people=300)
    page = page_as(officer)
    page.set_viewport_size(WIDE)
    page.goto(f"/incidents/{incident.pk}/roster/")
    expect(page.get_by_role("heading", name="名册（300 人）")).to_be_visible()
    roll = page.locator("#roll")
    roll.focus()
    for _ in range(40):  # by the keyboard alone: End shows what is there, and more comes
        if page.locator("[data-more]").count() == 0:
            break
        page.keyboard.press("End")
        page.wait_for_timeout(150)
    page.keyboard.press("End")
    expect(page.get_by_role("link", name="钱293")).to_be_visible()
    assert page.locator("#roll [data-chunk]").count() == 12
    expect(page.locator("#roll [data-chunk][data-height]").first).to_be_attached()
    assert page.locator("#roll [data-chunk] a").count() < 250
    page.keyboard.press("Home")
    expect(page.get_by_role("link", name="王小明")).to_be_visible()
    look(page, NARROW)
    # Found by pinyin; the name stands in no address.
    page.get_by_label("姓名或拼音").fill("wxm")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("heading", name="名册（1 人）")).to_be_visible()
    assert "wxm" not in page.url


def test_paper_is_sheets_of_rows_that_are_not_cut(page_as, officer, incident):
    page = page_as(officer)
    page.goto(f"/incidents/{incident.pk}/print/")
    expect(page.locator(".sheet tbody tr")).to_have_count(6)
    look(page, WIDE)
    page.emulate_media(media="print")
    assert page.locator(".sheet").evaluate("e => getComputedStyle(e).breakBefore") == "page"
    assert page.locator(".no-print").first.is_hidden()


def test_wall_is_dark_and_says_when_it_lost_the_line_or_its_log_in(
    page_as, officer, incident, say, client
):
    say("wang")
    page = page_as(officer)
    page.set_viewport_size(WALL)
    page.goto(f"/incidents/{incident.pk}/wall/")
    state, age = page.locator("[data-stream-state]"), page.locator("[data-line-age]")
    expect(state).to_have_text("每 5 秒刷新", timeout=8000)
    look(page, WALL)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, ground.strip("rgb()").split(","))) < 40
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    # The log-in ends: it stays where it is and says so, large, with the age of its figures.
    client.logout()
    expect(state).to_have_text("登录已过期，请重新登录", timeout=8000)
    expect(age).to_contain_text("前")
    assert page.url.endswith("/wall/")
    # Logged in again in another tab, it comes back by itself.
    page_as(officer)
    expect(state).to_have_text("每 5 秒刷新", timeout=8000)
    # No network: the figures grow old.
    page.context.set_offline(True)
    expect(state).to_have_text("线路中断，正在重连", timeout=16000)
    expect(age).to_contain_text("数字为 0:1")
    expect(page.locator("body")).to_have_class("wall mode-drill line-lost")
