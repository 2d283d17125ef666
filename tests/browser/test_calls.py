"""Telephoning in a real browser: by the keyboard alone, on a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from config.kernel import clock
from crisis.calls.models import Call, CallEntry
from crisis.calls.services.claiming import AFTER_LEAVING
from crisis.calls.services.listing import list_newcomers
from crisis.cases.models import Case
from crisis.rollcall.models import Standing
from notifications.models import Reply
from registry.addresses import address_index
from tests.support.axe import grave_faults, overflow
from tests.support.processes import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def listed(incident, people):
    """王小明 is next, then the others."""
    list_newcomers()
    CallEntry.objects.update(due_at=clock.now())
    Standing.objects.filter(person_ref=people["wang"].pk).update(possible_help=True)
    return incident


@pytest.fixture
def stray(incident):
    return Reply.objects.create(
        via="sms", address="+6785550999", address_index=address_index("sms", "+6785550999"),
        text="我是赵无声，手机丢了", meaning="possible_help", state="unmatched",
        answered_at=clock.now(), received_at=clock.now(),
    )  # fmt: skip


def check(page):
    """Fits and is free of grave faults, on a desk and on a phone."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert overflow(page) == 0, (page.url, size)
        assert grave_faults(page) == [], (page.url, size)


def test_officer_telephones_by_the_keyboard_alone(page_as, officer, listed, people):
    page = page_as(officer)
    page.goto(f"/incidents/{listed.pk}/calls/")
    check(page)
    page.reload()
    expect(page.get_by_role("button", name="打下一个电话")).to_be_focused()
    page.keyboard.press("Enter")
    dial = page.get_by_role("link", name="+6785550101")
    expect(dial).to_be_focused()
    expect(page.locator("#lease")).to_contain_text("此人由您负责")
    check(page)

    # Reloaded, it is still this call; and Enter in a field records nothing.
    page.reload()
    expect(page.locator("#lease")).to_contain_text("此人由您负责")
    assert Call.objects.count() == 1
    page.get_by_label("所在位置、附近标志").fill("市场二楼")
    page.keyboard.press("Enter")
    page.keyboard.type("1")
    expect(page.get_by_label("所在位置、附近标志")).to_have_value("市场二楼1")
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")

    # Two keys for the result, mis-keyed; the correction and the right one.
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="1 平安")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("已记录：平安（1 人）")).to_be_visible()
    assert Standing.objects.get(person_ref=people["wang"].pk).condition == "safe"
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="撤销刚才的结果")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("已撤销，请重新选择结果")).to_be_visible()
    page.get_by_label("所在位置、附近标志").fill("市场二楼")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已按求助登记")).to_be_visible()
    assert Case.objects.get().place == "市场二楼"

    # The next, at once; put off, it shows both clocks.
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/calls/\d+/$"))
    page.keyboard.press("6")
    page.keyboard.press("Enter")
    expect(page.get_by_text("12-17 13:30 当地")).to_be_visible()
    expect(page.get_by_text("12-17 10:30 北京")).to_be_visible()


def test_page_that_is_left_gives_the_person_back(page_as, officer, listed):
    page = page_as(officer)
    page.goto(f"/incidents/{listed.pk}/calls/")
    page.get_by_role("button", name="打下一个电话").click()
    expect(page.locator("#lease")).to_contain_text("此人由您负责")
    page.get_by_role("link", name="← 呼叫名单").click()
    expect(page.get_by_role("button", name="回到未结束的通话")).to_be_visible()
    until(lambda: leases()[0] < clock.real_now() + AFTER_LEAVING, what="the page's word")


def leases():
    """Until when people are held, as it stands now."""
    held = CallEntry.objects.filter(call__isnull=False)
    return list(held.values_list("held_until", flat=True))


def test_triage_is_one_step_on_a_desk_and_on_a_phone(page_as, officer, listed, people, stray):
    page = page_as(officer)
    page.goto("/triage/")
    check(page)
    page.get_by_role("button", name=re.compile("赵无声")).click()
    expect(page.get_by_text("已匹配，点名已更新")).to_be_visible()
    row = page.get_by_role("listitem").filter(has_text="手机丢了")
    row.get_by_role("button", name=re.compile("需要帮助")).click()
    expect(page.get_by_text("已记录判断：需要帮助")).to_be_visible()
    assert Standing.objects.get(person_ref=people["silent"].pk).condition == "needs_help"
