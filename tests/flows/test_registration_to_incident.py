"""Registered at home, gone on a trip: it is the trip's country that counts, not home."""

from datetime import timedelta

import pytest

from config.kernel import clock, sweep
from crisis.incidents.audience import members_of
from crisis.incidents.preview import preview_incident
from crisis.incidents.services import declare_incident
from notifications.models import Delivery
from registry.geography.reasons import Reason
from registry.models import CurrentWhereabouts, Person
from registry.selectors.whereabouts import current_places
from registry.services.people import add_contact_point
from tests.support.joining import Applicant
from tests.support.scene import draft

pytestmark = pytest.mark.django_db
ITINERARY = "FJ910 NAN-VLI 19DEC 0800 0940\nFJ911 VLI-NAN 26DEC 1000 1330"


@pytest.fixture
def wang(held_clock):
    """Registers at /join/ as living in Suva, and proves the phone."""
    applicant = Applicant().to_consent(
        reach={"country": "FJ", "city": "苏瓦", "phone_1": "+679 555 0101"}
    )
    applicant.press("register", registry="on")
    person = Person.objects.get(name="王小明")
    for point in person.contact_points.filter(channel="sms"):
        add_contact_point(
            person=person, channel="sms", address=point.address, verified_at=clock.now()
        )
    return person


def paste(browser, text):
    shown = browser.post("/me/trips/", {"act": "paste", "text": text})
    data = {"act": "save", "leg-TOTAL_FORMS": len(shown.context["legs"].forms),
            "leg-INITIAL_FORMS": 0}  # fmt: skip
    for form in shown.context["legs"].forms:
        given = {form.add_prefix(name): form[name].value() for name in form.fields}
        data |= {name: str(value) for name, value in given.items() if value}
    return browser.post("/me/trips/", data, follow=True)


def declared(post, officer, **changes):
    wanted = draft(post, **changes)
    preview = preview_incident(draft=wanted, officer=officer)
    incident = declare_incident(
        draft=wanted, officer=officer, declaration_key="the only one", confirmed_count=preview.total
    )
    sweep.settle()
    return {m.person_ref: m for piece in incident.audience.all() for m in members_of(piece)}


def test_trip_is_what_counts(
    wang, held_clock, client_of, client, post, other_post, officer, make_user
):
    browser = client_of(wang)
    page = paste(browser, ITINERARY)
    assert "瓦努阿图 · 维拉港" in page.text
    assert current_places([wang.pk], at=clock.now()) == {wang.pk: ("FJ", "苏瓦")}

    held_clock(timedelta(days=5).total_seconds())  # 22 December, in Port Vila
    sweep.settle()
    assert CurrentWhereabouts.objects.get(person=wang).ground == "trip"
    assert "瓦努阿图 · 维拉港" in browser.get("/me/trips/").text

    reached = declared(post, officer, occurred_at=clock.now())
    assert reached[wang.pk].reason == Reason.TRIP_IN_CIRCLE
    assert Delivery.objects.filter(persons__person_ref=wang.pk).exists()

    suva = draft(other_post, latitude=-18.1416, longitude=178.4415, occurred_at=clock.now())
    neighbour = make_user("neighbour", "officer", other_post)
    assert preview_incident(draft=suva, officer=neighbour).total == 0

    client.force_login(officer)
    known = client.get(f"/people/{wang.pk}/").text
    assert "依据行程：当地时间 2024-12-19 09:40 至 2024-12-26 10:00" in known

    held_clock(timedelta(days=8).total_seconds())  # 30 December, home again
    sweep.settle()
    assert CurrentWhereabouts.objects.get(person=wang).ground == "residence"
