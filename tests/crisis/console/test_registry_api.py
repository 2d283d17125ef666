"""The registry's API: registering somebody, reading back, handing a roster in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config.kernel.models import AuditEntry
from crisis.console.api import throttles
from crisis.rosters.services import loading
from registry.models import Consent, Person
from registry.services.groups import GroupDraft, officer, open_group
from tests.support import scene

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"

WANG = {
    "name": "王小明",
    "passport_name": "WANG/XIAOMING",
    "birth_date": "1990-03-07",
    "document_number": "EZ1234567",
    "external_ref": "PARTNER-1",
    "place": {"country": "VU", "city": "维拉港", "address": "Rue 1"},
    "contacts": [{"channel": "sms", "address": "+6785910001", "verified": True}],
    "emergency": [{"name": "王大明", "relation": "父", "phone": "13800138000"}],
    "consents": ["registry"],
}


@pytest.fixture
def api(client, officer):
    client.force_login(officer, backend=BACKEND)
    return client


@pytest.fixture
def group(db, post):
    draft = GroupDraft(kind="company", name="路桥公司", country="VU")
    return open_group(draft=draft, by=officer("officer"), post=post)


def register(client, **changes):
    address = reverse("registry-api:people")
    return client.post(address, {**WANG, **changes}, content_type="application/json")


def test_person_is_registered_and_read_back(api):
    made = register(api)
    assert made.status_code == 201, made.json()
    read = api.get(reverse("registry-api:person", args=[made.json()["id"]])).json()
    assert read == made.json()
    assert (read["document_number"], read["contacts"][0]["address"]) == ("EZ1234567", "+6785910001")
    assert (read["places"][0]["source"], read["emergency"][0]["phone"]) == (
        "officer", "+8613800138000",
    )  # fmt: skip
    assert Consent.objects.get().purpose == "registry"
    acts = AuditEntry.objects.filter(actor="officer").values_list("act", flat=True)
    assert {"registry.registered", "person.viewed"} <= set(acts)


def test_same_reference_again_is_a_conflict(api):
    register(api)
    again = register(api)
    assert (again.status_code, again.json()["code"]) == (409, "already_registered")
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consents": []}, "consent_needed"),
        ({"health_note": "糖尿病"}, "consent_needed"),
        ({"contacts": [{"channel": "sms", "address": "12"}]}, "bad_phone"),
        ({"birth_date": "2999-01-01"}, "bad_birth_date"),
        ({"name": ""}, "invalid"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(api, changes, code):
    answer = register(api, **changes)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Person.objects.exists()


def test_life_comes_before_consent(api):
    made = register(api, basis="vital_interest", consents=[], health_note="糖尿病")
    assert made.status_code == 201
    assert not Consent.objects.exists()


def test_other_countries_and_their_people_are_not_there(client, outsider, api, other_post):
    made = register(api).json()
    assert register(api, external_ref="X", place={"country": "NZ"}).status_code == 404
    client.force_login(outsider, backend=BACKEND)
    assert client.get(reverse("registry-api:person", args=[made["id"]])).status_code == 404


def test_programs_that_write_without_end_are_slowed(api, monkeypatch):
    monkeypatch.setattr(throttles, "MOST_AN_HOUR", 1)
    assert register(api).status_code == 201
    assert register(api, external_ref="PARTNER-2").status_code == 429


def hand_in(client, group, content: bytes, stated="true"):
    file = SimpleUploadedFile("roster.csv", content, "text/csv")
    address = reverse("registry-api:rosters", args=[group.pk])
    return client.post(address, {"file": file, "stated": stated})


def test_roster_is_handed_in_asked_after_and_its_errors_fetched(api, group):
    content = "姓名,护照号码,手机,星座\n王一,EZ1111111,+6785910001,\n王二,EZ2222222,12,\n".encode()
    made = hand_in(api, group, content)
    assert (made.status_code, made.json()["state"]) == (202, "waiting")
    loading.load_upload(made.json()["id"])
    address = reverse("registry-api:roster", args=[group.pk, made.json()["id"]])
    told = api.get(address).json()
    assert (told["state"], told["added"], told["refused"]) == ("done", 1, 1)
    assert [(r["row"], r["column"], r["code"]) for r in told["refusals"]] == [
        (3, "phone", "bad_phone")
    ]
    assert "星座" in told["notes"][0]
    errors = api.get(address + "errors/")
    assert "王二" in errors.content.decode("utf-8-sig")
    listed = api.get(reverse("registry-api:rosters", args=[group.pk])).json()
    assert [upload["id"] for upload in listed] == [told["id"]]


def test_refused_roster_is_problem_json(api, group):
    assert hand_in(api, group, b"%PDF").json()["code"] == "not_a_roster"
    assert hand_in(api, group, "姓名\n王\n".encode(), stated="false").json()["code"] == "not_stated"


def test_rosters_of_other_posts_are_not_there(client, outsider, group):
    client.force_login(outsider, backend=BACKEND)
    assert hand_in(client, group, b"x").status_code == 404
    assert client.get(reverse("registry-api:roster", args=[group.pk, 1])).status_code == 404


def test_schema_describes_it(api):
    scene.settle("somebody")
    document = api.get("/api/schema/?format=json").content.decode()
    for part in ("/api/registry/people/", "/rosters/{upload}/errors/", "multipart/form-data"):
        assert part in document
