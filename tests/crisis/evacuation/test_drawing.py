"""crisis/evacuation/drawing.py: who stands on a version that is drawn from a plan"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from config.kernel.errors import DomainError
from crisis.evacuation.models import Manifest, ManifestLeg
from crisis.evacuation.rows import Row
from crisis.evacuation.selectors import (
    content_hash,
    difference,
    is_intact,
    rows_of,
    transports_of,
)
from crisis.evacuation.services import draft_manifest, seal_manifest
from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.seats.models import Traveller
from crisis.transports.models import EvacuationOperation, Transport
from registry.models import Person
from tests.support.evacuating import make_operation, make_party, make_plan, make_transport

pytestmark = pytest.mark.django_db
Stand = Callable[..., Person]


@pytest.fixture
def operation(incident: Incident, planner: Any) -> EvacuationOperation:
    return make_operation(incident, planner)


@pytest.fixture
def flight(operation: EvacuationOperation) -> Transport:
    return make_transport(operation, "MU9001")


@pytest.fixture
def onward(operation: EvacuationOperation) -> Transport:
    return make_transport(operation, "MU9002", origin="SUV", destination="CAN", hours=12)


@pytest.fixture
def draft(incident: Incident, planner: Any) -> Callable[[], Manifest]:
    return lambda: draft_manifest(incident=incident, planner=planner)


@pytest.fixture
def wang(stand: Stand, operation: EvacuationOperation) -> Person:
    person = stand("王小明", condition="safe", wants_out=True, document_number="E1")
    make_party(operation, person)
    return person


@pytest.fixture
def li(stand: Stand, operation: EvacuationOperation) -> Person:
    person = stand("李娜", condition="safe", wants_out=True)
    make_party(operation, person)
    return person


def row_of(manifest: Manifest, person: Person) -> Row:
    return next(row for row in rows_of(manifest) if row.person_ref == person.pk)


def names(manifest: Manifest) -> list[str]:
    return [row.text("name") for row in rows_of(manifest)]


def test_a_place_in_the_plan_stands_on_the_row(
    operation: Any, planner: Any, draft: Any, wang: Person, flight: Transport, onward: Transport
) -> None:
    plan = make_plan(operation, planner, {wang: [flight, onward]}, "wheelchair")
    manifest = draft()
    row = row_of(manifest, wang)
    assert manifest.plan == plan
    assert row.legs == ((flight.pk, "wheelchair"), (onward.pk, "wheelchair"))
    assert row.data["place_class"] == "wheelchair"
    assert [leg["number"] for leg in row.data["legs"]] == ["MU9001", "MU9002"]
    # 02:00 UTC and six hours, by the clocks of Port Vila.
    assert row.data["legs"][0]["departs_at"] == "2024-12-17T19:00+11:00"
    assert transports_of(manifest) == [flight, onward]


def test_who_has_no_place_waits_and_is_not_listed(
    operation: Any, planner: Any, draft: Any, wang: Person, li: Person, flight: Transport
) -> None:
    make_plan(operation, planner, {wang: [flight]})
    assert names(draft()) == ["王小明"]


def test_who_was_kept_back_since_and_the_dead_are_not_listed(
    operation: Any, planner: Any, draft: Any, stand: Stand, wang: Person, li: Person,
    flight: Transport,
) -> None:  # fmt: skip
    chen = stand("陈静")
    make_party(operation, chen)
    make_plan(operation, planner, {wang: [flight], li: [flight], chen: [flight]})
    Traveller.objects.filter(person_ref=wang.pk).update(kept_back="no_papers")
    Standing.objects.filter(person_ref=li.pk).update(condition="deceased")
    assert names(draft()) == ["陈静"]


def test_parties_and_an_officers_priority_make_the_order(
    operation: Any, planner: Any, draft: Any, stand: Stand, flight: Transport
) -> None:
    first, mother, child = stand("甲"), stand("母"), stand("子", birth_date="2020-01-01")
    make_party(operation, first)
    family = make_party(operation, mother, child)
    Traveller.objects.filter(person_ref=child.pk).update(ordered_priority="medical")
    make_plan(operation, planner, {one: [flight] for one in (first, mother, child)})
    rows = list(rows_of(draft()))
    assert [(row.text("name"), row.party, row.priority) for row in rows] == [
        ("子", family.number, "medical"),
        ("母", family.number, "adult"),
        ("甲", 1, "adult"),
    ]
    assert ["ordered", None] in rows[0].data["reasons"]
    assert ["ordered", None] not in rows[1].data["reasons"]


@pytest.mark.parametrize(("wish", "reason"), [("staying", "stays"), ("unsaid", "unsaid")])
def test_who_said_another_thing_since_keeps_the_seat_and_it_says_so(
    operation: Any, planner: Any, draft: Any, wang: Person, flight: Transport, wish: str,
    reason: str,
) -> None:  # fmt: skip
    make_plan(operation, planner, {wang: [flight]})
    Traveller.objects.update(wish=wish)
    assert [reason, None] in row_of(draft(), wang).data["reasons"]


def test_whom_there_is_not_to_bring_out_any_more_is_not_drawn_anew(
    operation: Any, planner: Any, draft: Any, wang: Person, li: Person, flight: Transport
) -> None:
    make_plan(operation, planner, {wang: [flight], li: [flight]})
    Traveller.objects.filter(person_ref=wang.pk).update(wish="out")
    assert names(draft()) == ["李娜"]


@pytest.mark.parametrize("movement", ["evacuating", "evacuated"])
def test_who_is_under_way_stays_though_nobody_wrote_the_departure_down(
    operation: Any, planner: Any, draft: Any, wang: Person, li: Person, flight: Transport,
    movement: str,
) -> None:  # fmt: skip
    make_plan(operation, planner, {wang: [flight], li: [flight]})
    seal_manifest(manifest=draft(), planner=planner)
    Standing.objects.filter(person_ref=wang.pk).update(movement=movement)
    Traveller.objects.filter(person_ref=wang.pk).update(wish="out")
    second = draft()
    assert names(second) == ["李娜", "王小明"]
    assert row_of(second, wang).legs == ((flight.pk, "seat"),)


def test_two_registrations_of_one_traveller_under_way_stay_one_row(
    operation: Any, planner: Any, draft: Any, wang: Person, li: Person, flight: Transport
) -> None:
    make_plan(operation, planner, {li: [flight], wang: [flight]})
    seal_manifest(manifest=draft(), planner=planner)
    Standing.objects.filter(person_ref__in=[wang.pk, li.pk]).update(movement="evacuating")
    Traveller.objects.update(wish="out")
    Standing.objects.filter(person_ref=li.pk).update(same_as=wang.pk)
    assert names(draft()) == ["王小明"]


def test_a_plan_with_a_cancelled_transport_is_planned_anew_first(
    operation: Any, planner: Any, draft: Any, wang: Person, flight: Transport
) -> None:
    make_plan(operation, planner, {wang: [flight]})
    Transport.objects.update(status="cancelled")
    with pytest.raises(DomainError) as refusal:
        draft()
    assert refusal.value.code == "plan_outdated"


def test_one_transport_has_its_own_rows(
    operation: Any, planner: Any, draft: Any, wang: Person, li: Person, flight: Transport
) -> None:
    other = make_transport(operation, "MU9003")
    make_plan(operation, planner, {wang: [flight], li: [other]})
    manifest = draft()
    assert [row.text("name") for row in rows_of(manifest, transport=flight)] == ["王小明"]
    assert [row.text("name") for row in rows_of(manifest, transport=other)] == ["李娜"]


def test_who_left_stays_on_the_next_version_as_they_stood(
    operation: Any, planner: Any, draft: Any, wang: Person, li: Person, flight: Transport
) -> None:
    other = make_transport(operation, "MU9003")
    make_plan(operation, planner, {wang: [flight]})
    first = seal_manifest(manifest=draft(), planner=planner)
    Transport.objects.filter(pk=flight.pk).update(status="departed")
    Person.objects.filter(pk=wang.pk).update(document_number="E2")
    make_plan(operation, planner, {li: [other]})
    second = draft()
    assert names(second) == ["李娜", "王小明"]
    assert row_of(second, wang).text("document_number") == "E1"
    assert row_of(second, wang).legs == row_of(first, wang).legs
    assert not difference(first, second).removed


# -- Differences ---------------------------------------------------------------------------


def test_another_seat_reads_as_a_move(
    operation: Any, planner: Any, draft: Any, wang: Person, li: Person, flight: Transport
) -> None:
    other = make_transport(operation, "MU9003", hours=8)
    make_plan(operation, planner, {wang: [flight], li: [flight]})
    first = draft()
    make_plan(operation, planner, {wang: [other], li: [flight]})
    change = difference(first, draft())
    assert [one.after.person_ref for one in change.moved] == [wang.pk]
    assert change.summary() == "+0 −0 ~1（其中改换行程或席位 1 人）"
    assert change.lines() == [
        "~ 王小明 E1：行程 MU9001 维拉港机场→苏瓦安置点 2024-12-17 19:00"
        " → MU9003 维拉港机场→苏瓦安置点 2024-12-17 21:00"
    ]


def test_a_new_time_is_one_line_however_many_take_it(
    operation: Any, planner: Any, draft: Any, wang: Person, li: Person, flight: Transport
) -> None:
    make_plan(operation, planner, {wang: [flight], li: [flight]})
    first = draft()
    later = flight.departs_at.replace(hour=9)
    Transport.objects.filter(pk=flight.pk).update(departs_at=later)
    change = difference(first, draft())
    assert not change.changed
    assert change.lines() == ["~ MU9001：出发 2024-12-17 19:00 → 2024-12-17 20:00（2 人）"]


def test_another_class_of_place_is_a_move(
    operation: Any, planner: Any, draft: Any, wang: Person, flight: Transport
) -> None:
    make_plan(operation, planner, {wang: [flight]})
    first = draft()
    make_plan(operation, planner, {wang: [flight]}, "stretcher")
    [change] = difference(first, draft()).moved
    assert ("席位类别", "座位", "担架位") in change.fields


# -- Sealed --------------------------------------------------------------------------------


@pytest.fixture
def sealed(operation: Any, planner: Any, draft: Any, wang: Person, flight: Transport) -> Manifest:
    make_plan(operation, planner, {wang: [flight]})
    return seal_manifest(manifest=draft(), planner=planner)


CHANGES = [
    "UPDATE evacuation_manifestleg SET place_class = 'lap'",
    "DELETE FROM evacuation_manifestleg",
    "INSERT INTO evacuation_manifestleg (entry_id, position, transport_id, place_class)"
    " SELECT entry_id, 2, transport_id + 1, 'seat' FROM evacuation_manifestleg",
]


@pytest.mark.usefixtures("manifest_guard")
@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_change_a_sealed_leg(sealed: Manifest, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert is_intact(sealed)


def test_a_leg_changed_behind_the_databases_back_is_noticed(sealed: Manifest) -> None:
    assert content_hash(sealed) == sealed.content_hash
    ManifestLeg.objects.update(place_class="lap")
    assert not is_intact(sealed)


@pytest.mark.usefixtures("manifest_guard")
def test_a_draft_with_legs_can_be_deleted(
    operation: Any, planner: Any, draft: Any, wang: Person, flight: Transport
) -> None:
    make_plan(operation, planner, {wang: [flight]})
    draft().delete()
    assert not ManifestLeg.objects.exists()
