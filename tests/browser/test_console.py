"""Staff pages in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from crisis.incidents.models import Incident
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind
from tests.support.scene import QUAKE_AT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [(320, 640), (1366, 768), (1920, 1080)]


@pytest.fixture
def signal(people):
    from crisis.hazards.models import HazardSignal

    return HazardSignal.objects.create(
        feed="usgs", external_id="us7000nzf3", kind="earthquake", place="Port-Vila, Vanuatu",
        latitude=-17.6914, longitude=168.0842, magnitude=7.3, tsunami=True, raw={},
        occurred_at=QUAKE_AT, reported_at=QUAKE_AT, received_at=QUAKE_AT,
    )  # fmt: skip


def log_in(page, user, password):
    page.goto("/")
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="概览")).to_be_visible()


def test_officer_logs_in_declares_from_a_signal_and_sees_the_counts(
    page, officer, password, people, signal
):
    log_in(page, officer, password)
    page.get_by_role("link", name="据此宣布").click()
    page.get_by_label("名称").fill("维拉港地震")
    page.get_by_label("地点（中文）").fill("维拉港")
    page.get_by_label("地点（英文）").fill("Port Vila")
    page.get_by_role("button", name="预览人数和全文").click()
    expect(page.locator(".tiles b").first).to_have_text("6")
    expect(page.get_by_text("维拉港17日12:47发生7.3级地震").first).to_be_visible()
    page.get_by_label("确认：请输入区域内的人数").fill("6")
    page.get_by_role("button", name="演练：宣布并发出演练告警").click()
    expect(page.locator("[data-count='head.inside']")).to_have_text("6")
    expect(page).to_have_url(re.compile(r"/incidents/\d+/$"))
    assert Incident.objects.get().state == "declared"


def test_counts_follow_without_the_stream(page_as, officer, incident, people):
    page = page_as(officer)
    page.goto(f"/incidents/{incident.pk}/")
    expect(page.locator("[data-stream-state]")).to_have_text("每 5 秒刷新")
    expect(page.locator("[data-count='condition.safe']")).to_have_text("0")
    record_status(
        incident=incident,
        person_ref=people["wang"].pk,
        kind=EventKind.SAFE,
        officer=officer,
        note="",
    )
    expect(page.locator("[data-count='condition.safe']")).to_have_text("1", timeout=8000)
    expect(page.locator(".feed").get_by_text("报平安")).to_be_visible()


def test_language_is_switched_and_remembered(page_as, officer, incident):
    page = page_as(officer)
    page.goto("/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.goto(f"/incidents/{incident.pk}/")
    expect(page.get_by_role("heading", name="Condition")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="状况")).to_be_visible()


def test_whole_declaration_by_keyboard_alone(page_as, officer, signal):
    page = page_as(officer)
    page.goto(f"/incidents/declare/?signal={signal.pk}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.name || ''")
        if focused in (words := {"place": "维拉港", "place_en": "Port Vila"}):
            page.keyboard.type(words[focused])
        if focused == "event_en":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_label("确认：请输入区域内的人数")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || ''") == "confirmed_count":
            break
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    expect(page.locator("[data-count='head.inside']")).to_have_text("6")


def test_focus_is_visible(page, db):
    page.goto("/login/")
    page.get_by_label("密码").focus()
    width = page.get_by_label("密码").evaluate("e => parseFloat(getComputedStyle(e).outlineWidth)")
    assert width >= 3


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_is_wider_than_its_screen(
    page_as, duty_head, officer, incident, people, live_server, size, language
):
    page = page_as(duty_head)
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": live_server.url}]
    )
    page.set_viewport_size({"width": size[0], "height": size[1]})
    person = people["wang"].pk
    paths = ["/", "/incidents/declare/", f"/incidents/{incident.pk}/", "/people/", "/triage/"]
    paths += [f"/people/{person}/", f"/incidents/{incident.pk}/people/{person}/", "/advisories/"]
    too_wide = {}
    for path in paths:
        page.goto(path)
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if beyond > 0:
            too_wide[path] = beyond
    assert too_wide == {}


def test_live_and_drill_look_different(page, settings, db):
    page.goto("/login/")
    drill = page.locator(".mode").evaluate("e => getComputedStyle(e).backgroundImage")
    settings.MODE = "live"
    page.goto("/login/")
    expect(page.locator(".mode")).to_contain_text("实战 LIVE")
    live = page.locator(".mode").evaluate("e => getComputedStyle(e).backgroundColor")
    assert "gradient" in drill
    assert live == "rgb(125, 11, 11)"
