"""The same for programs."""

import pytest
from rest_framework.test import APIClient

from config.kernel import clock
from config.kernel.models import AuditEntry
from crisis.arrivals.models import Arrival, Stay
from tests.crisis.arrivals.conftest import gate, seal
from tests.support.evacuating import stand

pytestmark = pytest.mark.django_db


def client_of(user):
    client = APIClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def wang(incident, planner, out):
    person = stand(incident, "王小明", wants_out=True)
    seal(incident, planner, [(person, [out])], at=out.departs_at)
    gate(out, person)
    return person


def test_reconciliation_in_all_and_by_transport(officer, outsider, incident, out, wang, operation):
    address = f"/api/arrivals/incidents/{incident.pk}/reconciliation/"
    told = client_of(officer).get(address).json()
    aboard = {"ref": wang.pk, "walk_in": False}
    assert told["all"]["not_arrived"] == [aboard]
    assert (told["all"]["listed"], told["all"]["arrived"], told["all"]["agree"]) == (1, 0, False)
    assert told["transports"][0]["sides"]["boarded"] == 1
    assert client_of(outsider).get(address).status_code == 404


def test_from_arrival_to_leaving(outsider, places, out, wang):
    """By the post that receives, whose the incident is not."""
    client, suva = client_of(outsider), f"/api/arrivals/havens/{places.suva.pk}/"
    assert client.get(suva).json()["coming"][0]["waited_for"] == [
        {"ref": wang.pk, "walk_in": False}
    ]
    said = {"transport": out.pk, "person_refs": [wang.pk], "at": clock.now().isoformat()}
    assert client.post(f"{suva}arrivals/", said, format="json").status_code == 201
    assert client.post(f"{suva}arrivals/", said, format="json").json() == {
        "arrivals": [], "known": 1,
    }  # fmt: skip
    stay = f"/api/arrivals/stays/{Stay.objects.get().pk}/"
    kept = client.put(stay, {"bed": "B2", "food": "清真"}, format="json").json()
    assert (kept["bed"], kept["food"], kept["lone_minor"]) == ("B2", "清真", False)
    refused = client.post(
        f"{stay}leave/", {"how": "onward", "at": clock.now().isoformat()}, format="json"
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "onward_needed")
    left = client.post(
        f"{stay}leave/", {"how": "own", "at": clock.now().isoformat()}, format="json"
    )
    assert left.json()["left_as"] == "own"
    assert client.post(f"{stay}readmit/").json()["left_at"] is None
    assert client.get(stay).json()["bed"] == "B2"
    assert AuditEntry.objects.filter(act="stay.viewed").exists()
    undone = client.post(f"/api/arrivals/arrivals/{Arrival.objects.get().pk}/undo/")
    assert undone.json() == {"family_told": False}


def test_a_guardian_of_an_adult_is_refused(officer, places, out, wang):
    said = {"person_refs": [wang.pk], "at": clock.now().isoformat()}
    client = client_of(officer)
    client.post(f"/api/arrivals/havens/{places.suva.pk}/arrivals/", said, format="json")
    words = {"name": "x", "relation": "x", "document": "E1", "basis": "x"}
    address = f"/api/arrivals/stays/{Stay.objects.get().pk}/guardian/"
    assert client.put(address, words, format="json").json()["code"] == "no_minor"


def test_another_places_transport_is_not_there(officer, places, out, onward, wang):
    said = {"transport": onward.pk, "person_refs": [wang.pk], "at": clock.now().isoformat()}
    address = f"/api/arrivals/havens/{places.suva.pk}/arrivals/"
    assert client_of(officer).post(address, said, format="json").status_code == 404
