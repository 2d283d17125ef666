"""自助报备 in Chromium: handed in on the smallest phone, decided at a desk and on an officer's."""

import pytest
from playwright.sync_api import expect

from crisis.selfreports.models import PublicForm, SelfReport
from crisis.selfreports.selectors import presence
from tests.support.axe import NARROW, check_page, grave_faults, overflow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ({"width": 390, "height": 844}, {"width": 1440, "height": 900})


def check_staff(page):
    for size in SIZES:
        page.set_viewport_size(size)
        assert grave_faults(page) == [], size
        assert overflow(page) == 0, size


def test_reported_on_a_small_phone_and_matched_at_a_desk(page, page_as, incident, people, officer):
    code = PublicForm.objects.get(incident=incident).code
    page.set_viewport_size(NARROW)
    page.goto(f"/r/{code}/?lang=zh-hans")
    check_page(page)
    page.get_by_label("平安 Safe", exact=False).first.check()
    page.get_by_label("姓名", exact=True).fill("王小明")
    page.get_by_label("当地能打通的电话").fill("5550101")
    page.get_by_label("您在哪里").fill("海港酒店")
    page.get_by_label("另有几人与您在一起").fill("2")
    page.get_by_role("button", name="提交报备").click()
    expect(page.get_by_role("heading", name="报备已收到")).to_be_visible()
    check_page(page)
    page.go_back()
    expect(page.get_by_label("姓名", exact=True)).to_be_visible()
    page.goto(f"/r/{code}/?lang=en")
    expect(page.get_by_role("button", name="Send my report")).to_be_visible()
    check_page(page)
    assert presence(incident).people == 1
    desk(page_as(officer), incident, people["wang"])


def desk(page, incident, wang):
    page.goto(f"/incidents/{incident.pk}/self-reports/")
    check_staff(page)
    page.get_by_role("link", name="王小明").first.click()
    expect(page.get_by_text("电话相同")).to_be_visible()
    check_staff(page)
    page.get_by_role("button", name=f"就是 #{wang.pk}，合并").press("Enter")
    expect(page.get_by_text("点名只计一次")).to_be_visible()
    assert presence(incident).people == 0
    page.get_by_role("button", name="撤销合并").click()
    expect(page.get_by_text("恢复为未核实")).to_be_visible()
    assert SelfReport.objects.count() == 1
    page.goto(f"/incidents/{incident.pk}/self-reports/poster/")
    expect(page.get_by_role("img")).to_be_visible()
    check_staff(page)
