"""The offline map in Chromium: drawing writes the form's fields, and the fields are drawn."""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from crisis.incidents.models import Incident
from tests.support.axe import grave_faults, overflow
from tests.support.scene import declare

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
# Cut at the antimeridian, as RFC 7946 recommends.
FIJI = {
    "type": "MultiPolygon",
    "coordinates": [
        [[[178, -19], [180, -19], [180, -16], [178, -16], [178, -19]]],
        [[[-180, -19], [-178, -19], [-178, -16], [-180, -16], [-180, -19]]],
    ],
}


@pytest.fixture
def sheet(page_as, officer, people):
    """The form with its map, and every address that the page asked."""
    page = page_as(officer)
    page.asked = []
    page.on("request", lambda request: page.asked.append(urlsplit(request.url)))
    page.set_viewport_size(DESK)
    page.goto("/incidents/declare/")
    drawn(page)
    return page


def drawn(page):
    expect(page.locator("[data-land=laid]")).to_be_visible()
    expect(page.locator(".map-town span").first).to_be_visible()


def value(page, name):
    return page.locator(f"[name={name}]").input_value()


def drag(page, handle, *, by):
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=4)
    page.mouse.up()


def check_both_sizes(page):
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert grave_faults(page) == []
        assert overflow(page) == 0


def test_circle_is_clicked_dragged_and_typed(sheet):
    page, box = sheet, sheet.locator("[data-map]")
    box.click(position={"x": 300, "y": 200})
    assert value(page, "radius_km") == "100"
    before = float(value(page, "latitude")), float(value(page, "longitude"))
    drag(page, page.locator(".map-handle.is-rim"), by=(30, 0))
    assert float(value(page, "radius_km")) > 110
    assert (float(value(page, "latitude")), float(value(page, "longitude"))) == before
    drag(page, page.locator(".map-handle.is-centre"), by=(0, 40))
    assert float(value(page, "latitude")) < before[0]
    radius = value(page, "radius_km")

    page.locator("[name=longitude]").fill("")
    expect(page.locator(".map-handle")).to_have_count(0)
    page.locator("[name=latitude]").fill("-17.6914")
    page.locator("[name=longitude]").fill("168.0842")
    expect(page.locator(".map-handle")).to_have_count(2)
    assert value(page, "radius_km") == radius
    check_both_sizes(page)


def test_polygon_is_drawn_moved_taken_back_and_declared(sheet, live_server):
    page, box = sheet, sheet.locator("[data-map]")
    for name, text in (("latitude", "-17.7"), ("longitude", "168.3"), ("radius_km", "60")):
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="多边形").click()
    for x, y in ((80, 60), (560, 60), (560, 380), (320, 390), (80, 380)):
        box.click(position={"x": x, "y": y})
    assert [value(page, name) for name in ("latitude", "longitude", "radius_km")] == [""] * 3
    ring = json.loads(value(page, "polygon"))["coordinates"][0]
    assert (len(ring), ring[0]) == (6, ring[-1])
    drag(page, page.locator(".map-handle.is-corner").nth(0), by=(-20, -10))
    moved = json.loads(value(page, "polygon"))["coordinates"][0]
    assert (moved[0] != ring[0], moved[1:-1]) == (True, ring[1:-1])
    page.get_by_role("button", name="撤销一个顶点").click()
    assert len(json.loads(value(page, "polygon"))["coordinates"][0]) == 5
    page.get_by_role("button", name="圆形").click()  # puts the polygon aside
    assert (value(page, "radius_km"), value(page, "polygon")) == ("60", "")
    page.get_by_role("button", name="多边形").click()
    assert (value(page, "radius_km"), value(page, "polygon") != "") == ("", True)

    drawn_ground = json.loads(value(page, "polygon"))
    fill_words(page)
    page.get_by_role("button", name="预览人数和全文").click()
    expect(page.locator(".tiles b").first).to_have_text("6")
    expect(page.locator("path.map-ground").first).to_be_attached()
    for heading in ("在哪里", "哪些团组", "要多久"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    check_both_sizes(page)
    page.get_by_label("确认：请输入区域内的人数").fill("6")
    page.get_by_role("button", name="演练：宣布并发出演练告警").click()
    expect(page.locator("[data-count='head.inside']").first).to_have_text("6")
    assert Incident.objects.get().polygon == drawn_ground
    assert {asked.netloc for asked in page.asked} <= {
        urlsplit(live_server.url).netloc, "127.0.0.1:9", ""
    }  # fmt: skip


def fill_words(page):
    words = {
        "title": "维拉港地震",
        "place": "维拉港",
        "place_en": "Port Vila",
        "magnitude": "7.3",
        "event": "地震",
        "event_en": "earthquake",
        "local_time": "2024-12-17T12:47",
    }
    for name, text in words.items():
        page.locator(f"[name={name}]").fill(text)
    chosen = {"hazard": "earthquake", "response_level": "red", "template": "earthquake_tsunami"}
    for name, option in chosen.items():
        page.locator(f"[name={name}]").select_option(option)


def test_ground_is_placed_by_keyboard_and_pasted_across_the_antimeridian(sheet):
    page, box = sheet, sheet.locator("[data-map]")
    box.focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="放在地图中心").focus()
    page.keyboard.press("Enter")
    assert abs(float(value(page, "latitude"))) < 90
    expect(page.locator(".map-handle")).to_have_count(2)

    page.locator("[name=polygon]").fill("{")  # what cannot be read yet is left to be typed on
    expect(page.locator(".map-handle")).to_have_count(0)
    page.locator("[name=polygon]").fill(json.dumps(FIJI))
    expect(box).to_have_attribute("data-drawn", "polygon")
    width = "path => path.getBBox().width"
    widths = [path.evaluate(width) for path in page.locator("path.map-ground.is-new").all()]
    sight = box.evaluate(
        "box => box.drawing.map.getBounds().getEast() - box.drawing.map.getBounds().getWest()"
    )
    assert sight < 20  # both halves stand together, and nothing goes round the world
    assert max(widths) < box.bounding_box()["width"]
    page.get_by_role("button", name="清除图形").click()
    page.get_by_role("button", name="圆形").click()
    east = box.bounding_box()["width"] - 30
    box.click(position={"x": east, "y": 100})
    assert -180 <= float(value(page, "longitude")) < -170


