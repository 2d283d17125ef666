"""What follows a declaration, in a real browser: taking back on the spot, another area, standing
down with a successor."""

import pytest
from playwright.sync_api import expect

from crisis.incidents.models import Outage, Reshaping
from crisis.rollcall.models import Handover
from notifications.models import Wave
from tests.support.axe import grave_faults, overflow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [390, 1440])
def test_area_outage_stand_down_and_taking_back(
    page_as, officer, second_officer, incident, people, width
):
    page = page_as(officer)
    page.set_viewport_size({"width": width, "height": 900})
    room = f"/incidents/{incident.pk}/"
    page.goto(room)
    page.get_by_role("link", name="缩小或移动区域…").click()
    page.get_by_label("纬度").fill("-18.9")
    page.get_by_label("经度").fill("168.1")
    page.get_by_label("半径（公里）").fill("20")
    page.get_by_role("button", name="预览涉及的人").click()
    expect(page.get_by_text("确认：请输入涉及的人数（7）")).to_be_visible()
    good(page)
    page.get_by_label("确认：请输入涉及的人数").fill("7")
    page.get_by_role("button", name="演练：调整区域").click()
    expect(page.get_by_text("移出 6，新增 1")).to_be_visible()
    assert Reshaping.objects.get().released == 6

    page.get_by_text("标记中断…").click()
    page.get_by_role("button", name="标记中断").click()
    expect(page.get_by_text("起通信中断（7 人）")).to_be_visible()
    good(page)
    page.get_by_role("button", name="通信已恢复").click()
    assert Outage.objects.get().ended_at is not None

    alert = Wave.objects.get(kind="initial")
    page.get_by_text("撤回告警", exact=True).click()
    good(page)
    page.get_by_label("确认：请输入核验码").fill(alert.code)
    page.get_by_role("button", name="演练：撤回并发出更正").click()
    expect(page.get_by_text("已撤回：未发的不再发送")).to_be_visible()

    page.get_by_role("link", name="解除事件…").click()
    good(page)
    page.get_by_label("接手的官员").select_option(label=str(second_officer))
    page.get_by_role("button", name="确认解除").click()
    expect(page.get_by_text("已解除。不再发送提醒")).to_be_visible()
    page.get_by_role("link", name="未了结的人").click()
    good(page)
    assert Handover.objects.get().officer == second_officer


def good(page):
    """Nothing serious for axe, and nothing beyond the screen's edge."""
    assert grave_faults(page) == []
    assert overflow(page) == 0, page.url
