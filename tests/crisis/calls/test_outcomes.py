"""What a call came to, and taking it back."""

from datetime import timedelta

import pytest

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.calls.models import CallAttempt, CallEntry
from crisis.calls.selectors import offered
from crisis.calls.services import record_outcome, release_call, take_next, undo_outcome
from crisis.calls.services.outcomes import Result
from crisis.calls.states import Outcome
from crisis.cases.models import Case
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.signals import help_called
from crisis.rollcall.states import EventKind
from registry.models import ContactPoint
from registry.services.people import add_contact_point
from tests.support.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(incident, people, officer):
    return take_next(incident=incident, officer=officer)  # 赵无声, who has no address


def keyed(call, officer, outcome, **more):
    return record_outcome(
        call=call, officer=officer, result=Result(outcome=Outcome(outcome), **more)
    )


def lead(people):
    return people["silent"]


@pytest.mark.parametrize(
    ("outcome", "condition", "contact", "wants_out"),
    [
        ("safe", "safe", "answered", False),
        ("needs_help", "needs_help", "answered", False),
        ("wants_out", "safe", "answered", True),
        ("no_answer", "unknown", "no_answer", False),
        ("call_again", "unknown", "not_contacted", False),
    ],
)
def test_outcome_is_a_line_of_the_roll_call(
    call, people, officer, standing, outcome, condition, contact, wants_out
):
    (attempt,) = keyed(call, officer, outcome, note="女声接听", place="港口")
    found = standing(lead(people))
    assert (found.condition, found.contact, found.wants_out) == (condition, contact, wants_out)
    line = RollCallEvent.objects.get(source_key=attempt.line)
    assert (line.source, line.recorded_by, line.note) == ("officer", "officer", "女声接听")
    assert (attempt.note, attempt.place) == ("女声接听", "港口")
    assert "女声" not in str(AuditEntry.objects.get(act=f"rollcall.call_{outcome}").detail)
    assert audit.first_broken() is None


def test_one_call_covers_the_family(incident, people, officer, say, standing):
    say(people["chen"], EventKind.POSSIBLE_HELP)
    call = take_next(incident=incident, officer=officer)
    assert len(keyed(call, officer, "safe")) == 2
    for name in ("chen", "chen_wife"):
        assert standing(people[name]).condition == "safe"


def test_who_is_not_ticked_stays_on_the_list(incident, people, officer, say, standing, entry):
    say(people["chen"], EventKind.POSSIBLE_HELP)
    call = take_next(incident=incident, officer=officer)
    keyed(call, officer, "safe", people=[people["chen"].pk])
    assert standing(people["chen_wife"]).condition == "unknown"
    left = entry(people["chen_wife"])
    assert (left.call, left.open) == (None, True)


