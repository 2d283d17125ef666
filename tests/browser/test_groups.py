"""Groups on a liaison's phone and on an officer's desk, and two who may be one."""

from datetime import date

import pytest
from playwright.sync_api import expect

from crisis.rollcall.models import HeadCount, Standing
from registry.models import Merge, Person
from registry.selectors.groups import join_code
from registry.services.groups import (
    GroupDraft,
    add_member,
    citizen,
    confirm_group,
    officer,
    open_group,
)
from tests.support import scene
from tests.support.axe import NARROW, check_page
from tests.support.citizens import signed_in_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def camp(people):
    draft = GroupDraft(kind="vessel", name="远洋一号", country="VU")
    group = open_group(draft=draft, by=citizen(people["wang"]))
    confirm_group(group=group, by=officer("officer"))
    add_member(group=group, person=people["li"], by=citizen(people["li"]))
    return group


@pytest.fixture
def phone_of(page, live_server):
    """`phone_of(person)`: a small phone on which this person is signed in."""

    def sign_in(person):
        cookie = signed_in_client(person).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.set_viewport_size(NARROW)
        return page

    return sign_in


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_citizen_joins_and_opens_a_group_on_a_small_phone(phone_of, people, camp):
    phone = phone_of(people["chen"])
    phone.goto("/me/groups/")
    check_page(phone)
    phone.get_by_label("团组口令").fill("1-WRONG")
    press(phone, "加入")
    expect(phone.get_by_text("没有这个口令")).to_be_visible()
    check_page(phone)
    phone.get_by_label("团组口令").fill(join_code(camp))
    press(phone, "加入")
    expect(phone.get_by_text("您已加入该团组。")).to_be_visible()
    check_page(phone)
    phone.goto("/me/groups/new/?lang=en")
    check_page(phone)
    phone.get_by_label("Title").fill("Spring tour")
    phone.get_by_label("Country or region").select_option("VU")
    press(phone, "Open")
    expect(phone.get_by_text("waits for the embassy").first).to_be_visible()
    check_page(phone)


def test_liaison_reports_by_name_and_by_head_count(phone_of, people, camp, incident):
    phone = phone_of(people["wang"])
    phone.goto(f"/me/groups/{camp.pk}/")
    check_page(phone)
    phone.get_by_role("link", name="报告：维拉港地震").click()
    check_page(phone)
    phone.get_by_role("group", name="李娜").get_by_label("平安").check()
    press(phone, "提交报告")
    expect(phone.get_by_text("已记录您的报告。")).to_be_visible()
    phone.get_by_label("平安的人数").fill("17")
    phone.get_by_label("需要协助的人数").fill("3")
    press(phone, "提交人数")
    expect(phone.get_by_text("人数已记录。")).to_be_visible()
    check_page(phone)
    assert Standing.objects.get(person_ref=people["li"].pk).spoken_for
    assert HeadCount.objects.get().present == 20


def test_officer_sees_groups_and_what_they_reported(page_as, officer, people, camp, incident):
    HeadCount.objects.create(
        incident=incident, group_ref=camp.pk, present=20, safe=17, needs_help=3, unknown=0,
        counted_at=incident.declared_at, learned_at=incident.declared_at, reported_by="person:1",
    )  # fmt: skip
    page = page_as(officer)
    page.goto("/groups/")
    check_page(page)
    page.get_by_role("link", name="远洋一号").click()
    check_page(page)
    page.goto(f"/incidents/{incident.pk}/")
    expect(page.get_by_role("heading", name="团组人数报告")).to_be_visible()
    check_page(page)


def test_officer_compares_merges_and_parts(page_as, officer, people):
    born = date(1990, 3, 7)
    for name, phone in (("赵一", "+6785550121"), ("趙一", "+6785550122")):
        scene.settle(name, phone=phone, birth_date=born, document_number="G12345678")
    page = page_as(officer)
    page.goto("/people/")
    page.get_by_role("link", name="疑似重复登记").click()
    check_page(page)
    page.get_by_role("link", name="比较").click()
    check_page(page)
    kept = Person.objects.get(name="赵一")
    press(page, f"合并，保留 #{kept.pk}")
    expect(page.get_by_text("已合并")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="撤销合并").click()
    expect(page.get_by_text("合并已撤销")).to_be_visible()
    assert Merge.objects.get().undone_by == "officer"
