"""crisis/evacuation/services.py: draft, seal, correct"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.evacuation.models import Manifest, ManifestEntry
from crisis.evacuation.selectors import content_hash, difference, is_intact, rows_of
from crisis.evacuation.services import draft_manifest, seal_manifest
from crisis.events.models import OutboxEvent
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Standing
from registry.models import Household, Person
from tests.crisis.evacuation.conftest import give_phone
from tests.support.evacuating import CHILD

pytestmark = pytest.mark.django_db
Stand = Callable[..., Person]


@pytest.fixture
def draft(incident: Incident, planner: Any) -> Callable[[], Manifest]:
    return lambda: draft_manifest(incident=incident, planner=planner)


@pytest.fixture
def sealed(incident: Incident, planner: Any, stand: Stand) -> Manifest:
    stand("王小明", condition="needs_help", phone="+8613800138000")
    stand("李娜", condition="safe", wants_out=True, phone="+6785550123")
    return seal_manifest(
        manifest=draft_manifest(incident=incident, planner=planner), planner=planner
    )


def names(manifest: Manifest) -> list[str]:
    return [row.text("name") for row in rows_of(manifest)]


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(DomainError) as refusal:
        act()
    assert refusal.value.code == code


# -- Who is on it -----------------------------------------------------------------------


def test_everyone_who_asked_is_on_it_and_nobody_else(stand: Stand, draft: Any) -> None:
    stand("求助", condition="needs_help")
    stand("要走", condition="safe", wants_out=True)
    stand("受伤", condition="injured")
    stand("平安", condition="safe")
    stand("无音", condition="unknown")
    stand("可能", condition="unknown")
    assert names(draft()) == ["求助", "受伤", "要走"]


@pytest.mark.parametrize("gone", [{"movement": "evacuated"}, {"condition": "deceased"}])
def test_nobody_who_is_out_or_dead_takes_a_seat(
    stand: Stand, draft: Any, gone: dict[str, str]
) -> None:
    stand("王小明", **{"condition": "safe", "wants_out": True, **gone})
    refused("nobody_to_evacuate", draft)


def test_who_left_and_still_asks_keeps_a_seat_and_it_says_so(stand: Stand, draft: Any) -> None:
    stand("王小明", condition="needs_help", movement="left_area")
    [row] = rows_of(draft())
    assert ["left_area", None] in row.data["reasons"]


def test_children_of_the_household_come_along_unasked(
    stand: Stand, draft: Any, home: Household
) -> None:
    stand("母", condition="safe", wants_out=True, household=home)
    stand("子", household=home, birth_date=CHILD)
    stand("父", condition="safe", household=home)
    stand("邻家孩子", birth_date=CHILD)
    mother, child = rows_of(draft())
    assert (mother.text("name"), child.text("name")) == ("母", "子")
    assert mother.party == child.party
    assert mother.priority == child.priority == "with_children"
    assert ["with_family", None] in child.data["reasons"]
    assert ["household_waits", 1] in mother.data["reasons"]


def test_a_child_outside_the_audience_is_not_added(
    stand: Stand, draft: Any, home: Household, held_clock: object
) -> None:
    mother = stand("母", condition="needs_help", household=home)
    Person.objects.create(
        name="在国内的孩子", household=home, birth_date=CHILD, registered_at=mother.registered_at
    )
    assert names(draft()) == ["母"]


def test_a_child_whose_family_does_not_ask_stays_with_them(
    stand: Stand, draft: Any, home: Household
) -> None:
    stand("父", condition="safe", household=home)
    stand("子", household=home, birth_date=CHILD)
    refused("nobody_to_evacuate", draft)


def test_an_evacuated_child_is_not_added_again(stand: Stand, draft: Any, home: Household) -> None:
    stand("母", condition="needs_help", household=home)
    stand("子", household=home, birth_date=CHILD, movement="evacuated")
    assert names(draft()) == ["母"]


def test_another_incident_is_another_list(
    stand: Stand, foreign_incident: Incident, post: Any, planner: Any
) -> None:
    person = stand("王小明", condition="needs_help")
    foreign_incident.post = post
    foreign_incident.save()
    refused(
        "nobody_to_evacuate", lambda: draft_manifest(incident=foreign_incident, planner=planner)
    )
    assert Standing.objects.filter(person_ref=person.pk).count() == 1


def test_a_person_who_left_the_registry_keeps_the_seat(stand: Stand, draft: Any) -> None:
    person = stand("王小明", condition="needs_help")
    ref = person.pk
    person.delete()
    [row] = rows_of(draft())
    assert (row.person_ref, row.text("name")) == (ref, "")


def test_the_preferred_number_that_is_not_retired_is_taken(
    stand: Stand, draft: Any, held_clock: object
) -> None:
    person = stand("王小明", condition="needs_help")
    retired = give_phone(person, "+8613800138000", preference=1)
    retired.retired_at = person.registered_at
    retired.save()
    give_phone(person, "+8613800138003", preference=3)
    give_phone(person, "+8613800138002", preference=2)
    [row] = rows_of(draft())
    assert row.text("phone") == "+8613800138002"


def test_rows_stand_encrypted_and_without_the_health_note(stand: Stand, draft: Any) -> None:
    stand("王小明", condition="needs_help", document_number="E12345678", health_note="糖尿病")
    manifest = draft()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row FROM evacuation_manifestentry")
        stored = bytes(cursor.fetchone()[0])
    assert b"E12345678" not in stored
    [row] = rows_of(manifest)
    assert row.data["document_number"] == "E12345678"
    assert "糖尿病" not in json.dumps(row.data)


# -- Who may -----------------------------------------------------------------------------


def test_an_officer_without_the_capability_may_not_plan(incident: Incident, officer: Any) -> None:
    refused("forbidden", lambda: draft_manifest(incident=incident, planner=officer))


def test_another_posts_incident_is_not_there(foreign_incident: Incident, planner: Any) -> None:
    refused("not_found", lambda: draft_manifest(incident=foreign_incident, planner=planner))


def test_an_incident_that_is_not_declared_has_no_manifest(incident: Incident, draft: Any) -> None:
    Incident.objects.update(state=IncidentState.DRAFT)
    refused("incident_not_declared", draft)


# -- Sealing ------------------------------------------------------------------------------


def test_a_seal_holds_hash_time_and_name(sealed: Manifest, planner: Any) -> None:
    assert sealed.state == Manifest.State.SEALED
    assert sealed.content_hash == content_hash(sealed)
    assert len(sealed.content_hash) == 64
    assert (sealed.sealed_by, sealed.sealed_at.isoformat()) == (
        planner,
        "2024-12-17T02:00:00+00:00",
    )
    assert is_intact(sealed)


def test_a_seal_is_told_and_on_record(sealed: Manifest) -> None:
    event = OutboxEvent.objects.get(type="cn.guihang.manifest.sealed")
    assert event.subject == f"incident:{sealed.incident_id}"
    assert event.data == {
        "incident": sealed.incident_id,
        "manifest": sealed.pk,
        "version": 1,
        "people": 2,
        "content_hash": sealed.content_hash,
    }
    entry = AuditEntry.objects.get(act="manifest.sealed")
    assert entry.detail["content_hash"] == sealed.content_hash


def test_a_second_seal_is_refused(sealed: Manifest, planner: Any) -> None:
    refused("already_sealed", lambda: seal_manifest(manifest=sealed, planner=planner))
    assert OutboxEvent.objects.count() == 1


def test_only_the_newest_draft_is_sealed(draft: Any, planner: Any, stand: Stand) -> None:
    stand("王小明", condition="needs_help")
    first, second = draft(), draft()
    refused("outdated_draft", lambda: seal_manifest(manifest=first, planner=planner))
    assert seal_manifest(manifest=second, planner=planner).version == 2


def test_a_seal_that_is_taken_meanwhile_is_refused(
    draft: Any, planner: Any, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crisis.evacuation.services import sealing

    stand("王小明", condition="needs_help")

    manifest = draft()

    def another_is_faster(same: Manifest) -> str:
        Manifest.objects.filter(pk=same.pk).update(
            state="sealed", sealed_by=planner, sealed_at=same.drafted_at, content_hash="x"
        )
        return content_hash(same)

    monkeypatch.setattr(sealing, "content_hash", another_is_faster)
    refused("already_sealed", lambda: seal_manifest(manifest=manifest, planner=planner))
    assert not OutboxEvent.objects.exists()


CHANGES = [
    "UPDATE evacuation_manifest SET content_hash = 'x'",
    "UPDATE evacuation_manifest SET state = 'draft', sealed_at = NULL, sealed_by_id = NULL,"
    " content_hash = ''",
    "DELETE FROM evacuation_manifest",
    "UPDATE evacuation_manifestentry SET priority = 'adult'",
    "DELETE FROM evacuation_manifestentry WHERE position = 1",
]


@pytest.mark.usefixtures("manifest_guard")
@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_change_what_is_sealed(sealed: Manifest, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert is_intact(sealed)


@pytest.mark.usefixtures("manifest_guard")
def test_the_database_refuses_one_more_row(sealed: Manifest) -> None:
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ManifestEntry.objects.create(
            manifest=sealed, position=9, person_ref=9, party=9, priority="adult", sealed_row=b""
        )


@pytest.mark.usefixtures("manifest_guard")
def test_drafts_can_still_be_deleted(draft: Any, stand: Stand) -> None:
    stand("王小明", condition="needs_help")
    draft().delete()
    assert not ManifestEntry.objects.exists()


def test_a_change_behind_the_databases_back_is_noticed(sealed: Manifest) -> None:
    ManifestEntry.objects.filter(manifest=sealed, position=2).update(priority="needs_help")
    assert not is_intact(sealed)


# -- The next version ----------------------------------------------------------------------


def test_a_correction_is_a_new_version_with_a_visible_difference(
    sealed: Manifest, stand: Stand, draft: Any
) -> None:
    wang, li = Person.objects.order_by("pk")
    Standing.objects.filter(person_ref=li.pk).update(movement="evacuated")
    Person.objects.filter(pk=wang.pk).update(passport_name="WANG/XIAOMING")
    stand("陈静", condition="needs_help", document_number="E7")
    second = draft()
    change = difference(sealed, second)
    assert [row.person_ref for row in change.removed] == [li.pk]
    assert [one.fields for one in change.changed] == [[("证件拼写", "", "WANG/XIAOMING")]]
    assert change.lines() == [
        "+ 陈静 E7",
        "− 李娜",
        "~ 王小明 WANG/XIAOMING：证件拼写 无 → WANG/XIAOMING",
    ]
    assert is_intact(sealed)
    assert [m.version for m in Manifest.objects.order_by("version")] == [1, 2]


def test_a_changed_need_reads_in_words(sealed: Manifest, draft: Any) -> None:
    Person.objects.filter(name="李娜").update(needs=["wheelchair"])
    with translation.override("zh-hans"):
        [change] = difference(sealed, draft()).changed
    assert ("优先级", "成年人", "年老体弱") in change.fields
    assert ("特殊需要", "", "轮椅") in change.fields


def test_when_all_are_out_the_next_version_is_empty(sealed: Manifest, draft: Any) -> None:
    Standing.objects.update(movement="evacuated")
    second = draft()
    assert names(second) == []
    assert len(difference(sealed, second).removed) == 2


def test_the_same_roll_call_makes_the_same_hash_and_no_difference(
    sealed: Manifest, draft: Any
) -> None:
    again = draft()
    assert not difference(sealed, again)
    assert content_hash(again) == sealed.content_hash
