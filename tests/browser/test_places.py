"""A place of an evacuation is put down on the map, seen there, and readable on a phone."""

import pytest
from playwright.sync_api import expect

from crisis.transports.models import Place
from tests.support.axe import grave_faults, overflow
from tests.support.evacuating import make_incident, make_operation, make_transport

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_place_is_pressed_dragged_typed_and_marked(page_as, planner, post):
    operation = make_operation(make_incident(post, planner), planner)
    make_transport(operation)
    page = page_as(planner)
    room = f"/incidents/{operation.incident_id}"
    page.goto(f"{room}/places/new/")
    sheet = page.locator("[data-map]")
    expect(page.locator("[data-land=laid]")).to_be_visible()
    box = sheet.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.6)
    pressed = float(page.locator("[name=longitude]").input_value())
    handle = page.locator(".map-handle").bounding_box()
    page.mouse.move(handle["x"] + 14, handle["y"] + 14)
    page.mouse.down()
    page.mouse.move(handle["x"] - 86, handle["y"] + 14, steps=4)
    page.mouse.up()
    assert float(page.locator("[name=longitude]").input_value()) < pressed
    page.fill("[name=latitude]", "-15.51")
    page.fill("[name=longitude]", "167.18")
    page.locator("[name=longitude]").blur()
    expect(sheet).to_have_attribute("data-picked", "-15.51,167.18")
    page.select_option("[name=kind]", "assembly")
    page.select_option("[name=country]", "VU")
    page.select_option("[name=disclosure]", "passengers")
    page.fill("[name=name_zh]", "市体育场")
    page.click("button:has-text('保存')")
    expect(page.locator(".map-mark span", has_text="市体育场")).to_be_visible()
    assert Place.objects.get(name_zh="市体育场").time_zone == "Pacific/Efate"
    page.set_viewport_size({"width": 390, "height": 844})
    for part in ("places", "places/new", "transports", "transports/new", "corridors", "leavers"):
        page.goto(f"{room}/{part}/")
        assert (part, grave_faults(page), overflow(page)) == (part, [], 0)
