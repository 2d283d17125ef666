"""核验码: short, readable, typed back in any form."""

import pytest

from notifications.codes import ALPHABET, new_code, normalise


def test_code_has_no_letter_that_is_mistaken_for_another():
    codes = [new_code() for _ in range(300)]
    assert {len(code) for code in codes} == {6}
    assert not set("".join(codes)) & set("01IOL")
    assert set("".join(codes)) <= set(ALPHABET)
    assert len(set(codes)) > 295


@pytest.mark.parametrize("typed", ["K7M4Q2", "k7m4q2", " k7m 4q2 ", "K7M4Q2\n"])
def test_code_is_known_however_it_was_typed(typed):
    assert normalise(typed) == "K7M4Q2"


def test_typed_nul_is_no_error():
    assert "\0" not in normalise("K7\0M4")
