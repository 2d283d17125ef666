"""crisis/evacuation/profiles.py, consenting.py: each receiver gets these columns and no more"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from config.kernel.errors import DomainError
from crisis.evacuation.exports import FORMATS
from crisis.evacuation.models import Manifest
from crisis.evacuation.profiles import PROFILES
from crisis.evacuation.services import (
    Receiver,
    draft_manifest,
    export_manifest,
    seal_manifest,
)
from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.tracing.models import Enquiry, Match
from crisis.tracing.services.recording import record_enquiry
from crisis.transports.models import EvacuationOperation, Transport
from registry.models import Consent, Person
from tests.crisis.tracing.conftest import MOTHER
from tests.support.evacuating import make_operation, make_party, make_plan, make_transport

pytestmark = pytest.mark.django_db
Stand = Callable[..., Person]

# Reviewed: what each receiver may know. A new column needs a line here.
GETS = {
    "airline": "position party passport_name sex birth_date nationality document_kind"
    " document_number document_expires_on needs place_class",
    "border": "position name passport_name sex birth_date nationality document_kind"
    " document_number document_expires_on",
    "haven": "position party name passport_name sex birth_date nationality phone needs condition"
    " legs",
    "gate": "position party priority name passport_name sex birth_date nationality document_kind"
    " document_number document_expires_on phone needs place_class",
    "family": "position name passport_name sex birth_date",
    "tracing": "position name passport_name sex birth_date condition",
    "ministry": "position party priority name passport_name sex birth_date nationality"
    " document_kind document_number document_expires_on phone needs condition place_class legs"
    " reasons",
}
# What stands on the row, by the column that tells it.
TOLD = {
    "name": "王小明",
    "passport_name": "WANG/XIAOMING",
    "birth_date": "1985-03-08",
    "document_number": "E12345678",
    "document_expires_on": "2031-05-01",
    "phone": "+8613800138000",
    "needs": "wheelchair",
    "condition": "injured",
    "legs": "MU9001",
    "priority": "infirm",
}


@pytest.fixture
def operation(incident: Incident, planner: Any) -> EvacuationOperation:
    return make_operation(incident, planner)


@pytest.fixture
def flight(operation: EvacuationOperation) -> Transport:
    return make_transport(operation, "MU9001")


@pytest.fixture
def wang(stand: Stand, operation: EvacuationOperation, held_clock: object) -> Person:
    person = stand(
        "王小明",
        condition="injured",
        passport_name="WANG/XIAOMING",
        sex="M",
        document_number="E12345678",
        document_expires_on="2031-05-01",
        phone="+8613800138000",
        needs=["wheelchair"],
    )
    make_party(operation, person, priority="infirm")
    agree(person)
    return person


def agree(person: Person) -> None:
    for purpose in ("tracing", "partners"):
        Consent.objects.create(
            person=person,
            purpose=purpose,
            text_version=f"{purpose}-1",
            given_at=person.registered_at,
        )


@pytest.fixture
def sealed(
    incident: Incident, planner: Any, operation: Any, wang: Person, flight: Transport
) -> Manifest:
    make_plan(operation, planner, {wang: [flight]}, "wheelchair")
    draft = draft_manifest(incident=incident, planner=planner)
    return seal_manifest(manifest=draft, planner=planner)


def text(manifest: Manifest, planner: Any, profile: str, transport: Any = None) -> str:
    export = export_manifest(
        manifest=manifest,
        user=planner,
        format="json",
        receiver=Receiver("接收单位", "包机", profile, country="CN"),
        transport=transport,
    )
    return b"".join(export.chunks()).decode()


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(DomainError) as refusal:
        act()
    assert refusal.value.code == code


def test_every_profile_is_reviewed() -> None:
    assert {code: " ".join(profile.columns) for code, profile in PROFILES.items()} == GETS


@pytest.mark.parametrize("profile", GETS)
def test_a_file_tells_the_profiles_columns_and_no_more(
    sealed: Manifest, planner: Any, flight: Transport, profile: str
) -> None:
    one_transport = flight if PROFILES[profile].by_transport else None
    found = json.loads(text(sealed, planner, profile, one_transport))
    [person] = found["people"]
    assert set(found["headings"]) == set(person["values"]) == set(GETS[profile].split())
    whole = json.dumps(found["people"], ensure_ascii=False)
    for column, value in TOLD.items():
        assert (value in whole) == (column in GETS[profile].split()), column


def test_csv_and_xlsx_have_the_same_columns(
    sealed: Manifest, planner: Any, flight: Transport
) -> None:
    export = export_manifest(
        manifest=sealed, user=planner, format="csv-plain", transport=flight,
        receiver=Receiver("南航", "包机", "airline", country="CN"),
    )  # fmt: skip
    assert export.file_name == f"manifest-{sealed.incident_id}-v1-airline-t{flight.pk}.csv"
    heading, line, *rest = b"".join(export.chunks()).decode().splitlines()
    assert heading.startswith("序号,同行组,证件拼写,性别")
    assert line.startswith("1,1,WANG/XIAOMING,男,1985-03-08")
    assert line.endswith("轮椅,轮椅位")
    assert not rest


def test_others_than_our_own_get_sealed_versions_alone(
    incident: Incident, planner: Any, wang: Person
) -> None:
    draft = draft_manifest(incident=incident, planner=planner)
    for code, profile in PROFILES.items():
        if not profile.own:
            refused("seal_first", lambda code=code: text(draft, planner, code))
    assert "王小明" in text(draft, planner, "gate")


def test_a_carrier_gets_its_own_transport_alone(
    sealed: Manifest, planner: Any, operation: Any, flight: Transport
) -> None:
    refused("transport_needed", lambda: text(sealed, planner, "airline"))
    empty = make_transport(operation, "MU9009")
    refused("not_listed", lambda: text(sealed, planner, "airline", empty))


def test_a_list_from_the_roll_call_names_no_transport(
    incident: Incident, planner: Any, wang: Person
) -> None:
    draft = draft_manifest(incident=incident, planner=planner)
    seal_manifest(manifest=draft, planner=planner)
    draft.refresh_from_db()
    assert "WANG/XIAOMING" in text(draft, planner, "airline")


def test_an_unknown_profile_is_refused(sealed: Manifest, planner: Any) -> None:
    refused("unknown_profile", lambda: text(sealed, planner, "press"))


def test_a_format_may_be_for_some_receivers_alone(
    sealed: Manifest, planner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    monkeypatch.setitem(FORMATS, "json", replace(FORMATS["json"], profiles=("ministry",)))
    refused("unsuited_format", lambda: text(sealed, planner, "haven"))


# -- Whom relatives may be told of -----------------------------------------------------------


def told(manifest: Manifest, planner: Any, profile: str = "family") -> list[str]:
    found = json.loads(text(manifest, planner, profile))
    return [person["values"]["name"] for person in found["people"]]


def test_only_who_agreed_is_told_of(
    incident: Incident, planner: Any, wang: Person, stand: Stand
) -> None:
    stand("李娜", condition="needs_help")
    sealed = seal_manifest(
        manifest=draft_manifest(incident=incident, planner=planner), planner=planner
    )
    assert told(sealed, planner) == ["王小明"]
    Consent.objects.update(withdrawn_at=wang.registered_at)
    assert told(sealed, planner) == []


@pytest.mark.parametrize(("purpose", "profile"), [("tracing", "family"), ("partners", "tracing")])
def test_each_of_the_two_lines_asks_for_a_consent_of_its_own(
    sealed: Manifest, planner: Any, purpose: str, profile: str
) -> None:
    assert told(sealed, planner, profile) == ["王小明"]
    Consent.objects.filter(purpose=purpose).delete()
    assert told(sealed, planner, profile) == []
    [other] = {"family", "tracing"} - {profile}
    assert told(sealed, planner, other) == ["王小明"]


def leave(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(left_at=person.registered_at)


def make_child(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(birth_date="2016-01-01")


def die(person: Person) -> None:
    Standing.objects.filter(person_ref=person.pk).update(condition="deceased")


def go_missing(person: Person) -> None:
    Standing.objects.filter(person_ref=person.pk).update(contact="missing")


@pytest.mark.parametrize("happens", [leave, make_child, die, go_missing])
def test_whose_news_is_not_for_a_line_is_left_out(
    sealed: Manifest, planner: Any, wang: Person, happens: Callable[[Person], None]
) -> None:
    assert told(sealed, planner) == told(sealed, planner, "tracing") == ["王小明"]
    happens(wang)
    assert told(sealed, planner) == told(sealed, planner, "tracing") == []


def test_who_told_one_relative_no_is_left_out(
    sealed: Manifest, planner: Any, officer: Any, post: Any, wang: Person
) -> None:
    enquiry = record_enquiry(draft=MOTHER, post=post, officer=officer)
    Match.objects.create(
        enquiry=enquiry, person=wang, score=90, matched_at=wang.registered_at, matched_by="officer"
    )
    assert told(sealed, planner) == ["王小明"]
    Enquiry.objects.update(permission="nothing", permission_at=wang.registered_at)
    assert told(sealed, planner) == []
