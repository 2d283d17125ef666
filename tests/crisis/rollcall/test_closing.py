"""Standing down: timers stop, late answers are kept, the unresolved go to a named officer."""

import pytest

from config.kernel.errors import DomainError
from crisis.incidents.services import reopen_incident
from crisis.rollcall.models import DueStep, Handover
from crisis.rollcall.services import record_status
from crisis.rollcall.services.closing import (
    accept_handover,
    close_incident,
    hand_over,
    reopen_closed_incident,
)
from crisis.rollcall.states import EventKind
from crisis.rollcall.unresolved import unresolved, unresolved_counts, waiting_for

pytestmark = pytest.mark.django_db
WANG = "+6785550101"


@pytest.fixture
def close(alerted, officer, second_officer):
    return lambda to=second_officer: close_incident(incident=alerted, officer=officer, successor=to)


def test_somebody_is_unresolved_and_somebody_must_be_named(alerted, close, hear, planner, outsider):
    hear(WANG, "2")
    with pytest.raises(DomainError) as refused:
        close(None)
    assert (refused.value.code, refused.value.extra["people"]) == ("name_officer", 6)
    alerted.refresh_from_db()
    assert alerted.state == "declared"
    for unfit in (planner, outsider):
        with pytest.raises(DomainError) as refused:
            close(unfit)
        assert refused.value.code == "unfit_officer"
    close()
    handover = Handover.objects.get()
    assert handover.counts == {
        "all": 6, "needs_help": 1, "identity_pending": 0, "possible_help": 0, "missing": 0,
        "evacuating": 0, "silent": 5,
    }  # fmt: skip
    assert not DueStep.objects.filter(done_at=None).exists()


def test_the_most_urgent_stand_first(alerted, close, people, officer, hear):
    hear(WANG, "2")
    record_status(incident=alerted, person_ref=people["smith"].pk, kind=EventKind.MISSING,
                  officer=officer, note="三次去电无人接听")  # fmt: skip
    refs = [standing.person_ref for standing in unresolved(alerted)]
    assert refs[:2] == [people["wang"].pk, people["smith"].pk]
    missing = unresolved(alerted, what="missing")
    assert [standing.person_ref for standing in missing] == [people["smith"].pk]


def test_late_answer_is_kept_and_takes_a_person_off_the_list(alerted, close, hear, held_clock):
    close()
    held_clock(60)
    hear(WANG, "1")
    assert alerted.standings.filter(condition="safe").count() == 1
    assert unresolved_counts(alerted)["all"] == 5
    assert Handover.objects.get().counts["all"] == 6


def test_only_the_named_officer_accepts_once(close, officer, second_officer):
    close()
    [handover] = waiting_for(second_officer)
    with pytest.raises(DomainError) as refused:
        accept_handover(handover=handover, officer=officer)
    assert refused.value.code == "not_yours"
    accept_handover(handover=handover, officer=second_officer)
    assert not waiting_for(second_officer)
    with pytest.raises(DomainError) as refused:
        accept_handover(handover=handover, officer=second_officer)
    assert refused.value.code == "wrong_state"


def test_handed_on_to_another(alerted, close, officer, second_officer, duty_head):
    with pytest.raises(DomainError) as refused:
        hand_over(incident=alerted, officer=officer, successor=duty_head)
    assert refused.value.code == "wrong_state"
    close()
    hand_over(incident=alerted, officer=second_officer, successor=duty_head)
    assert not waiting_for(second_officer)
    assert [handover.officer for handover in waiting_for(duty_head)] == [duty_head]


def test_reopening_restores_the_room(alerted, close, officer, second_officer):
    steps = DueStep.objects.filter(done_at=None).count()
    close()
    reopen_closed_incident(incident=alerted, officer=officer)
    assert not waiting_for(second_officer)
    assert DueStep.objects.filter(done_at=None).count() == steps
    assert unresolved_counts(alerted)["all"] == 6
    with pytest.raises(DomainError):
        reopen_incident(incident=alerted, officer=officer)


def test_nobody_is_needed_where_nobody_is_unresolved(alerted, close, people, officer):
    for person in list(people.values())[:6]:
        record_status(incident=alerted, person_ref=person.pk, kind=EventKind.SAFE, officer=officer)
    assert close(None).state == "stood_down"
    assert not Handover.objects.exists()
