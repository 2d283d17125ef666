"""Citizens' pages on a phone."""

import pytest
from playwright.sync_api import expect

from crisis.rollcall.models import Standing
from notifications.models import Reply, Wave
from tests.support.axe import check_page
from tests.support.scene import link_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(page):
    page.set_viewport_size({"width": 320, "height": 640})
    return page


def condition(person):
    return Standing.objects.get(person_ref=person.pk).condition


def test_citizen_asks_for_help_with_one_press(phone, incident, people):
    phone.goto(link_of(people["wang"]))
    phone.get_by_role("button", name="需要帮助").click()
    expect(phone.get_by_role("status").first).to_contain_text("已收到：需要帮助")
    assert condition(people["wang"]) == "needs_help"


def test_parent_answers_for_the_family(phone, incident, people):
    phone.goto(link_of(people["chen"]))
    phone.get_by_label("我和同行家人").check()
    phone.get_by_role("button", name="平安 I am safe").click()
    expect(phone.get_by_text("已收到：全家平安")).to_be_visible()
    assert condition(people["chen"]) == condition(people["chen_wife"]) == "safe"


def test_position_is_read_only_when_the_box_is_ticked(phone, incident, people):
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": -17.74, "longitude": 168.32, "accuracy": 30})
    phone.goto(link_of(people["wang"]))
    assert phone.locator("[name=latitude]").input_value() == ""
    phone.get_by_label("同时告知我的位置").check()
    expect(phone.get_by_text("位置已附上")).to_be_visible()
    phone.get_by_role("button", name="需要帮助").click()
    expect(phone.get_by_text("已收到")).to_be_visible()
    reply = Reply.objects.get()
    assert (reply.latitude, reply.longitude) == (-17.74, 168.32)


def test_page_works_without_scripts(chromium, live_server, incident, people):
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    plain = context.new_page()
    plain.goto(link_of(people["wang"]) + "?lang=zh-hans")
    expect(plain.get_by_text("同时告知我的位置")).to_be_hidden()
    plain.get_by_role("button", name="平安 I am safe").click()
    expect(plain.get_by_text("已收到：平安")).to_be_visible()
    context.close()
    assert condition(people["wang"]) == "safe"


def test_language_is_switched_in_place(phone, incident, people):
    phone.goto(link_of(people["wang"]))
    phone.get_by_role("link", name="English").click()
    expect(phone.get_by_role("heading", name="How are you now?")).to_be_visible()
    phone.get_by_role("button", name="I need help").click()
    expect(phone.get_by_text("Received: Needs help")).to_be_visible()


def test_buttons_are_large_enough_for_a_thumb(phone, incident, people):
    phone.goto(link_of(people["chen"]))
    heights = phone.locator(".answers button").evaluate_all("all => all.map(e => e.offsetHeight)")
    assert len(heights) == 4
    assert min(heights) >= 60
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320


def test_code_is_checked(phone, incident):
    wave = Wave.objects.get(kind="initial")
    phone.goto("/v/")
    phone.get_by_label("输入消息中的 6 位核验码").fill(wave.code.lower())
    phone.get_by_role("button", name="核验").click()
    expect(phone.get_by_text("此消息由我们发出，目前有效。")).to_be_visible()
    expect(phone.get_by_text("Chinese Embassy Vanuatu: DRILL")).to_be_visible()


def test_pages_are_open_to_everybody(page, incident, people):
    ways = ("", "countries/", "countries/VU/", "countries/BR/", "advisories/", "guide/can/")
    looked_up = (f"/citizens/{way}" for way in ways)
    known = (link_of(people["chen"]), "/c/nobodys-link/", "/v/?code=NOSUCH", "/n/")
    for path in (*known, *looked_up):
        page.goto(path)
        check_page(page)
