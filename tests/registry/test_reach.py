"""Reach: each address once, the household for those without, nobody forgotten, nothing opened."""

from datetime import UTC, datetime

import pytest

from config.kernel import encryption
from registry.models import ContactPoint, Household, Person
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
