"""What programs change of one person: facts, places, trips, addresses, consents, pause, leaving."""

from typing import Any

import pytest
from django.urls import reverse

from config.kernel import clock
from config.kernel.models import AuditEntry
from registry.models import Consent, ContactPoint, EmergencyContact, Person, Whereabouts

LEG = {
    "country": "斐济",
    "city": "楠迪",
    "starts_on": "2024-12-20",
    "ends_on": "2024-12-23",
    "ends_time": "18:30",
}
# One address of each kind with something that it takes.
CHANGES: list[tuple[str, str, list[Any], Any]] = [
    ("patch", "person", [], {"insurer": "平安"}),
    ("put", "residence", [], {"country": "VU"}),
    ("post", "trips", [], LEG),
    ("put", "trip", [1], LEG),
    ("delete", "trip", [1], None),
    ("post", "contacts", [], {"channel": "sms", "address": "+6785550199"}),
    ("delete", "contact", [1], None),
    ("post", "emergency", [], {"name": "王大明", "phone": "13800138000"}),
    ("delete", "emergency-contact", [1], None),
    ("post", "consents", [], {"purpose": "health"}),
    ("delete", "consent", ["health"], None),
    ("put", "pause", [], {"until": "2025-02-01"}),
    ("delete", "pause", [], None),
    ("post", "leave", [], {}),
]
LOOKS = ("person", "whereabouts", "trips", "contacts", "emergency", "consents")


@pytest.fixture
def call(as_user, officer, people):
    """`call(method, route, *rest, data=…)` about 王小明, by the officer of their country."""
    return caller(as_user(officer), people["wang"])


def caller(client, person):
    def call(method: str, route: str, *rest: Any, data: Any = None) -> Any:
        address = reverse(f"registry-api:{route}", args=[person.pk, *rest])
        return getattr(client, method)(address, data, content_type="application/json")

    return call


def acts() -> set[str]:
    return set(AuditEntry.objects.filter(actor="officer").values_list("act", flat=True))


def test_facts_are_corrected_and_the_others_stay(call, people):
    facts = {"insurer": "平安", "insurer_phone": "95511", "obstacles": []}
    answer = call("patch", "person", data=facts)
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["insurer"], answer.json()["document_number"]) == ("平安", "E12345678")
    assert call("patch", "person", data={"insurer": ""}).json()["insurer"] == ""
    corrected = AuditEntry.objects.filter(act="person.corrected").order_by("pk")
    assert [entry.detail["columns"] for entry in corrected] == [
        ["insurer", "insurer_phone"],
        ["insurer"],
    ]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"birth_date": "2999-01-01"}, "bad_birth_date"),
        ({"passport_name": "王"}, "bad_passport_name"),
        ({"health_note": "糖尿病"}, "consent_needed"),
        ({"needs": ["wings"]}, "invalid"),
        ({"birth_date": "2020-01-01"}, "guardian_needed"),
    ],
)
def test_wrong_fact_is_said_and_none_is_written(call, people, facts, code):
    answer = call("patch", "person", data={"insurer": "平安", **facts})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert Person.objects.get(pk=people["wang"].pk).insurer == ""


def test_health_is_written_on_its_consent_and_goes_with_it(call, people):
    agreed = call("post", "consents", data={"purpose": "health"})
    assert (agreed.status_code, agreed.json()["given_by"]) == (201, people["wang"].pk)
    health = {"health_note": "糖尿病", "needs": ["oxygen"], "due_on": None}
    assert call("patch", "person", data=health).json()["needs"] == ["oxygen"]
    assert call("delete", "consent", "health").status_code == 204
    assert call("get", "person").json()["health_note"] == ""
    (kept,) = call("get", "consents").json()
    assert kept["withdrawn_at"] is not None
    assert {"consent.recorded", "consent.withdrawal_recorded"} <= acts()


def test_consent_that_is_leaving_or_unknown_is_refused(call, people):
    call("post", "consents", data={"purpose": "registry"})
    refused = call("delete", "consent", "registry")
    assert (refused.status_code, refused.json()["code"]) == (409, "is_leaving")
    assert call("delete", "consent", "nothing").json()["code"] == "unknown_purpose"
    assert call("post", "consents", data={"purpose": "nothing"}).status_code == 400
    assert call("post", "consents", data={"purpose": "guardian"}).json()["code"] == (
        "guardian_needed"
    )
    given = call("post", "consents", data={"purpose": "guardian", "given_by": people["li"].pk})
    assert given.json()["given_by"] == people["li"].pk
    assert Consent.objects.filter(withdrawn_at=None).count() == 2


