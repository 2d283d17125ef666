"""登记 on a small phone: every step open to everybody, from the first page to a proved number."""

import pytest
from playwright.sync_api import expect

from registry.models import ContactPoint, Person
from tests.support.axe import NARROW, check_page
from tests.support.citizens import code_at, signed_in_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ZONE = "P<CHNWANG<<XIAOMING<<<<<<<<<<<<<<<<<<<<<<<<<\nEZ12345671CHN9003071M3001019<<<<<<<<<<<<<<02"


@pytest.fixture
def phone(page):
    page.set_viewport_size(NARROW)
    return page


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_family_registers_on_a_small_phone(phone, held_clock):
    phone.goto("/join/?lang=zh-hans")
    check_page(phone)
    phone.get_by_label("姓名").fill("王小明")
    phone.get_by_label("护照底部的机读码").fill(ZONE)
    press(phone, "读取")
    expect(phone.get_by_text("已读出")).to_be_visible()
    expect(phone.get_by_label("护照拼写")).to_have_value("WANG/XIAOMING")
    phone.get_by_label("出生日期").fill("7.3.90")
    press(phone, "下一步")
    expect(phone.get_by_text("请写成年-月-日")).to_be_visible()
    check_page(phone)
    phone.get_by_label("出生日期").fill("19900307")
    phone.get_by_label("出生日期").press("Enter")
    reach(phone)
    family(phone)
    press(phone, "下一步")
    check_page(phone)
    press(phone, "下一步")
    agree(phone)


def reach(phone):
    phone.get_by_label("所在国家或地区", exact=True).select_option("VU")
    phone.get_by_label("城市").fill("维拉港")
    press(phone, "再加一个号码")
    phone.get_by_label("手机号码", exact=False).first.fill("5550101")
    check_page(phone)
    press(phone, "下一步")
    expect(phone.get_by_role("heading", name="国内联系谁？")).to_be_visible()
    check_page(phone)
    press(phone, "English")
    expect(phone.get_by_role("heading", name="Whom to call at home?")).to_be_visible()
    press(phone, "中文")
    press(phone, "下一步")


def family(phone):
    check_page(phone)
    press(phone, "添加家人")
    phone.get_by_label("姓名").fill("王小雨")
    phone.get_by_label("出生日期").fill("2018-01-02")
    press(phone, "保存这位家人")
    expect(phone.get_by_text("儿童须由监护人同意")).to_be_visible()
    check_page(phone)
    phone.get_by_label("我是该未满十四周岁儿童的父母").check()
    press(phone, "保存这位家人")
    expect(phone.get_by_text("王小雨", exact=True)).to_be_visible()


def agree(phone):
    check_page(phone)
    phone.get_by_label("我同意为应急联系而登记以上信息").check()
    press(phone, "同意并登记")
    expect(phone.get_by_text("已登记 2 人。")).to_be_visible()
    assert sorted(Person.objects.values_list("name", flat=True)) == ["王小明", "王小雨"]
    check_page(phone)
    press(phone, "向尾号 0101 发送验证码")
    phone.get_by_label("短信中的 6 位验证码").fill(code_at("+6785550101"))
    press(phone, "登录")
    phone.wait_for_url("**/me/**")
    assert ContactPoint.objects.get().verified_at is not None


def test_family_is_added_later_on(phone, live_server, held_clock, citizen):
    cookie = signed_in_client(citizen).cookies["sessionid"].value
    phone.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    phone.goto("/me/family/?lang=zh-hans")
    check_page(phone)
    phone.get_by_role("link", name="添加家人").click()
    check_page(phone)
    phone.get_by_label("姓名").fill("王奶奶")
    phone.get_by_label("出生日期").fill("1944-03-07")
    phone.get_by_label("我已告知这位家人").check()
    press(phone, "保存这位家人")
    phone.get_by_role("link", name="王奶奶").click()
    expect(phone.get_by_role("heading", name="王奶奶 的登记")).to_be_visible()
