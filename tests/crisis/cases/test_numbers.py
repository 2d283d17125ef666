"""The number that is read aloud: any slip is found."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from crisis.cases.numbers import case_number, check_character, is_number
from registry.models import Post

VILA = Post(code="VLI", time_zone="Pacific/Efate")
bodies = st.builds(
    "{}-{:06d}-{}".format,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=5),
    st.integers(0, 991231),
    st.integers(1, 10**7),
)


def test_number_names_post_and_its_own_day() -> None:
    at = datetime(2024, 12, 17, 14, 0, tzinfo=UTC)  # past midnight in Port Vila
    number = case_number(post=VILA, opened_at=at, running=42)
    assert number.startswith("VLI-241218-42-")
    assert is_number(number)
    assert is_number(f" {number.lower()} ")
    assert case_number(post=None, opened_at=at, running=7).startswith("GH-241217-7-")


def test_check_character_is_that_of_identity_numbers() -> None:
    """The example of GB 11643."""
    assert check_character("11010519491231002") == "X"


@given(bodies, st.data())
def test_one_wrong_digit_and_two_exchanged_ones_are_found(body: str, data: st.DataObject) -> None:
    number = f"{body}-{check_character(body)}"
    assert is_number(number)
    places = [n for n, c in enumerate(body) if c.isdigit()]
    place = data.draw(st.sampled_from(places))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != body[place]]))
    assert not is_number(f"{body[:place]}{wrong}{body[place + 1 :]}-{number[-1]}")
    neighbours = [n for n in places if n + 1 in places and body[n] != body[n + 1]]
    if neighbours:
        n = data.draw(st.sampled_from(neighbours))
        exchanged = body[:n] + body[n + 1] + body[n] + body[n + 2 :]
        assert not is_number(f"{exchanged}-{number[-1]}")
