"""Reach: each address once, the household for those without, nobody forgotten, nothing opened."""

from datetime import UTC, datetime

import pytest

from config.kernel import encryption
from registry.models import ContactPoint, Group, Household, Membership, Person
from registry.reach import Reach, addresses_for
from registry.services import people as services

pytestmark = pytest.mark.django_db
AT = datetime(2024, 12, 17, tzinfo=UTC)
PHONE, SECOND, OPENID = "+6785550123", "+6785550124", "oWx-5550123_abcdef0123456789"


@pytest.fixture
def person():
    def make(*addresses: tuple[str, str, int], **columns) -> Person:
        someone = Person.objects.create(name="测试", registered_at=AT, **columns)
        for channel, address, preference in addresses:
            services.add_contact_point(
                person=someone, channel=channel, address=address,
                preference=preference, verified_at=AT,
            )  # fmt: skip
        return someone

    return make


@pytest.fixture(autouse=True)
def loose_numbers(monkeypatch):
    """Numbers of fiction are no valid numbers; here only their sameness matters."""
    monkeypatch.setattr("registry.addresses.phonenumbers.is_valid_number", lambda number: True)


def told(reach: Reach) -> dict[str, list[tuple[int, bool]]]:
    """Opened address → sorted persons."""
    return {
        encryption.unseal(row.sealed_address, "address"): sorted(row.persons)
        for row in reach.addresses
    }


def test_all_addresses_of_a_person_or_only_the_best(person):
    someone = person(("sms", PHONE, 2), ("wechat", OPENID, 1), language="en")
    assert told(addresses_for([someone.pk])) == {
        PHONE: [(someone.pk, True)],
        OPENID: [(someone.pk, True)],
    }
    (best,) = addresses_for([someone.pk], prefer_first=True).addresses
    assert (best.channel, best.language, best.preference) == ("wechat", "en", 1)
    assert best.address_index == encryption.blind_index(OPENID, "address.wechat")


def test_shared_phone_is_one_address_for_two(person):
    wife, husband = person(("sms", PHONE, 1)), person(("sms", PHONE, 1))
    reach = addresses_for([husband.pk, wife.pk])
    assert told(reach) == {PHONE: [(wife.pk, True), (husband.pk, True)]}
    assert reach.unaddressed == set()


def test_child_is_covered_through_the_household_even_when_the_parent_is_not_asked_for(person):
    household = Household.objects.create()
    parent = person(("sms", PHONE, 1), ("sms", SECOND, 2), household=household)
    child = person(household=household)
    assert told(addresses_for([child.pk, parent.pk])) == {
        PHONE: [(parent.pk, True), (child.pk, False)],
        SECOND: [(parent.pk, True), (child.pk, False)],
    }
    assert told(addresses_for([child.pk])) == {
        PHONE: [(child.pk, False)],
        SECOND: [(child.pk, False)],
    }
    assert told(addresses_for([child.pk], prefer_first=True)) == {PHONE: [(child.pk, False)]}


def test_parents_shared_phone_covers_the_child_once(person):
    household = Household.objects.create()
    one, two = (person(("sms", PHONE, 1), household=household) for _ in range(2))
    child = person(household=household)
    assert told(addresses_for([one.pk, two.pk, child.pk])) == {
        PHONE: [(one.pk, True), (two.pk, True), (child.pk, False)]
    }


def test_retired_unproven_and_mail_addresses_are_not_used(person):
    someone = person(("sms", PHONE, 1), ("sms", SECOND, 1), ("email", "a@example.org", 1))
    ContactPoint.objects.filter(channel="sms").update(retired_at=AT)
    ContactPoint.objects.filter(address_index=encryption.blind_index(SECOND, "address.sms")).update(
        retired_at=None, verified_at=None
    )
    reach = addresses_for([someone.pk])
    assert (reach.addresses, reach.unaddressed) == ([], {someone.pk})


def test_member_who_left_does_not_cover_anybody(person):
    household = Household.objects.create()
    person(("sms", PHONE, 1), household=household, left_at=AT)
    child, alone = person(household=household), person()
    assert addresses_for([child.pk, alone.pk]).unaddressed == {child.pk, alone.pk}


def test_nobody_asked_for_is_nobody_reached():
    assert addresses_for([]) == Reach()


def test_nothing_is_opened_on_the_way(person, monkeypatch):
    someone = person(("sms", PHONE, 1))
    monkeypatch.setattr(encryption, "unseal", lambda *a: pytest.fail("an address was opened"))
    assert len(addresses_for([someone.pk]).addresses) == 1


# -- the liaison of a group ---------------------------------------------------------------------


@pytest.fixture
def group(person):
    """`group(liaisons, members)`: a confirmed group."""

    def make(liaisons, members, **columns) -> Group:
        columns = {"kind": "camp", "country": "VU", "created_at": AT, "confirmed_at": AT} | columns
        made = Group.objects.create(**columns)
        for part, people in (("liaison", liaisons), ("member", members)):
            for someone in people:
                Membership.objects.create(group=made, person=someone, part=part, joined_at=AT)
        return made

    return make


def test_who_has_no_address_is_reached_through_the_liaison(person, group):
    liaison, worker, silent = person(("sms", PHONE, 1)), person(), person()
    reachable = person(("sms", SECOND, 1))
    group([liaison], [worker, reachable])
    reach = addresses_for([liaison.pk, worker.pk, reachable.pk, silent.pk])
    assert told(reach) == {
        PHONE: [(liaison.pk, True), (worker.pk, False)],
        SECOND: [(reachable.pk, True)],
    }
    assert reach.unaddressed == {silent.pk}


def test_household_comes_before_the_liaison(person, group):
    home = Household.objects.create()
    mother, child = person(("sms", SECOND, 1), household=home), person(household=home)
    group([person(("sms", PHONE, 1))], [child, mother])
    assert told(addresses_for([child.pk])) == {SECOND: [(child.pk, False)]}


@pytest.mark.parametrize("columns", [{"confirmed_at": None}, {"closed_at": AT}])
def test_unconfirmed_or_closed_group_reaches_nobody(person, group, columns):
    worker = person()
    group([person(("sms", PHONE, 1))], [worker], **columns)
    assert addresses_for([worker.pk]).unaddressed == {worker.pk}


def test_only_liaisons_who_are_still_there_are_written_to(person, group):
    worker, gone, left = person(), person(("sms", PHONE, 1)), person(("sms", SECOND, 1), left_at=AT)
    made = group([gone, left], [worker, person(("wechat", OPENID, 1))])
    made.memberships.filter(person=gone).update(ended_at=AT)
    assert addresses_for([worker.pk]).unaddressed == {worker.pk}


def test_two_liaisons_each_by_their_best_address_or_by_all(person, group):
    first = person(("sms", PHONE, 2), ("wechat", OPENID, 1))
    second, worker = person(("sms", SECOND, 1)), person()
    group([first, second], [worker])
    group([first], [worker], kind="vessel")  # once, though in two groups
    through = [(worker.pk, False)]
    assert told(addresses_for([worker.pk], prefer_first=True)) == {OPENID: through, SECOND: through}
    everything = {PHONE: through, OPENID: through, SECOND: through}
    assert told(addresses_for([worker.pk])) == everything


def test_liaisons_are_asked_for_only_where_somebody_is_still_without(
    person, group, django_assert_num_queries
):
    liaison, worker = person(("sms", PHONE, 1)), person()
    group([liaison], [worker])
    with django_assert_num_queries(1):
        addresses_for([liaison.pk])
    with django_assert_num_queries(4):  # own, household, its members, liaisons
        addresses_for([liaison.pk, worker.pk])
