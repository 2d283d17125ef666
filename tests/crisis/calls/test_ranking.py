"""Who is telephoned first."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.calls.ranking import (
    LONGEST_GAP,
    Known,
    first_due,
    gap_after,
    grounds_of,
    rank_of,
    tier_of,
    tier_of_rank,
)
from crisis.calls.states import Ground, Tier

TODAY = date(2024, 12, 17)
SINCE = datetime(2024, 12, 17, 2, tzinfo=UTC)
REMINDED, SILENT = timedelta(minutes=15), timedelta(minutes=60)

known = st.builds(
    Known,
    needs=st.lists(st.sampled_from(["wheelchair", "oxygen", "pregnant", "infant"]), max_size=3),
    health_note=st.booleans(),
    born=st.none() | st.dates(date(1920, 1, 1), TODAY),
    alone=st.booleans(),
    addressed=st.booleans(),
    landline=st.booleans(),
    undelivered=st.booleans(),
)


@pytest.mark.parametrize(
    ("facts", "ground"),
    [
        ({"needs": ["oxygen"]}, Ground.HEALTH),
        ({"health_note": True}, Ground.HEALTH),
        ({"needs": ["pregnant"]}, Ground.PREGNANT),
        ({"needs": ["infant"]}, Ground.MINOR),
        ({"born": date(2006, 12, 18)}, Ground.MINOR),
        ({"born": date(2006, 12, 17)}, Ground(0)),
        ({"born": date(1964, 12, 17)}, Ground.ELDERLY),
        ({"born": date(1964, 12, 18)}, Ground(0)),
        ({"alone": True}, Ground.ALONE),
        ({"addressed": False, "landline": True}, Ground.NO_ADDRESS),
        ({"landline": True}, Ground.LANDLINE),
        ({"undelivered": True}, Ground.UNDELIVERED),
        ({"needs": ["vegetarian"]}, Ground(0)),
    ],
)
def test_ground_follows_from_what_is_known(facts, ground):
    assert grounds_of(Known(**facts), TODAY) == ground


def test_order_of_the_tiers():
    order = [
        Known(needs=["oxygen"], born=date(1940, 1, 1)),
        Known(needs=["oxygen"]),
        Known(born=date(1940, 1, 1), alone=True),
        Known(born=date(1940, 1, 1)),
        Known(addressed=False, alone=True),
        Known(addressed=False),
        Known(landline=True),
        Known(alone=True),
        Known(),
    ]
    ranks = [rank_of(grounds_of(one, TODAY)) for one in order]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


@given(one=known, other=known)
def test_nobody_of_a_lower_tier_comes_before_a_higher_one(one, other):
    first, second = grounds_of(one, TODAY), grounds_of(other, TODAY)
    if tier_of(first) < tier_of(second):
        assert rank_of(first) < rank_of(second)
    assert tier_of_rank(rank_of(first)) == tier_of(first)


@given(one=known)
def test_another_ground_never_sends_anybody_back(one):
    grounds = grounds_of(one, TODAY)
    for more in Ground:
        assert rank_of(grounds | more) <= rank_of(grounds)


def test_when_somebody_is_offered_first():
    def due(grounds):
        return first_due(grounds, SINCE, reminded=REMINDED, silent=SILENT) - SINCE

    assert due(Ground.NO_ADDRESS) == due(Ground.LANDLINE | Ground.ELDERLY) == timedelta(0)
    assert due(Ground.ELDERLY) == REMINDED
    assert due(Ground.ALONE) == due(Ground(0)) == SILENT
    assert tier_of(Ground.LANDLINE | Ground.ELDERLY) == Tier.VULNERABLE


def test_gap_grows_and_stays_within_its_limit():
    gaps = [gap_after(n) for n in range(1, 40)]
    assert gaps == sorted(gaps)
    assert [gap.seconds // 60 for gap in gaps[:5]] == [10, 20, 40, 80, 120]
    assert gaps[-1] == LONGEST_GAP
    assert gap_after(0) == timedelta(0)
