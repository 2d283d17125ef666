"""The list itself: who stands on it, when they are offered, and when no longer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.kernel import clock, sweep
from crisis.calls.models import CallEntry, Listing
from crisis.calls.selectors import offered, waiting_counts
from crisis.calls.services.listing import follow_standings, list_newcomers
from crisis.calls.states import Ground, Tier
from crisis.rollcall.models import DueStep, Standing
from crisis.rollcall.services.timers import work_due_steps
from crisis.rollcall.states import EventKind, Source
from notifications.signals import ToldOutcome, outcomes_told
from notifications.states import DeliveryState
from registry.models import Person
from tests.support.scene import remind_now, settle

pytestmark = pytest.mark.django_db


def names(incident):
    refs = [candidate.person_ref for candidate in offered(incident, limit=50)]
    people = Person.objects.in_bulk(refs)
    return [people[ref].name for ref in refs]


def alert_all(incident, say):
    for person in Person.objects.filter(
        pk__in=Standing.objects.filter(incident=incident).values("person_ref")
    ):
        if person.name != "赵无声":
            say(person, EventKind.ALERTED, Source.DELIVERY)


def test_everybody_in_the_audience_is_listed_once(incident, people):
    assert CallEntry.objects.filter(incident=incident).count() == 6
    assert list_newcomers() == 0
    assert people["beyond"].pk not in CallEntry.objects.values_list("person_ref", flat=True)


def test_who_has_no_address_is_offered_at_once_and_nobody_else(incident):
    assert names(incident) == ["赵无声"]
    assert waiting_counts(incident)["unreached"] == 1


def test_vulnerable_are_offered_with_the_first_reminder_and_come_first(
    incident, people, say, held_clock
):
    Person.objects.filter(pk=people["li"].pk).update(needs=["pregnant"])
    CallEntry.objects.all().delete()
    Listing.objects.all().delete()
    sweep.settle()
    alert_all(incident, say)
    held_clock(14 * 60)
    assert names(incident) == ["赵无声"]
    held_clock(60)
    assert names(incident) == ["李娜", "赵无声"]


def test_others_wait_until_the_ladder_says_that_nobody_answered(incident, say, held_clock):
    alert_all(incident, say)
    held_clock(60 * 60 + 1)
    assert names(incident) == ["赵无声"]  # the hour is over, and no timer has said so yet
    while work_due_steps():
        pass
    assert len(names(incident)) == 6
    assert names(incident)[0] == "赵无声"


@pytest.mark.parametrize("kind", ["safe", "needs_help", "left_area", "deceased", "boarded"])
def test_who_was_heard_or_seen_is_offered_no_more(incident, people, say, kind):
    say(people["silent"], EventKind(kind))
    assert names(incident) == []
    assert follow_standings() == 1
    assert not CallEntry.objects.get(person_ref=people["silent"].pk).open


def test_possible_help_comes_first_the_longest_waiting_before_all(
    incident, people, say, held_clock
):
    say(people["wang"], EventKind.POSSIBLE_HELP)
    held_clock(30)
    say(people["chen"], EventKind.POSSIBLE_HELP)
    assert names(incident) == ["王小明", "陈伟", "赵无声"]
    say(people["wang"], EventKind.SAFE)
    assert names(incident) == ["陈伟", "赵无声"]


def test_death_is_not_telephoned_whatever_was_written(incident, people, say, held_clock):
    say(people["silent"], EventKind.DECEASED)
    held_clock(1)
    say(people["silent"], EventKind.NEEDS_HELP)
    assert Standing.objects.get(person_ref=people["silent"].pk).possible_help
    assert names(incident) == []


def test_promised_time_comes_before_the_silent_when_it_is_due(incident, people, held_clock):
    CallEntry.objects.filter(person_ref=people["wang"].pk).update(
        again_at=clock.now() + timedelta(minutes=5), due_at=clock.now() + timedelta(minutes=5)
    )
    assert names(incident) == ["赵无声"]
    held_clock(300)
    assert names(incident) == ["王小明", "赵无声"]
    assert offered(incident, limit=5)[0].tier == Tier.PROMISED


def test_lost_message_brings_its_receiver_forward(incident, people, say):
    def told(state):
        outcome = ToldOutcome(9, incident.source, state, clock.now(), (people["li"].pk,))
        outcomes_told.send(None, outcomes=[outcome])

    told(DeliveryState.ACCEPTED)
    assert names(incident) == ["赵无声"]
    told(DeliveryState.UNDELIVERED)
    assert set(names(incident)) == {"赵无声", "李娜"}
    found = CallEntry.objects.get(person_ref=people["li"].pk)
    assert found.grounds & Ground.UNDELIVERED


def test_lost_message_matters_not_where_another_address_was_reached(incident, people, say):
    say(people["li"], EventKind.ALERTED, Source.DELIVERY)
    outcome = ToldOutcome(9, incident.source, DeliveryState.FAILED, clock.now(), (people["li"].pk,))
    outcomes_told.send(None, outcomes=[outcome])
    assert names(incident) == ["赵无声"]


def test_landline_is_known_by_its_number(incident, people, post, officer):
    clinic = settle("钱座机", phone="+67822345")
    Standing.objects.create(
        incident=incident, person_ref=clinic.pk, certain=True, reason=0, updated_at=clock.now()
    )
    list_newcomers()
    assert set(names(incident)) == {"赵无声", "钱座机"}
    assert CallEntry.objects.get(person_ref=clinic.pk).grounds & Ground.LANDLINE


def test_who_is_to_be_found_after_all_comes_back(incident, people, say):
    """A merge undone, a line taken back: the entry follows its standing."""
    say(people["silent"], EventKind.SAFE)
    follow_standings()
    Standing.objects.filter(person_ref=people["silent"].pk).update(
        condition="unknown", contact="not_contacted"
    )
    assert follow_standings() == 1
    assert names(incident) == ["赵无声"]


def test_reminders_and_the_list_live_side_by_side(incident, say):
    remind_now(incident)
    assert DueStep.objects.filter(done_at=None).count() == 3
    assert names(incident) == ["赵无声"]


def test_standing_that_commits_late_under_an_older_number_is_found_within_a_minute(
    incident, people
):
    """Slices are written at once by several workers; what counts is who is missing."""
    list_newcomers()
    CallEntry.objects.filter(person_ref=people["silent"].pk).delete()
    assert list_newcomers() == 0
    Listing.objects.update(whole_at=clock.real_now() - timedelta(seconds=61))
    assert list_newcomers() == 1
    assert names(incident) == ["赵无声"]


def test_list_costs_the_same_however_many_have_answered(incident, people, say):
    """Whoever answered since the last turn of the sweep is walked over, not returned."""
    CallEntry.objects.update(due_at=clock.now())
    for name in ("wang", "li", "chen", "chen_wife"):
        say(people[name], EventKind.SAFE)
    with CaptureQueriesContext(connection) as captured:
        assert set(names(incident)) == {"赵无声", "Mary Smith"}
    assert len(captured) <= 8