def test_counts_of_people_stand_on_the_map_and_follow_the_standings(page_as, officer, people):
    page = page_as(officer)
    answers, asked = [[{"lat": -17.73, "lon": 168.3, "n": 214, "help": 3}], []], []

    def with_points(route):
        page_html = route.fetch().text().replace(" data-edit", ' data-points="/points/" data-edit')
        route.fulfill(body=page_html, content_type="text/html")

    def points(route):
        asked.append(route.request.url)
        route.fulfill(json={"clusters": answers[0]})

    page.route("**/incidents/declare/", with_points)
    page.route("**/points/**", points)
    page.goto("/incidents/declare/")
    expect(page.locator(".map-cluster.is-help")).to_have_text("214!3")
    zoom = "box => box.drawing.map.getZoom()"
    before = page.locator("[data-map]").evaluate(zoom)
    page.locator(".map-cluster").click()
    expect(page.locator(".map-cluster")).to_be_visible()
    assert page.locator("[data-map]").evaluate(zoom) == before + 2
    assert "zoom=" in asked[0]
    answers.pop(0)
    page.evaluate("document.body.dispatchEvent(new Event('standings'))")
    expect(page.locator(".map-cluster")).to_have_count(0)


def test_second_officer_approves_on_a_phone(
    page_as, settings, second_officer, officer, post, people
):
    settings.TWO_PERSON_THRESHOLD = 5
    waiting = declare(post, officer, people=6)
    page = page_as(second_officer)
    page.set_viewport_size(PHONE)
    page.goto(f"/incidents/{waiting.pk}/")
    expect(page.locator("[data-land=laid]")).to_be_visible()
    expect(page.locator(".map.is-drill")).to_contain_text("演练 DRILL")
    check_both_sizes(page)
    page.set_viewport_size(PHONE)
    page.get_by_label("确认：请输入区域内的人数").fill("6")
    page.get_by_role("button", name="演练：复核通过并发出").click()
    expect(page.locator("[data-count='head.inside']").first).to_have_text("6")


def test_map_of_a_drill_and_of_a_live_installation_look_different(sheet, settings):
    frame = "e => [getComputedStyle(e).borderTopStyle, getComputedStyle(e).borderTopColor]"
    drill = sheet.locator(".map").evaluate(frame)
    settings.MODE = "live"
    sheet.goto("/incidents/declare/")
    expect(sheet.locator(".map-mode")).to_have_text("实战 LIVE")
    assert sheet.locator(".map").evaluate(frame) != drill
    sheet.emulate_media(media="print")
    expect(sheet.locator(".mode")).to_be_visible()


def test_without_a_script_the_fields_alone_declare(page_as, officer, people, live_server):
    seen = page_as(officer).context
    options = {"base_url": live_server.url, "locale": "zh-CN", "java_script_enabled": False}
    plain = seen.browser.new_context(**options)
    plain.add_cookies(seen.cookies())
    page = plain.new_page()
    page.goto("/incidents/declare/")
    expect(page.locator(".map")).to_be_hidden()
    fill_words(page)
    for name, text in (("latitude", "-17.6914"), ("longitude", "168.0842"), ("radius_km", "100")):
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="预览人数和全文").click()
    page.get_by_label("确认：请输入区域内的人数").fill("6")
    page.get_by_role("button", name="演练：宣布并发出演练告警").click()
    expect(page).to_have_url(re.compile(r"/incidents/\d+/$"))
    plain.close()
    assert Incident.objects.get().state == "declared"
