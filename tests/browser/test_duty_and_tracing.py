"""The roster, a silent neighbour, and a mother's enquiry, on a desk and on a narrow screen."""

import pytest
from playwright.sync_api import expect

from config.kernel import clock
from crisis.operations.paging import ask_for_page
from crisis.operations.problems import Found, Problem
from crisis.staff.models import Cover, DutyTurn, Neighbour
from crisis.tracing.models import Answer, Enquiry, Match
from registry.models import ConsentPurpose
from registry.services.consents import give_consent
from tests.support.axe import check_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def press(page, name):
    page.get_by_role("button", name=name).first.click()


def test_officer_keeps_the_roster_answers_a_page_and_takes_a_silent_post_over(
    page_as, post, other_post, officer, outsider, held_clock, settings
):
    settings.PAGE_CHANNELS = []  # nobody's phone rings here
    Neighbour.objects.create(post=post, neighbour=other_post)
    page = page_as(outsider)
    page.goto("/duty/")
    expect(page.get_by_text("现在无人值班。")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="加一班").click()
    page.get_by_label("人员").select_option(label="outsider")
    page.get_by_label("手机").fill("12")
    press(page, "保存")
    expect(page.get_by_text("电话号码无法使用")).to_be_visible()
    check_page(page)
    page.get_by_label("手机").fill("+679 777 0001")
    page.get_by_label("开始时间").fill("2024-12-17T14:00")
    page.get_by_label("结束时间").fill("2024-12-17T22:00")
    press(page, "保存")
    expect(page.get_by_text("已列入值班表。")).to_be_visible()
    assert DutyTurn.objects.get().begins_at == clock.now()
    ask_for_page(Found(Problem.CALLED, "SUV", post_id=other_post.pk))
    page.reload()
    press(page, "应答，由我处理")
    expect(page.get_by_text("已应答")).to_be_visible()
    press(page, "演练：接管该馆")
    expect(page.get_by_text("已接管")).to_be_visible()
    expect(page.get_by_text("中国驻瓦努阿图大使馆由中国驻斐济大使馆代管").first).to_be_visible()
    check_page(page)
    page.goto("/")
    expect(page.get_by_text("由中国驻斐济大使馆代管")).to_be_visible()
    page.goto("/duty/")
    press(page, "现在交还")
    expect(page.get_by_text("代管已结束")).to_be_visible()
    assert Cover.objects.get().ended_by == outsider
    page.get_by_role("link", name="移交代管").click()
    check_page(page)


def test_enquiry_from_the_call_to_the_sentence(page_as, officer, people, incident):
    page = page_as(officer)
    page.goto(f"/incidents/{incident.pk}/enquiries/")
    check_page(page)
    page.get_by_role("link", name="登记一个询问").click()
    check_page(page)
    page.get_by_label("来源").select_option("call")
    page.get_by_label("询问人姓名").fill("王母")
    page.get_by_label("询问人电话").fill("13800138000")
    page.get_by_label("是被寻人的").select_option("parent")
    page.get_by_label("身份核实").select_option("document")
    page.get_by_label("被寻人姓名").fill("王小明\nWANG/XIAOMING")
    page.get_by_label("最后所在国家").select_option("VU")
    page.get_by_label("请转达的话").fill("妈妈等你电话")
    press(page, "登记，取得编号")
    expect(page.get_by_text("请告诉对方")).to_be_visible()
    expect(page.get_by_text("不能告知任何人是否登记")).to_be_visible()
    check_page(page)
    give_consent(person=people["wang"], purpose=ConsentPurpose.TRACING, given_by=people["wang"])
    press(page, "就是此人")
    expect(page.get_by_text("我们正在联系王小明")).to_be_visible()
    check_page(page)
    press(page, "已照读，记录这次答复")
    expect(page.get_by_text("答复已记录。")).to_be_visible()
    assert (Answer.objects.get().said, Match.objects.get().person) == (
        "not_reached",
        people["wang"],
    )
    page.goto(f"/incidents/{incident.pk}/people/{people['wang'].pk}/")
    expect(page.get_by_text("在找此人")).to_be_visible()
    check_page(page)
    page.goto("/enquiries/")
    page.get_by_label("编号、姓名或来电号码").fill("wangxiaoming")
    press(page, "查找")
    expect(page.get_by_role("link", name=Enquiry.objects.get().number)).to_be_visible()
    check_page(page)
