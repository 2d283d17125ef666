"""Three sets compared both ways: nobody vanishes between them, nobody is counted twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crisis.arrivals.reconciling import (
    Crossing,
    Gap,
    Reconciliation,
    Sides,
    Version,
    Who,
    Why,
    version_for,
)

START = datetime(2024, 12, 17, tzinfo=UTC)
whos = st.frozensets(st.builds(Who, st.integers(1, 8), st.booleans()), max_size=10)
states = st.dictionaries(
    st.builds(Who, st.integers(1, 8), st.booleans()),
    st.sampled_from(["no_show", "refused", "boarded", "taken_off"]),
    max_size=10,
)


@given(listed=whos, boarded=whos, arrived=whos)
def test_every_difference_is_in_a_gap_and_nothing_else_is(listed, boarded, arrived):
    sides = Sides(listed, boarded, arrived)
    named = frozenset().union(*sides.gaps().values())
    for who in listed | boarded | arrived:
        everywhere = who in listed and who in boarded and who in arrived
        assert (who in named) != everywhere
    assert sides.agree == (not named)


@given(listed=whos, boarded=whos, arrived=whos)
def test_the_gaps_lead_from_one_count_to_the_next(listed, boarded, arrived):
    sides = Sides(listed, boarded, arrived)
    assert arrived == (boarded - sides.not_arrived) | sides.not_seen_boarding
    assert listed - sides.not_boarded <= boarded | arrived
    assert sides.not_listed.isdisjoint(listed)


crossings = st.lists(
    st.builds(Crossing, transport=st.just(0), listed=whos, state=states, arrived=whos), max_size=4
)


@given(legs=crossings, out=whos, unassigned=whos)
def test_all_together_counts_everybody_once_and_forgets_nobody(legs, out, unassigned):
    found = Reconciliation(dict(enumerate(legs)), unassigned, out)
    together = found.all
    for number, leg in enumerate(legs):
        assert leg.listed <= together.listed
        assert found.of(number).boarded <= together.boarded
        assert leg.boarded == {who for who, state in leg.state.items() if state == "boarded"}
    assert len(together.boarded) <= sum(len(leg.boarded) for leg in legs)
    assert found.under_way == together.boarded - out


def test_somebody_who_took_another_flight_from_the_same_place_is_said_to_have():
    one, two, three = Who(1), Who(2), Who(3)
    crossing = Crossing(
        5, listed=frozenset({one, two, three}), state={two: "no_show"}, elsewhere=frozenset({one})
    )
    assert [crossing.why(who) for who in (one, two, three)] == [
        Why.ELSEWHERE, Why.NO_SHOW, Why.NO_RECORD,
    ]  # fmt: skip
    sides = Sides(crossing.listed, crossing.boarded, crossing.arrived)
    assert sides.gaps()[Gap.NOT_BOARDED] == {one, two, three}


def versions(*hours):
    return [Version(n, START + timedelta(hours=hour)) for n, hour in enumerate(hours, start=1)]


def test_a_transport_is_held_against_the_version_it_left_with():
    left = START + timedelta(hours=5)
    three = versions(0, 4, 9)
    assert version_for([], used=(), left_at=None) is None
    assert version_for(three, used=(), left_at=None) == 3
    assert version_for(three, used=(), left_at=left) == 2
    assert version_for(three, used=(1,), left_at=left) == 1
    assert version_for(three, used=(1,), left_at=None) == 3
    # Sealed only after it had left: better a late list than none.
    assert version_for(versions(9), used=(), left_at=left) == 1
