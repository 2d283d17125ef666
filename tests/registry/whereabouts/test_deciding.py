"""Which place counts: whatever the order of the facts, and always one that the search considers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.models import Ground
from registry.whereabouts.deciding import Fact, decide

AT = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
HOME = Fact(1, "residence", AT - 900 * HOUR)


def leg(pk: int, begins: float, ends: float) -> Fact:
    """A leg by the hours from now at which it begins and ends."""
    return Fact(pk, "trip", AT - 800 * HOUR, AT + begins * HOUR, AT + ends * HOUR)


def shared(pk: int, hours_ago: float) -> Fact:
    return Fact(pk, "shared", AT - hours_ago * HOUR)


# Hours apart so small that legs touch, overlap and leave gaps around every limit.
HOURS = st.one_of(st.integers(-130, 130), st.sampled_from((-72, -48, 0, 48, 72)))
LEGS = st.builds(
    lambda pk, begins, lasts: leg(pk, begins, begins + lasts),
    st.integers(10, 40), HOURS, st.integers(0, 120),
)  # fmt: skip
SHARED = st.builds(shared, st.integers(50, 60), HOURS)
HOMES = st.builds(lambda ago: Fact(1, "residence", AT - ago * HOUR), st.integers(0, 900))
PAUSES = st.builds(lambda ahead: Fact(0, "pause", AT, None, AT + ahead * HOUR), HOURS)
FACTS = st.lists(st.one_of(LEGS, SHARED, HOMES, PAUSES), max_size=6, unique_by=lambda fact: fact.id)


def considered(facts: list[Fact], at: datetime) -> set[int]:
    """What the search counts at `at`, written down a second time from the blueprint."""
    positions = [fact for fact in facts if fact.kind == "shared"]
    newest = max(positions, key=lambda fact: (fact.recorded_at, fact.id), default=None)
    if newest and newest.recorded_at >= at - 72 * HOUR:
        return {newest.id}
    if any(fact.kind == "pause" and fact.ends_at and at < fact.ends_at for fact in facts):
        return set()
    trips = [(f.id, f.starts_at, f.ends_at) for f in facts if f.kind == "trip"]
    near = {pk for pk, begins, ends in trips if begins - 48 * HOUR <= at <= ends + 48 * HOUR}
    if any(begins <= at <= ends for _pk, begins, ends in trips):
        return near
    return near | {fact.id for fact in facts if fact.kind == "residence"}


@given(FACTS, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(facts, random):
    again = [*facts, *random.choices(facts, k=3)] if facts else []
    random.shuffle(again)
    assert decide(again, AT) == decide(facts, AT)


@given(FACTS)
def test_choice_is_one_that_the_search_considers(facts):
    found, counted = decide(facts, AT), considered(facts, AT)
    assert found.fact_id in counted if counted else found.fact_id is None
    assert found.contested == (len(counted) > 1)
    assert (found.ground == Ground.NONE) == (not counted)


@given(FACTS, HOURS)
def test_answer_holds_until_it_is_to_be_looked_at_again_and_no_longer(facts, hours):
    found, later = decide(facts, AT), AT + abs(hours) * HOUR
    until = found.recheck_at
    assert until is None or until > AT
    what = (found.fact_id, found.ground, found.contested)
    if until is None or later < until:
        assert decide(facts, later) == found
    if until:
        assert decide(facts, until - TICK)[:2] == what[:2]
        changed = decide(facts, until)
        assert (changed.fact_id, changed.ground, changed.contested) != what


@given(FACTS)
def test_since_is_when_the_choice_began(facts):
    found = decide(facts, AT)
    if found.since is None or found.ground in (Ground.SHARED, Ground.RESIDENCE):
        return
    assert found.since <= AT
    assert decide(facts, found.since)[:2] == found[:2]
    assert decide(facts, found.since - TICK)[:2] != found[:2]


@pytest.mark.parametrize(
    ("facts", "expected", "ground"),
    [
        ([HOME], 1, Ground.RESIDENCE),
        ([HOME, leg(2, -5, 30)], 2, Ground.TRIP),
        ([HOME, leg(2, -5, 30), shared(3, 71)], 3, Ground.SHARED),
        ([HOME, leg(2, -5, 30), shared(3, 73)], 2, Ground.TRIP),
        # The newest position alone counts, and when it is stale none does.
        ([HOME, shared(3, 1), shared(4, 2)], 3, Ground.SHARED),
        # A side trip, then the journey it is part of.
        ([HOME, leg(2, -90, 90), leg(3, -5, 5)], 3, Ground.TRIP),
        ([HOME, leg(2, -90, 90), leg(3, -15, -5)], 2, Ground.TRIP),
        # Between two legs: under way for less than 48 h, at home for more.
        ([HOME, leg(2, -90, -10), leg(3, 20, 90)], 2, Ground.TRIP_OVER),
        ([HOME, leg(2, -90, -30), leg(3, 20, 90)], 1, Ground.RESIDENCE),
        # Grace: at home, as long as we know of a home.
        ([HOME, leg(2, -90, -40)], 1, Ground.RESIDENCE),
        ([leg(2, -90, -40)], 2, Ground.TRIP_OVER),
        ([leg(2, 40, 90)], 2, Ground.TRIP_AHEAD),
        ([leg(2, 49, 90)], None, Ground.NONE),
        ([], None, Ground.NONE),
        # At home in China until a day, by their own word: only where they say they are counts.
        ([HOME, leg(2, -5, 30), Fact(0, "pause", AT, None, AT + HOUR)], None, Ground.NONE),
        ([HOME, shared(3, 1), Fact(0, "pause", AT, None, AT + HOUR)], 3, Ground.SHARED),
        ([HOME, Fact(0, "pause", AT, None, AT)], 1, Ground.RESIDENCE),
    ],
)
def test_precedence(facts, expected, ground):
    assert decide(facts, AT)[:2] == (expected, ground)


def test_turns_are_exact():
    away = [HOME, leg(2, 10, 20)]
    found = decide(away, AT)
    assert (found.contested, found.recheck_at) == (True, AT + 10 * HOUR)
    assert decide(away, AT + 10 * HOUR).recheck_at == AT + 20 * HOUR + TICK
    home = decide(away, AT + 21 * HOUR)
    assert (home.ground, home.since) == (Ground.RESIDENCE, AT + 20 * HOUR + TICK)
    assert decide(away, AT + 69 * HOUR).recheck_at is None


def test_dates_without_end_are_no_error():
    for_good = Fact(2, "trip", AT, AT - HOUR, datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    assert decide([HOME, for_good], AT).fact_id == 2
