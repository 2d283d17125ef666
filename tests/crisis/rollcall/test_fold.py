"""The fold: blind to order and repetition, and deaf to what must not lower a call for help."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.rollcall.fold import Fact, Folded, fold
from crisis.rollcall.states import Condition, Contact, EventKind, Movement

K = EventKind
START = datetime(2024, 12, 17, 2, tzinfo=UTC)


def facts(*kinds):
    """One a minute, in this order."""
    return [Fact(kind, START + timedelta(minutes=n)) for n, kind in enumerate(kinds)]


def at(minute, kind):
    return Fact(kind, START + timedelta(minutes=minute))


moments = st.integers(0, 5).map(lambda minute: START + timedelta(minutes=minute))
logs = st.lists(st.builds(Fact, st.sampled_from(EventKind), moments), max_size=8)


@given(log=logs, data=st.data())
def test_order_and_repetition_change_nothing(log, data):
    shuffled = data.draw(st.permutations(log))
    repeated = shuffled + data.draw(
        st.lists(st.sampled_from(log), max_size=4) if log else st.just([])
    )
    assert fold(repeated) == fold(log)


LOWERS_NOTHING = [K.ALERTED, K.UNREACHED, K.NO_ANSWER, K.POSSIBLE_HELP, K.BOARDED, K.MISSING]


@given(later=st.lists(st.sampled_from(LOWERS_NOTHING), max_size=6))
def test_timer_or_receipt_never_lowers_a_call_for_help(later):
    folded = fold(facts(K.SAFE, K.NEEDS_HELP, *later))
    assert folded.condition == Condition.NEEDS_HELP
    assert folded.contact != Contact.NO_ANSWER


@given(older=logs)
def test_older_message_never_lowers_a_call_for_help(older):
    help_at = max([fact.occurred_at for fact in older], default=START) + timedelta(minutes=1)
    folded = fold([Fact(K.NEEDS_HELP, help_at), *older])
    assert folded.condition in (Condition.NEEDS_HELP, Condition.DECEASED) or folded.possible_help


@given(log=logs)
def test_newest_call_for_help_is_never_hidden(log):
    """«safe → help always gets through», whatever officers have recorded before."""
    if log and max(log, key=lambda f: f.occurred_at).kind == K.NEEDS_HELP:
        folded = fold(log)
        newest = max(fact.occurred_at for fact in log)
        graver = {f.kind for f in log if f.occurred_at == newest} & {K.INJURED, K.DECEASED}
        seen = folded.condition in (Condition.NEEDS_HELP, Condition.INJURED)
        assert seen or folded.possible_help or graver


def test_safe_after_help_by_the_person_counts():
    assert fold(facts(K.NEEDS_HELP, K.SAFE)).condition == Condition.SAFE


def test_help_and_safe_in_one_moment_is_help():
    for order in ([K.NEEDS_HELP, K.SAFE], [K.SAFE, K.NEEDS_HELP]):
        assert fold([at(0, kind) for kind in order]).condition == Condition.NEEDS_HELP


@pytest.mark.parametrize("clear", [K.SAFE, K.LEFT_AREA, K.WANTS_OUT])
def test_unclear_words_in_the_moment_of_a_clear_answer_stay_visible(clear):
    assert fold([at(0, K.POSSIBLE_HELP), at(0, clear)]).possible_help


@given(log=logs)
def test_reply_never_undoes_a_boarding(log):
    replies = [K.SAFE, K.NEEDS_HELP, K.LEFT_AREA, K.WANTS_OUT, K.POSSIBLE_HELP]
    gate = [fact for fact in log if fact.kind not in replies]
    with_replies = fold(log)
    if fold(gate).movement in (Movement.EVACUATING, Movement.EVACUATED):
        assert with_replies.movement == fold(gate).movement


@given(log=logs)
def test_nothing_undoes_a_death(log):
    if any(fact.kind == K.DECEASED for fact in log):
        assert fold(log).condition == Condition.DECEASED


@pytest.mark.parametrize("recorded", [K.INJURED, K.IDENTITY_PENDING])
def test_own_safe_does_not_paper_over_what_officers_recorded(recorded):
    assert fold(facts(recorded, K.SAFE)).condition == Condition(recorded.value)
    assert fold(facts(recorded, K.HELP_CLOSED)).condition == Condition.SAFE


@pytest.mark.parametrize(
    ("kinds", "contact"),
    [
        ([], "not_contacted"),
        ([K.UNREACHED], "not_contacted"),
        ([K.ALERTED], "alerted"),
        ([K.ALERTED, K.NO_ANSWER], "no_answer"),
        ([K.NO_ANSWER, K.ALERTED], "no_answer"),
        ([K.NO_ANSWER, K.SAFE], "answered"),
        ([K.SAFE, K.NO_ANSWER, K.ALERTED], "answered"),
        ([K.NO_ANSWER, K.MISSING, K.ALERTED], "missing"),
        ([K.MISSING, K.SAFE], "answered"),
        ([K.SAFE, K.MISSING], "missing"),
    ],
)
def test_contact(kinds, contact):
    assert fold(facts(*kinds)).contact == contact


@pytest.mark.parametrize(
    ("kinds", "movement", "wants_out"),
    [
        ([K.WANTS_OUT], "in_area", True),
        ([K.WANTS_OUT, K.SAFE], "in_area", True),
        ([K.WANTS_OUT, K.LEFT_AREA], "left_area", False),
        ([K.WANTS_OUT, K.BOARDED], "evacuating", True),
        ([K.WANTS_OUT, K.BOARDED, K.ARRIVED], "evacuated", False),
        ([K.BOARDED, K.DISEMBARKED], "in_area", False),
        ([K.BOARDED, K.LEFT_AREA], "evacuating", False),
        ([K.BOARDED, K.ARRIVED, K.NEEDS_HELP], "evacuated", False),
        ([K.ARRIVED], "left_area", False),
        ([K.ARRIVED, K.DISEMBARKED], "left_area", False),
        ([K.BOARDED, K.DISEMBARKED, K.ARRIVED], "left_area", False),
        # A gate's clock that is fast, and the ship home from the safe haven.
        ([K.ARRIVED, K.BOARDED], "evacuated", False),
        ([K.BOARDED, K.ARRIVED, K.BOARDED], "evacuated", False),
        ([K.BOARDED, K.ARRIVED, K.BOARDED, K.DISEMBARKED], "evacuated", False),
        ([K.BOARDED, K.ARRIVED, K.LEFT_AREA], "evacuated", False),
    ],
)
def test_movement_and_wish(kinds, movement, wants_out):
    folded = fold(facts(*kinds))
    assert (folded.movement, folded.wants_out) == (movement, wants_out)


@given(log=logs)
def test_evacuated_takes_a_boarding_and_an_arrival(log):
    kinds = {fact.kind for fact in log}
    if not {K.BOARDED, K.ARRIVED} <= kinds:
        assert fold(log).movement != Movement.EVACUATED


@given(log=logs, onward=st.lists(st.sampled_from([K.BOARDED, K.DISEMBARKED, K.ARRIVED])))
def test_crossing_again_never_takes_evacuated_back(log, onward):
    if fold(log).movement == Movement.EVACUATED:
        later = [at(10 + n, kind) for n, kind in enumerate(onward)]
        assert fold([*log, *later]).movement == Movement.EVACUATED


def test_answered_at_is_the_newest_answer():
    assert fold(facts(K.SAFE, K.ALERTED, K.NEEDS_HELP, K.NO_ANSWER)).answered_at == START + (
        timedelta(minutes=2)
    )
    assert fold(facts(K.ALERTED)).answered_at is None


def test_empty_log_is_the_beginning():
    assert fold([]) == Folded()


def test_alert_that_could_not_be_delivered_reached_nobody():
    taken = Fact(K.ALERTED, START, "delivery:1")
    lost = Fact(K.UNREACHED, START + timedelta(minutes=1), "delivery:1")
    other = Fact(K.ALERTED, START, "delivery:2")
    assert fold([taken, lost]).contact == Contact.NOT_CONTACTED
    assert fold([lost, taken, other]).contact == Contact.ALERTED


# -- a liaison's word ---------------------------------------------------------------------------


def test_liaison_says_safe_of_whom_nothing_is_known():
    folded = fold(facts(K.ALERTED, K.REPORTED_SAFE))
    assert folded == Folded(condition=Condition.SAFE, contact=Contact.ALERTED, spoken_for=True)


@pytest.mark.parametrize(
    "kind", [K.NEEDS_HELP, K.INJURED, K.IDENTITY_PENDING, K.DECEASED, K.POSSIBLE_HELP, K.SAFE]
)
def test_liaisons_safe_changes_nothing_that_is_known(kind):
    assert fold(facts(kind, K.REPORTED_SAFE)) == fold(facts(kind))


@given(log=logs)
def test_liaisons_safe_never_takes_help_away_and_answers_for_nobody(log):
    without = fold(log)
    with_word = fold([*log, Fact(K.REPORTED_SAFE, START)])
    assert with_word.contact == without.contact
    assert with_word.answered_at == without.answered_at
    if without.condition != Condition.UNKNOWN:
        assert with_word.condition == without.condition
    if without.possible_help:
        assert with_word.possible_help


def test_persons_own_word_takes_the_place_of_the_liaisons():
    for kind, condition in ((K.NEEDS_HELP, "needs_help"), (K.SAFE, "safe")):
        folded = fold(facts(K.REPORTED_SAFE, kind))
        assert (folded.condition, folded.spoken_for) == (condition, False)
    unclear = fold(facts(K.REPORTED_SAFE, K.POSSIBLE_HELP))
    assert (unclear.condition, unclear.possible_help) == (Condition.UNKNOWN, True)


def test_silence_goes_on_after_a_liaisons_word():
    assert fold(facts(K.ALERTED, K.REPORTED_SAFE, K.NO_ANSWER)).contact == Contact.NO_ANSWER


@given(later=st.lists(st.sampled_from([K.PLANS_OUT, K.PLANS_STAY, K.ADDED]), max_size=6))
def test_plans_and_words_never_lower_a_call_for_help(later):
    """Who asked for help and then wants to leave, or stays, still needs help."""
    assert fold(facts(K.SAFE, K.NEEDS_HELP, *later)).condition == Condition.NEEDS_HELP


def test_newest_plan_counts():
    assert fold(facts(K.WANTS_OUT, K.PLANS_STAY)).wants_out is False
    assert fold(facts(K.SAFE, K.PLANS_STAY, K.PLANS_OUT)).wants_out is True
    assert fold(facts(K.PLANS_OUT)).condition == Condition.UNKNOWN
    assert fold(facts(K.ALERTED, K.ADDED)).contact == Contact.ANSWERED


# -- a line that was taken back -----------------------------------------------------------------

named = st.builds(Fact, st.sampled_from(EventKind), moments, st.just(""), st.sampled_from("abcd"))


@given(log=st.lists(named, max_size=8), data=st.data())
def test_line_that_is_taken_back_is_as_if_it_had_never_been(log, data):
    line = data.draw(st.sampled_from("abcd"))
    said = [fact for fact in log if fact.kind != K.WITHDRAWN]
    back = Fact(K.WITHDRAWN, data.draw(moments), "", line)
    assert fold([*said, back]) == fold([fact for fact in said if fact.line != line])


@given(log=logs)
def test_correction_that_names_no_line_changes_nothing(log):
    assert fold([*log, Fact(K.WITHDRAWN, START, "", "nowhere")]) == fold(log)


@pytest.mark.parametrize("kind", [K.WRONG_NUMBER, K.CALL_AGAIN])
@given(log=logs)
def test_call_that_brought_no_word_changes_nothing(kind, log):
    assert fold([*log, Fact(kind, START)]) == fold(log)
