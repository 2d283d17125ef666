"""One commit for a family; two presses at once are one registration."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from config.kernel.errors import DomainError
from crisis.citizens.services.joining import (
    FamilyMember,
    Registration,
    add_member,
    place_of,
    register_family,
)
from registry.drafts import PersonDraft, Place
from registry.models import Person, Whereabouts


def registration(**changes):
    facts = {
        "key": "a" * 32,
        "draft": PersonDraft(name="王小明"),
        "place": Place(country="VU"),
        "phones": ["+6785550101", "+6785550102"],
        "members": [FamilyMember(draft=PersonDraft(name="王小雨"))],
        "consents": {"registry": "registry-1"},
    }
    return Registration(**facts | changes)


@pytest.mark.django_db
def test_sent_again_it_is_the_same_registration():
    first = register_family(registration=registration())
    again = register_family(registration=registration(phones=["+6785550199"]))
    assert (first.fresh, again.fresh, again.person) == (True, False, first.person)
    assert Person.objects.count() == 2
    assert [p.preference for p in first.person.contact_points.order_by("pk")] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_once_it_is_one_registration():
    together = Barrier(2)

    def press(_number):
        try:
            together.wait(timeout=10)
            return register_family(registration=registration())
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(press, range(2)))
    assert sorted(d.fresh for d in done) == [False, True]
    assert done[0].person == done[1].person
    assert Person.objects.count() == Whereabouts.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"phones": ["+6785550101", "nonsense"]},
        {"members": [FamilyMember(draft=PersonDraft(name=" "))]},
        {"consents": {"registry": "registry-99"}},
        {"place": Place(country="QQ")},
    ],
)
def test_refused_anywhere_nothing_is_written(changes):
    with pytest.raises(DomainError):
        register_family(registration=registration(**changes))
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_member_lives_where_the_family_lives_and_speaks_its_language():
    person = register_family(
        registration=registration(
            draft=PersonDraft(name="Wang", language="en"),
            place=place_of(country="VU", city="Port Vila", address="Kumul Highway"),
            members=[],
        )
    ).person
    assert person.household is None
    added = add_member(person=person, member=FamilyMember(draft=PersonDraft(name="王小雨")))
    home = added.whereabouts.get()
    assert (home.city, home.address, home.accuracy_m) == ("Port Vila", "Kumul Highway", 20_000)
    assert (added.household, added.language) == (person.household, "en")


def test_city_that_nobody_knows_leaves_the_country():
    place = place_of(country="VU", city="Atlantis", address="1")
    assert (place.country, place.latitude, place.city) == ("VU", None, "Atlantis")
