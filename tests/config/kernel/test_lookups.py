"""`among` finds what `in` finds, whatever the column holds."""

from datetime import UTC, datetime

import pytest

from config.kernel.models import AuditEntry
from registry.models import ContactPoint, Person

pytestmark = pytest.mark.django_db
THEN = datetime(2024, 12, 17, 1, 47, 25, tzinfo=UTC)
NAMES = ["王", 'a "quoted" one', "back\\slash", "{a,b}", "NULL"]


@pytest.fixture
def people():
    people = [Person.objects.create(name=name, registered_at=THEN) for name in NAMES]
    for n, person in enumerate(people):
        ContactPoint.objects.create(
            person=person, channel="sms", address=f"+678555{n}", address_index=bytes([n]) * 16
        )
    return people


def test_text_is_found(people):
    for name in NAMES:
        assert [p.name for p in Person.objects.filter(name__among=[name, "nobody"])] == [name]
    assert Person.objects.filter(name__among=NAMES).count() == len(NAMES)


def test_numbers_and_references_are_found(people):
    ids = [people[0].pk, people[3].pk, 0]
    assert set(Person.objects.filter(pk__among=ids)) == {people[0], people[3]}
    found = ContactPoint.objects.filter(person__among=ids, person_id__among=set(ids))
    assert {point.person_id for point in found} == {people[0].pk, people[3].pk}


def test_bytes_are_found(people):
    found = ContactPoint.objects.filter(address_index__among={bytes([1]) * 16, bytes([9]) * 16})
    assert [point.person for point in found] == [people[1]]


def test_nothing_is_among_none(people):
    for empty in ([], set()):
        assert not Person.objects.filter(pk__among=empty).exists()
    assert not AuditEntry.objects.filter(actor__among=[]).exists()
