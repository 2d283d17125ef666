"""Families hear of an arrival once, where the person agreed, and never of anything else."""

from datetime import timedelta

import pytest

from config.kernel import clock, sweep
from crisis.arrivals.models import FamilyNotice, Stay
from crisis.arrivals.services import note_consent, record_arrivals, undo_arrival
from crisis.rollcall.models import Standing
from notifications.models import Delivery, Wave
from notifications.states import WaveKind
from registry.models import ConsentPurpose
from registry.services.consents import give_consent, withdraw_consent
from registry.services.people import add_emergency_contact
from tests.support.evacuating import make_home, stand
from tests.support.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def wang(incident):
    person = stand(incident, "王小明", passport_name="WANG/XIAOMING", wants_out=True)
    add_emergency_contact(person=person, name="王父", relation="父", phone="+8613800138000")
    return person


def agree(person, by=None):
    give_consent(person=person, purpose=ConsentPurpose.FAMILY, given_by=by or person)


def arrive(place, *people, by):
    done = record_arrivals(
        place=place, person_refs=[one.pk for one in people], officer=by, at=clock.now()
    )
    sweep.settle()
    return done.arrivals


def told():
    return Wave.objects.filter(kind=WaveKind.ARRIVED)


def outcome(person):
    return FamilyNotice.objects.get(person_ref=person.pk).state


def test_who_agreed_their_family_hears_the_country_and_no_more(places, out, wang, officer):
    agree(wang)
    arrive(places.suva, wang, by=officer)
    wave = told().get()
    text = wave.texts["sms"]["zh-hans"]
    assert "王*已离开危险地区，抵达斐济" in text
    assert "小明" not in text
    assert places.suva.name_zh not in text
    assert "Fiji" in wave.texts["sms"]["en"]
    assert Delivery.objects.get(wave=wave).language == wang.language
    assert outcome(wang) == "told"


def test_once_in_an_incident_however_often_they_cross(
    places, out, onward, wang, officer, held_clock
):
    agree(wang)
    arrive(places.suva, wang, by=officer)
    held_clock(24 * 3600)
    arrive(places.home, wang, by=officer)
    assert told().count() == 1


def test_without_consent_nobody_hears_until_there_is_one(places, out, wang, officer):
    arrive(places.suva, wang, by=officer)
    assert (told().count(), outcome(wang)) == (0, "no_consent")
    note_consent(stay=Stay.objects.get(), officer=officer)
    sweep.settle()
    assert (told().count(), outcome(wang)) == (1, "told")


def test_consent_taken_back_before_arriving_counts(places, out, wang, officer):
    agree(wang)
    withdraw_consent(person=wang, purpose=ConsentPurpose.FAMILY)
    arrive(places.suva, wang, by=officer)
    assert not told().exists()


def test_a_year_later_it_is_no_news(places, out, wang, officer, held_clock):
    arrive(places.suva, wang, by=officer)
    held_clock(timedelta(days=8).total_seconds())
    agree(wang)
    sweep.settle()
    assert not told().exists()


@pytest.mark.parametrize(
    "facets",
    [
        {"condition": "injured"},
        {"condition": "deceased"},
        {"condition": "identity_pending"},
        {"condition": "needs_help"},
        {"possible_help": True},
        {"contact": "missing"},
    ],
)
def test_of_the_hurt_and_the_dead_no_message_speaks(places, out, wang, officer, facets):
    agree(wang)
    record_arrivals(place=places.suva, person_refs=[wang.pk], officer=officer, at=clock.now())
    Standing.objects.filter(person_ref=wang.pk).update(**facets)
    sweep.settle()
    assert (told().count(), outcome(wang)) == (0, "by_voice")


def test_the_terminal_before_the_sea_tells_nobody(places, out, wang, officer, operation):
    from tests.support.evacuating import make_place

    agree(wang)
    arrive(make_place(operation, "terminal", "码头", "Wharf", "VU", "VLP"), wang, by=officer)
    assert not FamilyNotice.objects.exists()


def test_a_mistake_taken_back_in_time_tells_nobody(places, out, wang, officer):
    agree(wang)
    done = record_arrivals(
        place=places.suva, person_refs=[wang.pk], officer=officer, at=clock.now()
    )
    assert undo_arrival(arrival=done.arrivals[0], officer=officer) is False
    sweep.settle()
    assert not told().exists()
    # Too late, the officer is told to telephone.
    (arrival,) = arrive(places.suva, wang, by=officer)
    assert undo_arrival(arrival=arrival, officer=officer) is True


def test_for_a_child_the_mother_beside_them_agrees(incident, places, out, officer):
    home = make_home()
    child = stand(incident, "王小", household=home, birth_date=clock.now().date())
    mother = stand(incident, "王母", household=home)
    arrive(places.suva, child, by=officer)
    stay = Stay.objects.get(person_ref=child.pk)
    with refused("guardian_needed"):
        note_consent(stay=stay, officer=officer)
    arrive(places.suva, mother, by=officer)
    note_consent(stay=stay, officer=officer)
    assert child.consents.get(purpose="family").given_by == mother
