"""crisis/seats/services/gathering.py: rows as the roll call says, and as officers set them"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.kernel import clock
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.seats.models import Party, Traveller
from crisis.seats.services import (
    gather_travellers,
    keep_back,
    order_priority,
    set_papers,
    set_place_class,
    split_party,
)
from crisis.seats.services.gathering import follow_roll_call
from crisis.seats.states import KeptBack, Papers, Priority, Wish
from crisis.transports.models import EvacuationOperation, Place
from crisis.transports.states import PlaceClass, PlaceKind
from registry.drafts import Place as Whereabouts
from registry.models import Household, Person
from tests.support.evacuating import CHILD, make_home, make_place
from tests.support.scene import settle

pytestmark = pytest.mark.django_db
Stand = Callable[..., Person]
Gather = Callable[[], dict[str, Traveller]]
BABY = date(2023, 11, 2)


def test_everyone_who_asked_has_a_row_and_nobody_else(stand: Stand, gathered: Gather) -> None:
    stand("求助", condition="needs_help")
    stand("要走", condition="safe", wants_out=True)
    stand("受伤", condition="injured")
    stand("平安", condition="safe")
    stand("无音", condition="unknown")
    rows = gathered()
    assert set(rows) == {"求助", "要走", "受伤"}
    assert {row.wish for row in rows.values()} == {Wish.GOING}
    assert [rows[name].party.number for name in ("求助", "受伤", "要走")] == [1, 2, 3]


def test_a_child_comes_with_the_family_and_an_adult_only_who_asked(
    stand: Stand, gathered: Gather, home: Household
) -> None:
    stand("母", condition="safe", wants_out=True, household=home)
    stand("女", condition="unknown", birth_date=CHILD, household=home)
    stand("父", condition="safe", household=home)
    rows = gathered()
    assert set(rows) == {"母", "女"}
    assert rows["母"].party == rows["女"].party
    assert rows["母"].priority == rows["女"].priority == Priority.WITH_CHILDREN


def test_gathering_twice_changes_nothing(
    stand: Stand, operation: EvacuationOperation, home: Household
) -> None:
    stand("母", condition="safe", wants_out=True, household=home)
    stand("女", birth_date=CHILD, household=home)
    assert gather_travellers(operation=operation) == 2
    assert gather_travellers(operation=operation) == 0
    assert Party.objects.count() == 1


def test_a_family_that_asks_later_joins_its_own_party(
    stand: Stand, gathered: Gather, home: Household
) -> None:
    stand("母", condition="safe", wants_out=True, household=home)
    stand("客", condition="safe", wants_out=True)
    before = gathered()
    father = stand("父", condition="safe", household=home)
    Standing.objects.filter(person_ref=father.pk).update(wants_out=True)
    after = gathered()
    assert after["父"].party == before["母"].party
    assert {name: row.party.number for name, row in after.items()} == {"母": 1, "父": 1, "客": 2}


@pytest.mark.parametrize(
    ("fields", "wish"),
    [
        ({"movement": "evacuated"}, Wish.OUT),
        ({"condition": "deceased"}, Wish.OUT),
        ({"condition": "safe", "movement": "left_area", "wants_out": False}, Wish.GONE),
        ({"condition": "safe", "wants_out": False}, Wish.UNSAID),
        ({"movement": "evacuating", "wants_out": False}, Wish.GOING),
    ],
)
def test_whoever_asked_once_is_never_lost(
    stand: Stand, gathered: Gather, fields: dict[str, Any], wish: Wish
) -> None:
    person = stand("王小明", condition="safe", wants_out=True)
    gathered()
    Standing.objects.filter(person_ref=person.pk).update(**fields)
    assert gathered()["王小明"].wish == wish


def test_the_newer_of_two_words_counts(stand: Stand, say: Any, gathered: Gather) -> None:
    person = stand("王小明")
    say(person, EventKind.NEEDS_HELP, minutes=-30)
    say(person, EventKind.PLANS_STAY, minutes=-20)
    assert gathered()["王小明"].wish == Wish.STAYING
    say(person, EventKind.PLANS_OUT, minutes=-10)
    row = gathered()["王小明"]
    assert row.wish == Wish.GOING
    assert row.asked_at is not None
    assert Standing.objects.get(person_ref=person.pk).condition == "needs_help"


def test_a_child_stays_with_a_mother_who_stays(
    stand: Stand, say: Any, gathered: Gather, home: Household
) -> None:
    mother = stand("母", household=home)
    stand("女", birth_date=CHILD, household=home)
    say(mother, EventKind.NEEDS_HELP, minutes=-30)
    assert gathered()["女"].wish == Wish.GOING
    say(mother, EventKind.PLANS_STAY, minutes=-20)
    assert {row.wish for row in gathered().values()} == {Wish.STAYING}


def test_what_an_officer_took_back_asks_for_nothing(
    stand: Stand, incident: Any, gathered: Gather
) -> None:
    person = stand("王小明")
    lines = [(EventKind.WANTS_OUT, "call:4"), (EventKind.WITHDRAWN, "withdrawn:call:4")]
    for kind, key in lines:
        entry = Entry(person.pk, kind, clock.now(), key)
        write_log(incident_id=incident.pk, entries=[entry], source=Source.OFFICER)
    assert gathered() == {}


def test_infants_go_on_laps_one_to_an_adult(
    stand: Stand, gathered: Gather, home: Household
) -> None:
    stand("母", condition="safe", wants_out=True, household=home)
    stand("甲", birth_date=BABY, household=home)
    stand("乙", birth_date=BABY, household=home)
    stand("轮", condition="safe", wants_out=True, needs=["wheelchair"])
    stand("担", condition="injured", needs=["stretcher", "infant"])
    places = {name: row.place_class for name, row in gathered().items()}
    assert places["母"] == PlaceClass.SEAT
    assert sorted([places["甲"], places["乙"]]) == [PlaceClass.LAP, PlaceClass.SEAT]
    assert (places["轮"], places["担"]) == (PlaceClass.WHEELCHAIR, PlaceClass.STRETCHER)


def test_the_nearest_assembly_point_is_theirs(
    stand: Stand, operation: EvacuationOperation, gathered: Gather
) -> None:
    far = make_place(operation, PlaceKind.ASSEMBLY, "卢甘维尔", "Luganville", "VU", "SON")
    Place.objects.filter(pk=far.pk).update(latitude=-15.51, longitude=167.18)
    near = Whereabouts(country="VU", latitude=-15.6, longitude=167.2, accuracy_m=100)
    person = settle("近", phone="+6785550101", place=near)
    Standing.objects.create(
        incident=operation.incident, person_ref=person.pk, certain=True, reason=1,
        updated_at=operation.opened_at, condition="safe", wants_out=True,
    )  # fmt: skip
    assert gathered()["近"].assembly == far


# -- Papers --------------------------------------------------------------------------------


def test_papers_that_are_known_to_be_missing_keep_back_and_unknown_ones_do_not(
    stand: Stand, gathered: Gather
) -> None:
    asks = {"condition": "safe", "wants_out": True}
    stand("丢", obstacles=["lost"], **asks)
    stand("期", document_index=b"i" * 16, document_expires_on=date(2024, 1, 1), **asks)
    stand("有", document_index=b"j" * 16, document_expires_on=date(2030, 1, 1), **asks)
    stand("知", **asks)
    stand("押", obstacles=["withheld"], **asks)
    rows = gathered()
    assert {name: (row.papers, row.kept_back) for name, row in rows.items()} == {
        "丢": (Papers.LOST, KeptBack.NO_PAPERS),
        "期": (Papers.EXPIRED, KeptBack.NO_PAPERS),
        "有": (Papers.READY, ""),
        "知": (Papers.UNKNOWN, ""),
        "押": (Papers.UNKNOWN, KeptBack.OBSTACLE),
    }


# -- Officers ------------------------------------------------------------------------------


def test_what_an_officer_set_is_kept(
    stand: Stand, gathered: Gather, officer: Any, home: Household
) -> None:
    stand("母", condition="safe", wants_out=True, household=home, obstacles=["lost"])
    stand("女", birth_date=CHILD, household=home)
    rows = gathered()
    order_priority(traveller=rows["母"], priority=Priority.MEDICAL, officer=officer, reason="透析")
    set_papers(traveller=rows["母"], papers=Papers.ISSUED, officer=officer)
    set_place_class(traveller=rows["女"], place_class=PlaceClass.WHEELCHAIR, officer=officer)
    keep_back(traveller=rows["女"], officer=officer, reason="等监护人")
    after = gathered()
    mother, daughter = after["母"], after["女"]
    assert (mother.effective_priority, mother.papers, mother.kept_back) == ("medical", "issued", "")
    assert (daughter.place_class, daughter.kept_back) == ("wheelchair", "by_officer")


def test_a_party_that_an_officer_parted_stays_parted(
    stand: Stand, gathered: Gather, planner: Any, home: Household
) -> None:
    stand("母", condition="safe", wants_out=True, household=home)
    stand("父", condition="safe", wants_out=True, household=home)
    rows = gathered()
    new = split_party(
        party=rows["母"].party, travellers=[rows["父"]], officer=planner, reason="父亲留守"
    )
    child = stand("女", birth_date=CHILD, household=home)
    after = gathered()
    assert after["父"].party == new
    assert after["女"].party == rows["母"].party
    assert child.pk == after["女"].person_ref


def test_two_registrations_of_one_person_are_one_traveller(
    stand: Stand, gathered: Gather, officer: Any
) -> None:
    gone = stand("王小明", condition="safe", wants_out=True)
    row = gathered()["王小明"]
    order_priority(traveller=row, priority=Priority.INFIRM, officer=officer, reason="腿伤")
    kept = stand("王晓明", condition="safe", wants_out=True)
    for person in (gone, kept):
        Standing.objects.filter(person_ref=person.pk).update(same_as=kept.pk)
    after = gathered()
    assert set(after) == {"王晓明"}
    assert (after["王晓明"].pk, after["王晓明"].ordered_priority) == (row.pk, "infirm")


# -- By itself -----------------------------------------------------------------------------


def test_the_sweep_follows_the_log(
    stand: Stand, say: Any, operation: EvacuationOperation, gathered: Gather, held_clock: Any
) -> None:
    first, second = stand("王小明"), stand("李娜")
    say(first, EventKind.WANTS_OUT)
    follow_roll_call()
    assert operation.travellers.count() == 1
    say(second, EventKind.WANTS_OUT)
    assert follow_roll_call() == 1
    assert operation.travellers.count() == 2
    held_clock(70)
    # Once more, for what was committed late; then there is nothing left.
    assert follow_roll_call() == 2
    assert follow_roll_call() == 0


def test_a_line_that_was_committed_late_is_not_missed(
    stand: Stand, say: Any, operation: EvacuationOperation, held_clock: Any
) -> None:
    person = stand("王小明")
    follow_roll_call()
    say(person, EventKind.WANTS_OUT)
    late = RollCallEvent.objects.latest("pk")
    mark = operation.gathering
    mark.refresh_from_db()
    mark.fresh_line = late.pk + 1_000  # a line with a higher number was seen first
    mark.save()
    assert follow_roll_call() == 0
    held_clock(70)
    assert follow_roll_call() == 1
    assert operation.travellers.count() == 1


WORDS = [
    EventKind.SAFE,
    EventKind.NEEDS_HELP,
    EventKind.WANTS_OUT,
    EventKind.PLANS_STAY,
    EventKind.LEFT_AREA,
    EventKind.HELP_CLOSED,
    EventKind.BOARDED,
    EventKind.ARRIVED,
]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(WORDS)), max_size=8))
def test_following_piece_by_piece_comes_to_what_gathering_at_once_does(
    stand: Stand, say: Any, operation: EvacuationOperation, said: list[tuple[int, EventKind]]
) -> None:
    """And nobody who asked is ever without a row, nor in two parties."""
    home = make_home()
    people = [stand(f"人{number}", household=home if number < 3 else None) for number in range(4)]
    Person.objects.filter(pk=people[2].pk).update(birth_date=CHILD)
    for minute, (number, kind) in enumerate(said):
        say(people[number], kind, minutes=minute)
        follow_roll_call()
    refs = [person.pk for person in people]
    step_by_step = _rows(operation, refs)
    assert gather_travellers(operation=operation) == 0
    assert _rows(operation, refs) == step_by_step
    # Whoever has arrived and asks to leave is out already.
    asking = Standing.objects.filter(person_ref__in=refs, wants_out=True).exclude(
        movement="evacuated"
    )
    assert set(asking.values_list("person_ref", flat=True)) <= {row[0] for row in step_by_step}


def _rows(operation: EvacuationOperation, refs: list[int]) -> list[tuple[Any, ...]]:
    rows = operation.travellers.filter(person_ref__in=refs).order_by("person_ref")
    return list(rows.values_list("person_ref", "wish", "priority", "party__number", "kept_back"))
