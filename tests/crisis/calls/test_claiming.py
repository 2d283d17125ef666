"""Taking the next: one officer, one call."""

from datetime import timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.calls.models import Call, CallEntry
from crisis.calls.services import leave_call, release_call, renew_call, take_next
from crisis.calls.services.claiming import LEASE
from crisis.incidents.services import stand_down_incident
from crisis.rollcall.states import EventKind
from registry.services.people import add_contact_point
from tests.support.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def all_due(incident):
    CallEntry.objects.update(due_at=clock.now())
    return incident


def lease_over(call):
    past = clock.real_now() - timedelta(seconds=1)
    Call.objects.filter(pk=call.pk).update(lease_until=past)
    CallEntry.objects.filter(call=call).update(held_until=past)


def test_two_officers_get_two_people(all_due, officer, second_officer):
    calls = [take_next(incident=all_due, officer=who) for who in (officer, second_officer)]
    assert calls[0].lead_ref != calls[1].lead_ref
    assert not set(calls[0].people) & set(calls[1].people)


def test_asking_twice_gives_the_same_call(all_due, officer):
    first = take_next(incident=all_due, officer=officer)
    assert take_next(incident=all_due, officer=officer) == first
    assert AuditEntry.objects.filter(act="rollcall.call_taken").count() == 1


def test_nobody_waits(incident, people, officer, say):
    say(people["silent"], EventKind.SAFE)
    assert take_next(incident=incident, officer=officer) is None


def test_family_comes_together_and_nobody_else_gets_the_rest(
    all_due, people, officer, second_officer, say
):
    say(people["chen"], EventKind.POSSIBLE_HELP)
    call = take_next(incident=all_due, officer=officer)
    family = {people["chen"].pk, people["chen_wife"].pk}
    assert (call.lead_ref, set(call.people)) == (people["chen"].pk, family)
    held = set()
    for _ in range(5):
        other = take_next(incident=all_due, officer=second_officer)
        held |= set(other.people) if other else set()
        if other:
            release_call(call=other, officer=second_officer)
            CallEntry.objects.filter(person_ref__in=other.people).update(
                due_at=clock.now() + timedelta(hours=1)
            )
    assert held == {people[name].pk for name in ("wang", "li", "silent", "smith")}


def test_same_phone_is_one_call_even_where_it_is_unverified(all_due, people, officer, say):
    for name in ("silent", "li"):
        add_contact_point(person=people[name], channel="sms", address="+6785550177")
    say(people["silent"], EventKind.POSSIBLE_HELP)
    call = take_next(incident=all_due, officer=officer)
    assert call.people == [people["silent"].pk, people["li"].pk]


def test_who_was_found_meanwhile_is_not_part_of_the_call(all_due, people, officer, say):
    say(people["chen_wife"], EventKind.SAFE)
    say(people["chen"], EventKind.POSSIBLE_HELP)
    assert take_next(incident=all_due, officer=officer).people == [people["chen"].pk]


def test_lease_that_ran_out_lets_a_colleague_take_over(incident, officer, second_officer):
    call = take_next(incident=incident, officer=officer)
    assert take_next(incident=incident, officer=second_officer) is None
    lease_over(call)
    other = take_next(incident=incident, officer=second_officer)
    assert other.lead_ref == call.lead_ref
    call.refresh_from_db()
    assert call.end == "expired"
    assert not renew_call(call=call, officer=officer)


def test_lease_that_ran_out_is_renewed_while_nobody_took_over(incident, officer):
    """An officer on the line for ten minutes whose browser slept."""
    call = take_next(incident=incident, officer=officer)
    lease_over(call)
    assert renew_call(call=call, officer=officer)
    call.refresh_from_db()
    assert call.lease_until > clock.real_now() + LEASE - timedelta(seconds=30)


def test_page_that_is_left_gives_back_soon_and_one_that_is_reloaded_holds_on(incident, officer):
    call = take_next(incident=incident, officer=officer)
    leave_call(call=call, officer=officer)
    entry = CallEntry.objects.get(call=call)
    assert entry.held_until < clock.real_now() + timedelta(seconds=31)
    assert renew_call(call=call, officer=officer)
    entry.refresh_from_db()
    assert entry.held_until > clock.real_now() + timedelta(minutes=4)


def test_released_goes_back_to_its_place(incident, officer, second_officer):
    call = take_next(incident=incident, officer=officer)
    assert release_call(call=call, officer=officer)
    assert not release_call(call=call, officer=officer)
    assert take_next(incident=incident, officer=second_officer).lead_ref == call.lead_ref


def test_only_the_holder_acts_on_a_call(incident, officer, second_officer):
    call = take_next(incident=incident, officer=officer)
    with refused("not_yours"):
        release_call(call=call, officer=second_officer)
    assert not renew_call(call=call, officer=second_officer)
    leave_call(call=call, officer=second_officer)
    assert CallEntry.objects.get(call=call).held_until > clock.real_now() + timedelta(minutes=4)


def test_who_may_not_take(incident, officer, outsider, planner):
    for user, code in ((outsider, "not_found"), (planner, "forbidden")):
        with pytest.raises(DomainError) as refusal:
            take_next(incident=incident, officer=user)
        assert refusal.value.code == code
    stand_down_incident(incident=incident, officer=officer)
    incident.refresh_from_db()
    with refused("wrong_state"):
        take_next(incident=incident, officer=officer)
