"""Answers over time as bars."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.console.plotting import HEIGHT, MOST_BARS, WIDTH, plot, round_up

START = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)
FIRST = int(START.timestamp()) // 60
KINDS = ("safe", "left_area", "possible_help", "needs_help", "injured")
MINUTES = st.dictionaries(
    st.integers(FIRST - 30, FIRST + 100_000),
    st.dictionaries(st.sampled_from(KINDS), st.integers(1, 5000), min_size=1),
    max_size=40,
)


@given(MINUTES, st.integers(0, 100_000))
def test_every_answer_stands_in_one_bar_on_the_sheet(by_minute, minutes):
    drawn = plot(by_minute, start=START, until=START + timedelta(minutes=minutes))
    assert drawn.answers == sum(sum(kinds.values()) for kinds in by_minute.values())
    assert len(drawn.bars) <= MOST_BARS
    for bar in drawn.bars:
        assert 0 <= bar.x < bar.x + bar.width <= WIDTH
        assert sum(piece.height for piece in bar.pieces) <= HEIGHT + 0.1
        assert sum(bar.counts.values()) == bar.total
        assert all(piece.y >= -0.1 for piece in bar.pieces)


def test_bars_tell_kinds_apart_and_begin_on_their_step():
    by_minute = {FIRST: {"safe": 3, "needs_help": 1}, FIRST + 1: {"possible_help": 2}}
    drawn = plot(by_minute, start=START, until=START + timedelta(minutes=90))
    assert drawn.step == 2
    first = drawn.bars[0]
    assert (first.at, first.counts) == (START, {"safe": 3, "unclear": 2, "help": 1})
    assert [piece.series for piece in first.pieces] == ["safe", "unclear", "help"]
    assert [bar.total for bar in drawn.told] == [6]


def test_no_answer_is_no_bar_and_no_error():
    assert plot({}, start=START, until=START).answers == 0


@pytest.mark.parametrize(("most", "top"), [(0, 1), (3, 5), (5, 5), (11, 20), (501, 1000)])
def test_scale_ends_on_a_round_number(most, top):
    assert round_up(most) == top
