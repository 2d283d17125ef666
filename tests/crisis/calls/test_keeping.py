"""What was said on the telephone goes with the person, and when its time is over."""

from datetime import timedelta

import pytest

from config.kernel import clock, retention
from config.kernel.rotation import sealed_tables
from crisis.calls.models import CallAttempt
from crisis.calls.services import record_outcome, take_next
from crisis.calls.services.outcomes import Result
from crisis.calls.states import Outcome
from crisis.incidents.models import Incident
from registry.services.erasing import erase_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(incident, officer):
    call = take_next(incident=incident, officer=officer)
    result = Result(outcome=Outcome.NO_ANSWER, note="邻居接听", place="二楼")
    return record_outcome(call=call, officer=officer, result=result)[0]


def close(incident, *, days):
    Incident.objects.filter(pk=incident.pk).update(
        state="stood_down", stood_down_at=clock.now() - timedelta(days=days)
    )


def test_words_are_erased_with_the_person_and_what_it_came_to_stays(incident, attempt):
    close(incident, days=1000)
    assert erase_people(person_ids=[attempt.person_ref], by="test") == {attempt.person_ref}
    attempt.refresh_from_db()
    assert (attempt.note, attempt.place, attempt.outcome) == ("", "", "no_answer")


@pytest.mark.parametrize(("days", "left"), [(364, "邻居接听"), (366, "")])
def test_words_go_a_year_after_the_incident(incident, attempt, days, left):
    close(incident, days=days)
    retention.run(budget_s=10)
    attempt.refresh_from_db()
    assert attempt.note == left


def test_words_stand_sealed_and_are_found_by_the_rotation(attempt):
    (table,) = [table for table in sealed_tables() if table.model is CallAttempt]
    assert {field.name for field in table.fields} == {"note", "place"}
