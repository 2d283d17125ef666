"""A pause: at home until a day, unless they share a position since."""

from datetime import timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from registry.geography.areas import make_area
from registry.geography.inside import people_inside
from registry.models import CurrentWhereabouts, Whereabouts
from registry.services.pausing import has_paused, pause_person, resume_person
from registry.services.whereabouts import place_members, share_position
from tests.support import scene

pytestmark = pytest.mark.django_db
VANUATU = make_area(countries=["VU"])


@pytest.fixture
def person(held_clock):
    return scene.settle("王小明")


def inside(person):
    return person.pk in people_inside(VANUATU, at=clock.now()).person_ids


def day(days):
    return clock.now().date() + timedelta(days=days)


def test_pause_ends_by_itself(person, held_clock):
    pause_person(person=person, until=day(2), by="person:1")
    assert (has_paused(person), inside(person)) == (True, False)
    held_clock(2 * 86_400)
    assert (has_paused(person), inside(person)) == (False, True)


def test_pause_ends_when_they_say_so(person):
    pause_person(person=person, until=day(9), by="person:1")
    assert resume_person(person=person, by="person:1")
    assert inside(person)
    assert not resume_person(person=person, by="person:1")
    acts = AuditEntry.objects.filter(subject=f"person:{person.pk}").values_list("act", flat=True)
    assert [a for a in acts if "d" in a][-2:] == ["person.paused", "person.resumed"]


def test_position_from_before_is_forgotten_and_one_since_counts(person, held_clock):
    share_position(person=person, place=scene.PORT_VILA, shared_at=clock.now())
    held_clock(60)
    pause_person(person=person, until=day(9), by="person:1")
    assert not inside(person)
    assert CurrentWhereabouts.objects.get(person=person).ground == "none"
    held_clock(60)
    share_position(person=person, place=scene.PORT_VILA, shared_at=clock.now())
    assert inside(person)


def test_ship_does_not_take_along_who_stayed_at_home(person):
    pause_person(person=person, until=day(9), by="person:1")
    moved = place_members(
        person_ids=[person.pk], place=scene.PORT_VILA, at=clock.now(), source="vessel"
    )
    assert moved == 0
    assert not Whereabouts.objects.filter(kind="shared").exists()


@pytest.mark.parametrize("days", [0, -1, 367])
def test_day_that_is_over_or_too_far_is_refused(person, days):
    with pytest.raises(DomainError) as refusal:
        pause_person(person=person, until=day(days), by="person:1")
    assert (refusal.value.code, refusal.value.extra["field"]) == ("bad_pause", "until")