def test_residence_is_moved_to_the_point_of_its_city(call):
    moved = call("put", "residence", data={"country": "vu", "city": "卢甘维尔", "address": "Rue 2"})
    assert moved.status_code == 200, moved.json()
    assert moved.json()["latitude"] == pytest.approx(-15.5, abs=0.2)
    assert (moved.json()["address"], moved.json()["source"]) == ("Rue 2", "officer")
    now = call("get", "whereabouts").json()
    assert now["place"]["id"] == moved.json()["id"]
    assert "卢甘维尔" in now["where"]
    assert "常住地" in now["why"]
    assert now["doubt"] == ""
    point = {"country": "VU", "latitude": -17.7, "longitude": 168.3, "accuracy_m": 50}
    assert call("put", "residence", data=point).json()["accuracy_m"] == 50
    assert {"person.corrected", "person.viewed"} <= acts()


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"country": "QQ"}, "unknown_country"),
        ({"country": "VU", "latitude": 1}, "half_position"),
        ({"country": "VU", "longitude": 1}, "half_position"),
        ({"country": "VU", "latitude": 91, "longitude": 1}, "bad_latitude"),
    ],
)
def test_place_that_is_none_is_refused(call, place, code):
    answer = call("put", "residence", data=place)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_leg_is_added_once_changed_and_removed(call, people):
    made = call("post", "trips", data=LEG)
    assert made.status_code == 201, made.json()
    leg = made.json()["id"]
    assert made.json()["starts_at"] == "2024-12-19T12:00:00Z"  # midnight in Fiji
    assert (made.json()["ends_at"], made.json()["source"]) == ("2024-12-23T06:30:00Z", "officer")
    assert call("post", "trips", data=LEG).json()["id"] == leg
    other = {**LEG, "country": "NZ", "city": "奥克兰", "starts_on": "2024-12-22"}
    call("post", "trips", data={**other, "ends_on": "2024-12-28"})
    assert [row["overlaps"] for row in call("get", "trips").json()] == [True, True]
    earlier = {**LEG, "ends_on": "2024-12-21"}
    assert call("put", "trip", leg, data=earlier).json()["overlaps"] is False
    assert call("delete", "trip", leg).status_code == 204
    assert [row["country"] for row in call("get", "trips").json()] == ["NZ"]
    assert call("delete", "trip", leg).status_code == 404
    assert {"trip.added", "trip.changed", "trip.removed"} <= acts()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"country": "月球"}, "unknown_country"),
        ({"ends_on": "2024-12-01"}, "bad_trip"),
        ({"starts_on": "0001-01-01"}, "bad_trip"),
        ({"ends_on": "9999-12-31"}, "bad_trip"),
        ({"starts_on": "morgen"}, "invalid"),
    ],
)
def test_leg_that_cannot_be_is_refused(call, changes, code):
    answer = call("post", "trips", data=LEG | changes)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Whereabouts.objects.filter(kind="trip").exists()


def test_addresses_are_added_and_given_up(call, people):
    phone = {"channel": "sms", "address": "+6785550199"}
    noted = call("post", "contacts", data=phone).json()
    assert (noted["address"], noted["verified_at"]) == ("+6785550199", None)
    proved = call("post", "contacts", data={**phone, "verified": True}).json()
    assert (proved["id"], proved["verified_at"] is None) == (noted["id"], False)
    assert call("delete", "contact", noted["id"]).status_code == 204
    assert call("delete", "contact", noted["id"]).status_code == 404
    listed = {row["id"]: row for row in call("get", "contacts").json()}
    assert listed[noted["id"]]["retired_at"] is not None
    assert {"contact.added", "contact.verified", "contact.retired"} <= acts()


def test_bad_and_last_phones_are_refused(call, people):
    bad = call("post", "contacts", data={"channel": "sms", "address": "12"})
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_phone")
    only = ContactPoint.objects.get(person=people["wang"], channel="sms")
    assert call("delete", "contact", only.pk).json()["code"] == "last_contact"
    theirs = ContactPoint.objects.filter(person=people["li"]).first()
    assert call("delete", "contact", theirs.pk).status_code == 404


def test_emergency_contacts_are_named_and_forgotten(call, people):
    named = call("post", "emergency", data={"name": "王大明", "phone": "13800138000"})
    assert (named.status_code, named.json()["phone"]) == (201, "+8613800138000")
    assert [row["name"] for row in call("get", "emergency").json()] == ["王大明"]
    assert call("delete", "emergency-contact", named.json()["id"]).status_code == 204
    assert call("delete", "emergency-contact", named.json()["id"]).status_code == 404
    assert {"emergency.added", "emergency.removed"} <= acts()
    wrong = call("post", "emergency", data={"name": "王大明", "phone": "12"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_phone")
    for number in range(5):
        call("post", "emergency", data={"name": "王", "phone": f"1380013800{number}"})
    full = call("post", "emergency", data={"name": "王", "phone": "13800138009"})
    assert full.json()["code"] == "too_many"
    assert EmergencyContact.objects.count() == 5


def test_pause_begins_and_ends(call, people):
    until = str(clock.now().date().replace(year=clock.now().year + 1, month=1, day=31))
    assert call("put", "pause", data={"until": until}).json() == {"paused_until": until}
    assert call("get", "whereabouts").json()["place"] is None
    assert call("delete", "pause").json() == {"paused_until": None}
    assert call("get", "whereabouts").json()["place"] is not None
    refused = call("put", "pause", data={"until": "2001-01-01"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_pause")
    assert {"person.paused", "person.resumed"} <= acts()


def test_who_leaves_is_erased_and_changed_no_more(call, people):
    assert call("post", "leave").json() == {"erased": 1, "kept": 0}
    assert Person.objects.get(pk=people["wang"].pk).erased_at is not None
    assert "person.left" in acts()
    assert call("post", "leave").status_code == 404  # nothing is left to see


def test_who_is_needed_by_an_incident_is_kept_and_changed_no_more(call, people, incident):
    assert call("post", "leave").json() == {"erased": 0, "kept": 1}
    for method, route, rest, data in CHANGES:
        refused = call(method, route, *rest, data=data)
        assert (refused.status_code, refused.json()["code"]) == (409, "left"), route


def test_people_elsewhere_are_not_there(as_user, outsider, auditor, planner, people):
    for user, status in ((outsider, 404), (auditor, 403), (planner, 403)):
        call = caller(as_user(user), people["wang"])
        for method, route, rest, data in CHANGES:
            assert call(method, route, *rest, data=data).status_code == status, (user, route)
    call = caller(as_user(outsider), people["wang"])
    assert {call("get", route).status_code for route in LOOKS} == {404}
    assert not AuditEntry.objects.filter(act__startswith="person.").exists()
    assert {caller(as_user(planner), people["wang"])("get", r).status_code for r in LOOKS} == {200}