def test_no_answer_comes_back_with_a_growing_gap(incident, people, officer, held_clock, entry):
    gaps = []
    for _ in range(3):
        call = take_next(incident=incident, officer=officer)
        keyed(call, officer, "no_answer")
        found = entry(lead(people))
        gaps.append((found.due_at - clock.now()).seconds // 60)
        assert take_next(incident=incident, officer=officer) is None
        held_clock((found.due_at - clock.now()).seconds)
    assert gaps == [10, 20, 40]
    assert entry(lead(people)).attempts == 3


def test_unclear_words_after_a_call_without_answer_are_offered_at_once(
    incident, people, officer, say, held_clock
):
    say(people["wang"], EventKind.POSSIBLE_HELP)
    held_clock(1)
    keyed(take_next(incident=incident, officer=officer), officer, "no_answer")
    assert people["wang"].pk not in [row.person_ref for row in offered(incident, limit=9)]
    held_clock(30)
    say(people["wang"], EventKind.POSSIBLE_HELP)
    assert offered(incident, limit=9)[0].person_ref == people["wang"].pk


def test_call_again_at_the_time_that_was_said(call, incident, people, officer, held_clock, entry):
    at = clock.now() + timedelta(minutes=25)
    keyed(call, officer, "call_again", again_at=at)
    assert entry(lead(people)).again_at == at
    assert take_next(incident=incident, officer=officer) is None
    held_clock(25 * 60)
    assert take_next(incident=incident, officer=officer).lead_ref == lead(people).pk


@pytest.mark.parametrize("away", [timedelta(0), timedelta(days=8), timedelta(minutes=-1)])
def test_time_that_cannot_be_meant_is_refused(call, officer, away):
    with pytest.raises(DomainError) as refusal:
        keyed(call, officer, "call_again", again_at=clock.now() + away)
    assert refusal.value.code == "bad_time"
    assert refusal.value.extra == {"field": "again_at"}
    assert not CallAttempt.objects.exists()


def test_wrong_number_is_retired_for_everybody_and_the_next_number_is_tried(
    incident, people, officer, entry
):
    add_contact_point(person=people["silent"], channel="sms", address="+6785550188")
    add_contact_point(person=people["silent"], channel="sms", address="+6785550189")
    add_contact_point(person=people["beyond"], channel="sms", address="+6785550188")
    call = take_next(incident=incident, officer=officer)
    with refused("number_needed"):
        keyed(call, officer, "wrong_number")
    wrong = people["silent"].contact_points.get(address_index=index_of("+6785550188"))
    keyed(call, officer, "wrong_number", contact_ref=wrong.pk)
    assert ContactPoint.objects.filter(retired_at=None, person=people["silent"]).count() == 1
    assert not ContactPoint.objects.filter(
        retired_at=None, address_index=index_of("+6785550188")
    ).exists()
    again = take_next(incident=incident, officer=officer)
    assert again.lead_ref == call.lead_ref
    other = ContactPoint.objects.get(retired_at=None, person=people["silent"])
    keyed(again, officer, "wrong_number", contact_ref=other.pk)
    assert entry(people["silent"]).due_at > clock.now()  # no number is left


def index_of(number):
    from registry.addresses import address_index

    return address_index("sms", number)


def test_number_of_somebody_else_is_no_choice(call, people, officer):
    stranger = people["wang"].contact_points.get(channel="sms")
    with refused("number_needed"):
        keyed(call, officer, "wrong_number", contact_ref=stranger.pk)
    with refused("nobody_covered"):
        keyed(call, officer, "safe", people=[people["wang"].pk])


def test_pressed_twice_is_written_once_and_another_result_is_refused(call, officer):
    first = keyed(call, officer, "safe")
    assert keyed(call, officer, "safe") == first
    with refused("call_ended"):
        keyed(call, officer, "needs_help")


def test_help_is_told_once(call, officer, people):
    told = []

    def hear(sender, calls, **_):
        told.extend(calls)

    help_called.connect(hear)
    try:
        keyed(call, officer, "needs_help")
        keyed(call, officer, "needs_help")
    finally:
        help_called.disconnect(hear)
    assert [one.person_ref for one in told] == [lead(people).pk]


# -- taking back --------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["safe", "needs_help", "wants_out", "no_answer", "call_again"])
def test_mis_key_is_taken_back_by_a_line_of_its_own(
    call, people, officer, standing, entry, outcome
):
    before = standing(lead(people))
    keyed(call, officer, outcome)
    lines = list(RollCallEvent.objects.values_list("pk", "kind"))
    assert undo_outcome(call=call, officer=officer)
    after = standing(lead(people))
    for facet in ("condition", "movement", "contact", "wants_out", "answered_at"):
        assert getattr(after, facet) == getattr(before, facet)
    written = list(RollCallEvent.objects.values_list("pk", "kind"))
    assert written[: len(lines)] == lines
    assert [kind for _, kind in written[len(lines) :]] == ["withdrawn"]
    assert [row.outcome for row in CallAttempt.objects.order_by("pk")] == [outcome, "undone"]
    found = entry(lead(people))
    assert (found.open, found.attempts, found.call) == (True, 0, call)
    keyed(call, officer, "safe")
    assert standing(lead(people)).condition == "safe"


def test_what_came_in_meanwhile_survives_the_correction(call, people, officer, say, standing):
    keyed(call, officer, "safe")
    say(lead(people), EventKind.NEEDS_HELP)
    undo_outcome(call=call, officer=officer)
    assert standing(lead(people)).condition == "needs_help"


def test_retired_number_is_restored(incident, people, officer):
    add_contact_point(person=people["silent"], channel="sms", address="+6785550188")
    call = take_next(incident=incident, officer=officer)
    number = people["silent"].contact_points.get()
    keyed(call, officer, "wrong_number", contact_ref=number.pk)
    undo_outcome(call=call, officer=officer)
    number.refresh_from_db()
    assert number.retired_at is None


def test_correction_has_its_time_and_happens_once(call, officer, held_clock):
    with refused("nothing_to_undo"):
        undo_outcome(call=call, officer=officer)
    keyed(call, officer, "safe")
    held_clock(181)
    with refused("too_late"):
        undo_outcome(call=call, officer=officer)


def test_correction_after_the_next_call_was_taken_puts_back_on_the_list(
    incident, people, officer, call, say
):
    keyed(call, officer, "safe")
    say(people["wang"], EventKind.POSSIBLE_HELP)
    other = take_next(incident=incident, officer=officer)
    assert not undo_outcome(call=call, officer=officer)
    release_call(call=other, officer=officer)
    assert lead(people).pk in [row.person_ref for row in offered(incident, limit=9)]


def test_result_of_a_lease_that_ran_out_still_counts(
    call, incident, people, officer, second_officer, standing
):
    past = clock.real_now() - timedelta(seconds=1)
    CallEntry.objects.filter(call=call).update(held_until=past)
    other = take_next(incident=incident, officer=second_officer)
    keyed(call, officer, "safe")
    assert standing(lead(people)).condition == "safe"
    assert other.entries.count() == 1


# -- one case -----------------------------------------------------------------------------------


def test_help_for_a_family_is_one_case_with_what_was_said(incident, people, officer, say):
    say(people["chen"], EventKind.POSSIBLE_HELP)
    call = take_next(incident=incident, officer=officer)
    keyed(call, officer, "needs_help", place="市场二楼", note="腿伤，走不动")
    case = Case.objects.get()
    assert {row.person_ref for row in case.persons.all()} == set(call.people)
    assert (case.origin, case.place, case.event) == ("call", "市场二楼", "腿伤，走不动")
    assert case.post == incident.post
    assert case.contacted_at is not None  # the officer spoke with them: no clock runs
    assert "called_again" not in case.events.values_list("kind", flat=True)


def test_help_of_somebody_with_a_case_is_noted_there(incident, people, officer, say):
    say(people["wang"], EventKind.NEEDS_HELP)
    say(people["wang"], EventKind.POSSIBLE_HELP)
    Standing.objects.filter(person_ref=people["wang"].pk).update(possible_help=True)
    call = take_next(incident=incident, officer=officer)
    keyed(call, officer, "needs_help")
    assert Case.objects.count() == 1


def test_mis_keyed_help_tells_its_case(call, officer):
    keyed(call, officer, "needs_help")
    undo_outcome(call=call, officer=officer)
    keyed(call, officer, "needs_help")
    case = Case.objects.get()
    kinds = list(case.events.order_by("pk").values_list("kind", flat=True))
    assert kinds.count("opened") == 1
    assert "note" in kinds
