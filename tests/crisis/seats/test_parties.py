"""crisis/seats/parties.py: who travels with whom, in which order, and why"""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from crisis.seats.parties import Candidate, Seat, age_on, seat
from crisis.seats.states import Priority


def one(ref: int, household: int | None = None, **fields: Any) -> Candidate:
    given = {"asked": True, "condition": "safe", "movement": "in_area", "wants_out": True}
    return Candidate(person_ref=ref, household=household, **{"age": 40, **given, **fields})


def helped(ref: int, household: int | None = None, **fields: Any) -> Candidate:
    return one(ref, household, condition="needs_help", wants_out=False, **fields)


def order(*candidates: Candidate) -> list[tuple[int, int]]:
    """(party, person) in order."""
    return [(place.party, place.candidate.person_ref) for place in seat(candidates)]


def place_of(ref: int, *candidates: Candidate) -> Seat:
    return next(place for place in seat(candidates) if place.candidate.person_ref == ref)


PRIORITIES = [
    ({"condition": "needs_help"}, Priority.NEEDS_HELP),
    ({"condition": "injured"}, Priority.MEDICAL),
    ({"needs": ("stretcher",)}, Priority.MEDICAL),
    ({"needs": ("oxygen",)}, Priority.MEDICAL),
    ({"needs": ("pregnant",)}, Priority.PREGNANT),
    ({"age": 16}, Priority.UNACCOMPANIED_MINOR),
    ({"needs": ("infirm",)}, Priority.INFIRM),
    ({"needs": ("wheelchair",)}, Priority.INFIRM),
    ({"age": 70}, Priority.INFIRM),
    ({"age": 69}, Priority.ADULT),
    ({"age": 18}, Priority.ADULT),
    ({"age": None}, Priority.ADULT),
]


@pytest.mark.parametrize(("fields", "priority"), PRIORITIES)
def test_priority_of_one_alone(fields: dict[str, Any], priority: Priority) -> None:
    assert place_of(1, one(1, **fields)).priority == priority


def test_an_adult_with_a_child_goes_before_one_without() -> None:
    party = (one(1, 7), one(2, 7, age=5))
    assert place_of(1, *party).priority == place_of(2, *party).priority == Priority.WITH_CHILDREN


def test_an_infant_is_a_child_without_a_birth_date() -> None:
    party = (one(1, 7), one(2, 7, age=None, needs=("infant",)))
    assert place_of(1, *party).priority == Priority.WITH_CHILDREN


def test_priorities_stand_in_the_order_of_the_table() -> None:
    people = [one(n, **fields) for n, (fields, _) in enumerate(PRIORITIES, start=1)]
    seats = [place.priority for place in seat(reversed(people))]
    assert seats == sorted(seats, key=list(Priority).index)


def test_a_household_travels_together_by_its_most_urgent_member() -> None:
    assert order(one(1, 7), one(2), one(3, age=75), helped(4, 7)) == [
        (1, 4),
        (1, 1),
        (2, 3),
        (3, 2),
    ]


def test_two_people_without_household_are_two_parties() -> None:
    assert [party for party, _ in order(one(1), one(2))] == [1, 2]


def test_a_household_and_a_person_of_the_same_number_are_not_confused() -> None:
    assert len({party for party, _ in order(one(5), one(6, 5))}) == 2


def test_who_answered_first_goes_first_among_equals() -> None:
    early, late = (datetime(2024, 12, 17, 2, minute, tzinfo=UTC) for minute in (1, 9))
    assert order(one(1), one(2, answered_at=late), one(3, answered_at=early)) == [
        (1, 3),
        (2, 2),
        (3, 1),
    ]


def test_the_eldest_leads_the_children() -> None:
    assert order(one(1, 7, age=4), one(2, 7, age=9), one(3, 7)) == [(1, 3), (1, 2), (1, 1)]


def test_the_order_does_not_depend_on_the_order_of_reading() -> None:
    people = [helped(1, 7), one(2, 7, age=3), one(3), one(4, 8), one(5, 8, age=80), helped(6)]
    assert order(*people) == order(*reversed(people))


def test_reasons_can_be_read_aloud() -> None:
    party = (
        helped(1, 7, needs=("wheelchair",), waiting=2),
        one(2, 7, age=3, asked=False, wants_out=False),
    )
    assert place_of(1, *party).reasons == [
        ("needs_help", None),
        ("need", "wheelchair"),
        ("children", 1),
        ("household_waits", 2),
    ]
    assert place_of(2, *party).reasons == [("with_family", None), ("age", 3)]


def test_a_minor_without_an_adult_is_said_to_be_alone() -> None:
    assert ("alone", None) in place_of(1, one(1, 7, age=12), one(2, 7, age=15)).reasons
    assert ("alone", None) not in place_of(1, one(1, 7, age=12), one(2, 7, age=35)).reasons


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 12, 17), date(2024, 12, 17), 14),
        (date(2010, 12, 18), date(2024, 12, 17), 13),
        (date(2012, 2, 29), date(2025, 2, 28), 12),
        (date(2012, 2, 29), date(2025, 3, 1), 13),
        (None, date(2024, 12, 17), None),
    ],
)
def test_age_is_in_whole_years(born: date | None, day: date, age: int | None) -> None:
    assert age_on(born, day) == age
