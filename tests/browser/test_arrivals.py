"""核对与安置 in Chromium: a flight lands in Suva, and its people are ticked, kept and let go."""

import pytest
from playwright.sync_api import expect

from config.kernel import clock
from crisis.arrivals.models import Stay
from crisis.boarding.models import Passage
from crisis.transports.states import TransportStatus
from tests.crisis.arrivals.conftest import seal
from tests.support.axe import grave_faults, overflow
from tests.support.evacuating import make_home, make_operation, make_transport, stand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})


def check(page):
    for size in SIZES:
        page.set_viewport_size(size)
        assert grave_faults(page) == [], size
        assert overflow(page) == 0, size


@pytest.fixture
def landed(incident, planner, people, other_post, held_clock):
    """Wang, and a mother with her child, are aboard of what has landed; Li was not seen."""
    operation = make_operation(incident, planner)
    suva = operation.places.get(code="SUV")
    suva.post = other_post
    suva.save()
    flight = make_transport(operation, "MU9001", hours=1, lasts_h=2, status=TransportStatus.ARRIVED)
    home = make_home()
    mother = stand(incident, "陈母", household=home, passport_name="CHEN/MU", needs=["pregnant"])
    child = stand(incident, "陈小", household=home, birth_date=clock.now().date())
    crowd = [people["wang"], people["li"], mother, child]
    seal(incident, planner, [(one, [flight]) for one in crowd], at=flight.departs_at)
    for one in (people["wang"], mother, child):
        Passage.objects.create(
            transport=flight, person_ref=one.pk, state="boarded", at=flight.departs_at
        )
    held_clock(4 * 3600)
    return suva


def test_from_landing_to_hand_over(page_as, landed, incident, outsider, officer):
    receiving(page_as(outsider), landed)
    page = page_as(officer)
    page.goto(f"/incidents/{incident.pk}/reconciliation/")
    expect(page.get_by_role("heading", name="列名而未登乘 · 1")).to_be_visible()
    expect(page.get_by_text("李娜")).to_be_visible()
    check(page)
    page.get_by_role("link", name="MU9001").click()
    expect(page.get_by_text("登乘口没有记录")).to_be_visible()
    check(page)
    page.goto(f"/incidents/{incident.pk}/havens/")
    check(page)


def receiving(page, suva):
    """By the embassy in Fiji, which sees nothing of the incident but this place."""
    page.goto("/havens/")
    check(page)
    page.get_by_role("link", name=suva.name_zh).click()
    check(page)
    page.get_by_role("button", name="已登乘的 3 人都到了").click()
    expect(page.get_by_text("已记录 3 人抵达")).to_be_visible()
    check(page)
    child = Stay.objects.get(minor=True)
    page.get_by_role("link", name="陈小").click()
    page.get_by_label("床位").fill("A1")
    page.get_by_role("button", name="保存").press("Enter")
    check(page)
    page.get_by_label("陈母").uncheck()
    page.get_by_label("去向").select_option("own")
    page.get_by_role("button", name="登记离开").click()
    expect(page.get_by_text("只能交给事先指定的监护人")).to_be_visible()
    check(page)
    assert Stay.objects.get(pk=child.pk).left_at is None
