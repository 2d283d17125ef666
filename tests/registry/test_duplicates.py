"""Who looks like somebody else: set-based and one by one, and both say the same."""

from datetime import date

import pytest

from config.kernel import clock
from registry.models import Household, Person
from registry.selectors.duplicates import MANY, duplicates_of, find_duplicates
from registry.services.merging import merge_persons, not_the_same, undo_merge
from registry.services.people import retire_address
from tests.support.scene import settle

pytestmark = pytest.mark.django_db
BORN = date(1990, 3, 7)


@pytest.fixture(autouse=True)
def _held(held_clock):
    """The cast below is registered at one moment."""


def reasons(*people: Person) -> dict[tuple[int, int], tuple[str, ...]]:
    """What both ways of looking find, held against each other."""
    together = {(pair.low, pair.high): pair.reasons for pair in find_duplicates()}
    singly = {
        (pair.low, pair.high): pair.reasons for person in people for pair in duplicates_of(person)
    }
    assert together == singly
    return together


def test_same_document_name_and_phone_are_told_in_this_order():
    one = settle("王小明", phone="+6785550101", document_number="E12345678", birth_date=BORN)
    two = settle("王小明", phone="+6785550101", document_number="e 1234 5678", birth_date=BORN)
    three = settle("李娜", phone="+6785550101")
    assert reasons(one, two, three) == {
        (one.pk, two.pk): ("document", "name", "phone"),
        (one.pk, three.pk): ("phone",),
        (two.pk, three.pk): ("phone",),
    }
    assert [pair.reasons[0] for pair in find_duplicates()] == ["document", "phone", "phone"]


@pytest.mark.parametrize(
    ("name", "spelling"),
    [("王小明", ""), ("WANG Xiaoming", ""), ("小明", "WANG/XIAOMING"), ("王晓明", "")],
)
def test_names_that_sound_or_are_spelled_alike_are_the_same(name, spelling):
    one = settle("王小明", birth_date=BORN)
    two = settle(name, passport_name=spelling, birth_date=BORN)
    assert reasons(one, two) == {(one.pk, two.pk): ("name",)}


def test_another_birth_date_or_none_is_another_person():
    people = [
        settle("王小明", birth_date=BORN),
        settle("王小明", birth_date=date(1990, 3, 8)),
        settle("王小明"),
        settle("王小明"),
    ]
    assert reasons(*people) == {}


def test_a_familys_phone_is_no_sign_and_a_strangers_is():
    home = Household.objects.create()
    mother = settle("李娜", phone="+6785550101", household=home)
    child = settle("王小宝", phone="+6785550101", household=home)
    assert reasons(mother, child) == {}
    stranger = settle("赵一", phone="+6785550101")
    other_home = settle("钱二", phone="+6785550101", household=Household.objects.create())
    assert set(reasons(mother, child, stranger, other_home)) == {
        (mother.pk, stranger.pk), (child.pk, stranger.pk), (mother.pk, other_home.pk),
        (child.pk, other_home.pk), (stranger.pk, other_home.pk),
    }  # fmt: skip


def test_an_offices_phone_is_no_sign():
    people = [settle(f"员工{n}", phone="+6785550101") for n in range(MANY + 1)]
    assert reasons(*people) == {}


def test_retired_number_is_no_sign():
    one, two = settle("王一", phone="+6785550101"), settle("王二", phone="+6785550101")
    point = one.contact_points.get()
    retire_address(channel="sms", index=bytes(point.address_index))
    assert reasons(one, two) == {}


def test_decided_pairs_are_not_shown_again():
    one, two, three = (settle("王小明", birth_date=BORN) for _ in range(3))
    not_the_same(one=two, other=one, by="officer")
    assert set(reasons(one, two, three)) == {(one.pk, three.pk), (two.pk, three.pk)}
    merge = merge_persons(kept=one, gone=three, by="officer")
    assert reasons(Person.objects.get(pk=one.pk), two) == {}
    undo_merge(merge=merge, by="officer")
    assert set(reasons(one, two, three)) == {(one.pk, three.pk), (two.pk, three.pk)}


def test_who_left_is_left_out():
    one, two = (settle("王小明", birth_date=BORN) for _ in range(2))
    Person.objects.filter(pk=two.pk).update(left_at=clock.now())
    assert reasons(one) == {}


def test_only_those_who_may_be_seen_are_compared():
    one, two = (settle("王小明", birth_date=BORN) for _ in range(2))
    mine = Person.objects.filter(whereabouts__country="VU", pk__gte=one.pk)
    assert len(find_duplicates(mine)) == 1
    assert find_duplicates(mine.exclude(pk=two.pk)) == []
