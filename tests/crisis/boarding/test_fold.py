"""Where somebody stands with a transport, blind to order and repetition."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.boarding.fold import Fact, Folded, fold
from crisis.boarding.states import ScanKind

K = ScanKind
BEGIN = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)


def at(minute):
    return BEGIN + timedelta(minutes=minute)


def folded(*kinds):
    """Of scans a minute apart, in this order."""
    stands = fold(Fact(kind, at(minute)) for minute, kind in enumerate(kinds))
    return stands and stands.state


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ((), None),
        ((K.BOARDED,), K.BOARDED),
        ((K.NO_SHOW, K.BOARDED), K.BOARDED),
        ((K.REFUSED, K.BOARDED), K.BOARDED),
        ((K.BOARDED, K.TAKEN_OFF), K.TAKEN_OFF),
        ((K.BOARDED, K.TAKEN_OFF, K.BOARDED), K.BOARDED),
        ((K.TAKEN_OFF, K.REFUSED), K.REFUSED),
        # A gate that waited in vain, or saw the same code again, knows nothing of the other gate.
        ((K.BOARDED, K.NO_SHOW), K.BOARDED),
        ((K.BOARDED, K.REFUSED), K.BOARDED),
        ((K.TAKEN_OFF, K.NO_SHOW), K.TAKEN_OFF),
        ((K.REFUSED, K.NO_SHOW), K.REFUSED),
    ],
)
def test_state_follows(kinds, state):
    assert folded(*kinds) == state


def test_of_one_moment_the_later_kind_counts():
    facts = [Fact(K.TAKEN_OFF, at(0)), Fact(K.BOARDED, at(0)), Fact(K.NO_SHOW, at(0))]
    assert fold(facts) == Folded(K.TAKEN_OFF, at(0))


def test_same_said_twice_holds_since_the_first():
    assert fold([Fact(K.BOARDED, at(5)), Fact(K.BOARDED, at(1))]) == Folded(K.BOARDED, at(1))


FACTS = st.lists(st.builds(Fact, st.sampled_from(ScanKind), st.integers(0, 6).map(at)), max_size=8)


@given(FACTS, st.randoms())
def test_order_and_repetition_change_nothing(facts, chance):
    mixed = facts * 2
    chance.shuffle(mixed)
    assert fold(mixed) == fold(facts)


@given(FACTS)
def test_whoever_boarded_last_and_was_not_taken_off_since_is_aboard(facts):
    boarded = [fact.at for fact in facts if fact.kind == K.BOARDED]
    off = [fact.at for fact in facts if fact.kind == K.TAKEN_OFF]
    stands = fold(facts)
    aboard = bool(boarded) and (not off or max(boarded) > max(off))
    assert (stands is not None and stands.state == K.BOARDED) is aboard
