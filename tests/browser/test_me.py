"""A citizen's own pages on a small phone: without scripts, and fair to everybody."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from config.kernel import clock
from crisis.citizens.services import binding, wechat_door
from registry.models import ConsentPurpose, Household, Person
from registry.services.consents import give_consent
from registry.services.people import add_emergency_contact
from tests.support import scene
from tests.support.axe import check_page
from tests.support.citizens import bind_wechat, code_at, push_scan
from tests.support.processes import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = "+6785550101"
OPENID = "oWang0123456789abcdefghijklm"


@pytest.fixture
def parent(transactional_db):
    household = Household.objects.create(label="王")
    parent = scene.settle(
        "王小明", phone=PHONE, household=household, document_number="E12345678",
        passport_name="WANG/XIAOMING",
    )  # fmt: skip
    child = scene.settle("王小童", household=household, basis="guardian")
    Person.objects.filter(pk=child.pk).update(registered_by=parent)
    add_emergency_contact(person=parent, name="王父", relation="父亲", phone="+8613800000000")
    give_consent(person=parent, purpose=ConsentPurpose.REGISTRY, given_by=parent)
    return parent


@pytest.fixture
def phone(chromium, live_server):
    """A browser without scripts, as small as phones come."""
    context = chromium.new_context(
        java_script_enabled=False,
        base_url=live_server.url,
        locale="zh-CN",
        viewport={"width": 320, "height": 640},
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def wait_for_picture(page):
    """Asked again and again from here: the pages forbid a script to wait in them."""
    seen = "e => e.complete && e.naturalWidth > 0"
    until(lambda: page.locator(".qr").evaluate(seen), seconds=10, what="the QR code's picture")


def sign_in(page):
    page.goto("/me/")
    page.get_by_label("手机号码").fill(PHONE)
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("短信中的 6 位验证码").fill(code_at(PHONE))
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="我的登记")).to_be_visible()


def test_citizen_signs_in_corrects_confirms_and_signs_out_without_scripts(phone, parent):
    sign_in(phone)
    expect(phone.get_by_text("E12345678")).to_be_visible()
    phone.locator("section", has_text="基本信息").get_by_role("link", name="更正").click()
    phone.get_by_label("姓名").fill("王大明")
    phone.get_by_role("button", name="保存").click()
    expect(phone.get_by_text("王大明").first).to_be_visible()
    phone.get_by_role("button", name="以下全部正确").click()
    expect(phone.get_by_text("已记录您的确认")).to_be_visible()
    phone.get_by_role("link", name="王小童").click()
    expect(phone.get_by_role("heading", name="王小童 的登记")).to_be_visible()
    phone.get_by_role("button", name="退出登录").click()
    expect(phone.get_by_role("heading", name="用手机号码登录")).to_be_visible()
    assert Person.objects.get(pk=parent.pk).confirmed_at is not None


def test_citizen_pauses_and_leaves_without_scripts(phone, parent):
    sign_in(phone)
    phone.get_by_role("link", name="回国期间暂停").click()
    until = clock.now().date() + timedelta(days=20)
    phone.get_by_label("回国至哪一天").fill(until.isoformat())
    phone.get_by_role("button", name="暂停").click()
    expect(phone.get_by_text(f"已暂停至 {until}")).to_be_visible()
    phone.get_by_role("link", name="退出登记").click()
    phone.get_by_role("button", name="继续").click()
    phone.get_by_label("一并退出").check()
    phone.get_by_label("我明白这不能撤销").check()
    phone.get_by_role("button", name="退出并删除").click()
    expect(phone.get_by_text("已删除 2 人的信息")).to_be_visible()
    assert not Person.objects.filter(erased_at=None).exists()


def test_pages_are_fair_to_everybody(page, parent, client_of, live_server, monkeypatch):
    """axe-core finds nothing serious at 320 and at 1280 px, and nothing is wider than that."""
    monkeypatch.setattr(
        binding, "make_qr", lambda scene, seconds: f"http://weixin.qq.com/q/{scene}"
    )
    page.goto("/me/code/?lang=en")
    check_page(page)
    page.get_by_label("Mobile number").fill(PHONE)
    page.get_by_role("button", name="Send the code").click()
    check_page(page)
    cookie = client_of(parent).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    for path in ("", "contacts/", "correct/document/", "correct/health/", "emergency/",
                 "consents/", "pause/", "leave/"):  # fmt: skip
        page.goto(f"/me/{path}")
        check_page(page)
    page.goto("/me/wechat/")
    page.locator("[name=agree]").check()
    page.get_by_role("button", name="生成二维码").click()
    expect(page.get_by_alt_text("绑定微信的二维码")).to_be_visible()
    wait_for_picture(page)
    check_page(page)


def test_person_signs_in_by_wechat_without_scripts(phone, parent, page, monkeypatch, live_server):
    scenes = []
    monkeypatch.setattr(
        wechat_door, "make_qr",
        lambda scene, *, seconds: scenes.append(scene) or "http://weixin.qq.com/q/abc",
    )  # fmt: skip
    bind_wechat(parent, OPENID)
    phone.goto("/me/trips/")
    phone.get_by_role("button", name="用微信扫码登录").click()
    qr = phone.get_by_alt_text("微信登录二维码")
    expect(qr).to_be_visible()
    push_scan(scenes[0], OPENID)
    phone.get_by_role("button", name="我已扫码").click()
    assert phone.locator("body").bounding_box()["width"] <= 320
    phone.get_by_label("公众号发来的 6 位验证码").fill(code_at(OPENID, channel="wechat"))
    phone.get_by_role("button", name="登录", exact=True).click()
    phone.wait_for_url("**/me/trips/**")
    page.goto(f"{live_server.url}/me/code/wechat/?lang=en")
    page.get_by_role("button", name="Make a QR code").click()
    expect(page.get_by_alt_text("QR code to sign in by WeChat")).to_be_visible()
    wait_for_picture(page)
    check_page(page)
