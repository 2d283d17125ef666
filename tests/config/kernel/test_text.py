"""Text that is safe to keep, to show and to export."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.text import clean, formula_safe


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_clean_text_is_composed_and_shows_all_it_holds(text):
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    controls = {c for c in cleaned if unicodedata.category(c) == "Cc"}
    assert controls == set()
    assert not set(cleaned) & set("\u061c\u200b\u200e\u200f\u202e\u2066\u2069\ufeff\u00ad")


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("王\u202e小明", "王小明"),
        ("  WANG\t\r\n XIAOMING ", "WANG XIAOMING"),
        ("Rene\u0301", "René"),
        ("e\u200b\u0301", "é"),
        ("买买提·吐尔逊", "买买提·吐尔逊"),
        ("\u3000王　小明\u3000", "王 小明"),
        ("\x00", ""),
    ],
)
def test_clean_keeps_names_and_drops_tricks(given_text, kept):
    assert clean(given_text) == kept


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠|%"))
def test_no_cell_runs_as_a_formula(start):
    assert formula_safe(f"{start}cmd|' /C calc'!A0").startswith("'")


@given(st.text())
def test_formula_safe_is_stable_and_keeps_the_text(cell):
    safe = formula_safe(cell)
    assert safe.removeprefix("'") == cell.removeprefix("'") or safe == "'" + cell
    assert formula_safe(safe) == safe


@given(st.from_regex(r"\+[0-9]{4,15}", fullmatch=True))
def test_phone_numbers_stay_as_they_are(number):
    assert formula_safe(number) == number


@pytest.mark.parametrize("cell", ["+86-10-12308", "+8610\n=1", "+1+1", "+１２３４５"])
def test_what_only_resembles_a_phone_number_is_made_safe(cell):
    assert formula_safe(cell) == "'" + cell
