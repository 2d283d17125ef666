"""A person's trips on a small phone: pasted, checked, kept; typed by hand; fair to everybody."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from config.kernel import clock
from registry.models import Whereabouts
from tests.support import scene
from tests.support.axe import check_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def traveller(page, client_of, live_server, transactional_db):
    """Somebody who is signed in, in this browser."""
    person = scene.settle("王小明", phone="+6785550101")
    cookie = client_of(person).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return person


def day(days):
    return (clock.now().date() + timedelta(days=days)).isoformat()


def test_itinerary_is_pasted_checked_and_kept(page, traveller):
    page.goto("/me/trips/")
    check_page(page)
    page.get_by_label("粘贴行程单").fill(f"{day(10)} 至 {day(16)} 斐济楠迪\n看不懂的一行")
    page.get_by_role("button", name="识别行程").click()
    expect(page.get_by_role("heading", name="请核对行程")).to_be_visible()
    expect(page.get_by_text("看不懂的一行")).to_be_visible()
    assert not Whereabouts.objects.filter(kind="trip").exists()
    check_page(page)
    page.get_by_role("button", name="确认并保存").click()
    expect(page.get_by_role("heading", name="我的行程")).to_be_visible()
    [leg] = Whereabouts.objects.filter(person=traveller, kind="trip")
    assert leg.country == "FJ"


def test_leg_is_typed_changed_and_removed(page, traveller):
    page.goto("/me/trips/")
    page.get_by_label("国家或地区").fill("瓦努阿图")
    page.get_by_label("城市").fill("卢甘维尔")
    page.get_by_label("到达日期（当地）").fill(day(3))
    page.get_by_label("离开日期（当地）").fill(day(5))
    page.get_by_role("button", name="添加这段行程").click()
    page.get_by_role("link", name="修改").click()
    check_page(page)
    page.get_by_label("离开日期（当地）").fill(day(2))
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("行程的结束不能早于开始")).to_be_visible()
    check_page(page)
    page.get_by_label("离开日期（当地）").fill(day(9))
    page.get_by_role("button", name="保存").click()
    [leg] = Whereabouts.objects.filter(person=traveller, kind="trip")
    assert (leg.country, leg.city) == ("VU", "卢甘维尔")
    check_page(page)
    page.get_by_role("button", name="删除这段行程").click()
    expect(page.get_by_text("还没有登记行程。")).to_be_visible()
