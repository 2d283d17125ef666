"""Cases in Chromium: an officer by keyboard, a citizen without a script, both checked by axe."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from config.kernel import clock
from crisis.cases.models import Case
from crisis.cases.services import grade_case, link_cases, make_hand_over, open_case, take_case
from crisis.cases.states import Grade, Origin
from tests.support.axe import grave_faults, overflow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK, PHONE, SMALL = ({"width": w, "height": 844} for w in (1440, 390, 320))


def sound(page: Any, *sizes: dict[str, int]) -> None:
    """Nothing grave for axe, nothing wider than the screen."""
    for size in sizes:
        page.set_viewport_size(size)
        assert (grave_faults(page), overflow(page)) == ([], 0), (page.url, size)


@pytest.fixture
def cases(incident: Any, post: Any, officer: Any, second_officer: Any, people: Any) -> list[Case]:
    late = open_case(
        post=post, origin=Origin.FORM, origin_key="a", person_name="张建国", place="海滨路",
        raised_at=clock.now() - timedelta(minutes=16), contact="+678 555 0199",
        landmark="灯塔旁蓝色仓库二楼", event="房屋倒塌，三人被困", latitude=-17.74, longitude=168.3,
    )  # fmt: skip
    waits = open_case(
        post=post, origin=Origin.REPLY, origin_key="b", raised_at=clock.now(), incident=incident,
        person_ref=people["wang"].pk, person_name="王小明",
    )  # fmt: skip
    grade_case(case=waits, officer=officer, grade=Grade.ORANGE, reason="轻伤")
    link_cases(one=late, other=waits, officer=officer)
    take_case(case=waits, officer=second_officer)
    make_hand_over(post=post, officer=second_officer, summary="等医院回电", to=officer)
    return [late, waits]


def test_officer_works_a_case_by_keyboard(page_as: Any, officer: Any, cases: list[Case]) -> None:
    late, waits = cases
    page = page_as(officer)
    page.goto("/cases/")
    first = page.locator(".case-row").first
    expect(first).to_contain_text(late.number)
    before = first.locator(".clock").inner_text()
    assert before.startswith("超时 1:0")
    expect(first.locator(".clock")).not_to_have_text(before, timeout=4000)  # it ticks
    sound(page, DESK, PHONE)
    page.set_viewport_size(DESK)

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/cases/{late.pk}/$"))
    page.keyboard.press("g")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("有人被困")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已定级")
    page.keyboard.press("t")
    expect(page.get_by_role("status")).to_contain_text("您已接手")
    page.keyboard.press("c")
    expect(page.locator("#case-now")).to_contain_text("已通话")
    sound(page, DESK, PHONE)
    late.refresh_from_db()
    assert (late.grade, late.state, late.assigned_to) == ("red", "in_contact", officer)

    page.goto(f"/incidents/{waits.incident_id}/cases/")
    expect(page.locator(".case-row")).to_have_count(1)
    for path in ("/cases/new/", "/cases/hand-over/", "/cases/hand-over/1/", "/"):
        page.goto(path if "/1/" not in path else hand_over_of(page))
        sound(page, DESK, PHONE)


def hand_over_of(page: Any) -> str:
    page.goto("/cases/")
    link = page.get_by_role("link", name="等您接收").get_attribute("href")
    assert link
    return str(link)


def test_citizen_calls_for_help_without_a_script(
    chromium: Any, live_server: Any, post: Any, page: Any
) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    plain = context.new_page()
    plain.set_viewport_size(SMALL)
    plain.goto("/help/?lang=zh-hans")
    plain.get_by_label("怎样联系您").fill("+6785550123")
    plain.get_by_label("您在哪个国家或地区").select_option("VU")
    plain.get_by_role("button", name="发出求助").click()
    case = Case.objects.get()
    expect(plain.get_by_role("status")).to_contain_text(case.number)
    context.close()

    # With one: the position, on a tick alone; both languages, on a small phone.
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": -17.74, "longitude": 168.32, "accuracy": 30})
    page.goto("/help/?lang=en")
    sound(page, SMALL, DESK)
    page.get_by_label("Share my position too").check()
    expect(page.locator("[data-share-state]")).not_to_have_text("")
    expect(page.locator("[name=latitude]")).to_have_value("-17.74")
    page.get_by_label("What happened").fill("trapped")
    page.get_by_role("button", name="Send the call for help").click()
    expect(page.get_by_role("heading", name="We have your call for help")).to_be_visible()
    sound(page, SMALL, DESK)
    assert Case.objects.latest("pk").latitude == -17.74
