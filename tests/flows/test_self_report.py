"""Somebody whom nobody looked for: reports themselves, is called back, is found to be registered,
is not after all, and every count follows."""

import pytest
from django.test import Client
from django.urls import reverse

from crisis.cases.models import Case
from crisis.incidents.services import stand_down_incident
from crisis.rollcall.models import Standing
from crisis.rollcall.selectors import counts
from crisis.selfreports.models import PublicForm, SelfReport
from crisis.selfreports.selectors import presence
from notifications.models import Delivery
from registry.models import Person
from tests.support import scene

pytestmark = pytest.mark.django_db


def figures(incident):
    found = counts(incident)
    return found.in_audience, found.condition["needs_help"], presence(incident).reported


def test_self_report_is_merged_and_parted_again(held_clock, post, officer):
    people = scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    desk = Client()
    desk.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    poster = desk.get(reverse("console:selfreport-poster", args=[incident.pk])).text
    code = PublicForm.objects.get(incident=incident).code
    assert f"/r/{code}/" in poster

    phone = Client(enforce_csrf_checks=True)
    page = phone.get(f"/r/{code}/")
    said = {
        "key": page.context["key"], "word": "needs_help", "name": "赵无声", "phone": "555 0144",
        "country": "VU", "place": "海边卫生站", "with_me": "2", "note": "有人发烧",
    }  # fmt: skip
    done = phone.post(f"/r/{code}/", said)
    report = SelfReport.objects.get()
    case = Case.objects.get()
    assert report.number in done.text
    assert case.number in done.text
    assert figures(incident) == (6, 0, 3)
    person = report.people.get().person_ref
    assert Delivery.objects.filter(persons__person_ref=person).count() == 1

    room = desk.get(reverse("console:selfreports", args=[incident.pk])).text
    assert "赵无声 可能是" in room
    address = reverse("console:selfreport", args=[incident.pk, report.pk])
    silent = people["silent"]
    assert f"match:{person}-{silent.pk}" in desk.get(address).text
    desk.post(address, {"act": f"match:{person}-{silent.pk}"})
    assert figures(incident) == (6, 1, 2)
    assert Standing.objects.get(person_ref=silent.pk).contact == "answered"
    held_clock(60)
    phone.post(f"/r/{code}/", {"key": report.key, "word": "safe"})
    assert Standing.objects.get(person_ref=silent.pk).condition == "safe"

    desk.post(address, {"act": f"part:{person}"})
    assert figures(incident) == (6, 0, 3)
    assert Standing.objects.get(person_ref=silent.pk).condition == "unknown"
    assert Standing.objects.get(person_ref=person).condition == "safe"
    assert Person.objects.get(pk=person).provisional
    assert Case.objects.count() == 1

    desk.post(address, {"act": f"verify:{person}"})
    assert (figures(incident), presence(incident).verified) == ((6, 0, 3), 1)
    stand_down_incident(incident=incident, officer=officer)
    late = phone.post(f"/r/{code}/", {"key": report.key, "word": "left", "note": "已到机场"})
    assert late.status_code == 200
    assert Standing.objects.get(person_ref=person).movement == "left_area"
