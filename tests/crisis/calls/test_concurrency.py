"""Officers who press at the same moment, in threads with connections of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from config.kernel import clock
from crisis.calls.models import Call, CallAttempt, CallEntry
from crisis.calls.services import record_outcome, take_next
from crisis.calls.services.listing import list_newcomers
from crisis.calls.services.outcomes import Result
from crisis.calls.states import Outcome
from crisis.rollcall.models import RollCallEvent
from registry.models import Household
from tests.support.scene import declare, settle

pytestmark = pytest.mark.django_db(transaction=True)
OFFICERS, FAMILIES = 4, 6


@pytest.fixture
def incident(transactional_db, held_clock, post, make_user):
    """Six couples, each with one phone."""
    for number in range(FAMILIES):
        home = Household.objects.create()
        for name in ("伟", "芳"):
            settle(f"陈{name}", phone=f"+678555020{number}", household=home)
    declarer = make_user("declarer", "officer", post)
    declared = declare(post, declarer, people=2 * FAMILIES)
    list_newcomers()
    CallEntry.objects.update(due_at=clock.now())
    return declared


def together(work, count):
    """`work(n)` in as many threads, which begin at one moment."""
    gate = Barrier(count)

    def begin(number):
        try:
            gate.wait(timeout=10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def test_nobody_is_offered_to_two_officers_who_press_at_once(incident, make_user, post):
    officers = [make_user(f"officer{n}", "officer", post) for n in range(OFFICERS)]

    def work(number):
        """Two calls each, one after the other."""
        taken = []
        for _ in range(2):
            call = take_next(incident=incident, officer=officers[number])
            if call is None:
                continue
            taken.append(call)
            record_outcome(
                call=call, officer=officers[number], result=Result(outcome=Outcome.NO_ANSWER)
            )
        return taken

    calls = [call for taken in together(work, OFFICERS) for call in taken]
    people = [ref for call in calls for ref in call.people]
    assert len(people) == len(set(people)) == CallAttempt.objects.count()
    assert len(calls) >= OFFICERS
    assert all(len(call.people) == 2 for call in calls)


def test_one_officer_who_presses_twice_has_one_call(incident, make_user, post):
    officer = make_user("hasty", "officer", post)
    calls = together(lambda _: take_next(incident=incident, officer=officer), 3)
    assert len({call.pk for call in calls}) == Call.objects.count() == 1


def test_result_that_is_sent_twice_at_once_is_one_line(incident, make_user, post):
    officer = make_user("hasty", "officer", post)
    call = take_next(incident=incident, officer=officer)
    result = Result(outcome=Outcome.NEEDS_HELP)
    together(lambda _: record_outcome(call=call, officer=officer, result=result), 3)
    assert RollCallEvent.objects.filter(kind="needs_help").count() == 2
    assert CallAttempt.objects.count() == 2
