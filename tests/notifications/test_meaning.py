"""What a reply means: never «safe» in doubt, and never slow."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.meaning import help_in, read_meaning
from notifications.states import Meaning

REASSURING = {Meaning.SAFE, Meaning.ALL_SAFE, Meaning.LEFT_AREA, Meaning.WANTS_OUT}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("1", "safe"),
        (" 1 ", "safe"),
        ("１", "safe"),
        ("1。", "safe"),
        ("①", "safe"),
        ("1️⃣", "safe"),
        ("“1”", "safe"),
        ("\u200e1\u200f", "safe"),
        ("平安", "safe"),
        ("平安～", "safe"),
        ("安全！", "safe"),
        ("ＯＫ", "safe"),
        ("Safe!", "safe"),
        ("I'm safe.", "safe"),
        ("全家平安", "all_safe"),
        ("all safe", "all_safe"),
        ("2", "needs_help"),
        ("需要帮助", "needs_help"),
        ("2 腿受伤走不动", "needs_help"),
        ("平安，但是我爸被困了", "needs_help"),
        ("1 help", "needs_help"),
        ("1🆘", "needs_help"),
        ("3", "left_area"),
        ("已离开。", "left_area"),
        ("4", "wants_out"),
        ("平安但需撤离", "wants_out"),
        ("退订", "stop"),
        ("STOP", "stop"),
        ("打错了", "wrong_number"),
        ("wrong number", "wrong_number"),
        ("不安全", "possible_help"),
        ("2个人平安", "possible_help"),
        ("not safe", "possible_help"),
        ("不需要帮助", "possible_help"),
        ("1 2", "possible_help"),
        ("12", "possible_help"),
        ("安全？", "possible_help"),
        ("平安吗", "possible_help"),
        ("❌平安", "possible_help"),
        ("1️⃣2️⃣", "possible_help"),
        ("我朋友在维拉港", "possible_help"),
        ("", "unknown"),
        (" 。… ", "unknown"),
    ],
)
def test_meaning_of_a_text(text, meaning):
    assert read_meaning(text) == meaning


# 没 alone is missing on purpose: 没事 says that all is well.
DOUBTS = [
    "不", "没有", "无", "未", "别", "难", "not", "no", "never", "don't", "help", "救命", "求救",
    "被困", "受伤", "需要帮助", "sos", "trapped", "?", "？", "❌", "🆘", "≠", "2",
]  # fmt: skip
PARTS = ["1", "平安", "安全", "safe", "ok", "全家平安", "3", "4", " ", "，", "！", "我", "的", "\n"]


@given(
    doubt=st.sampled_from(DOUBTS),
    before=st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=4),
    after=st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=4),
)
def test_text_with_a_doubt_never_reads_safe(doubt, before, after):
    assert read_meaning("".join([*before, doubt, *after])) not in REASSURING


@given(st.text(max_size=40))
def test_answer_lost_in_other_words_never_reads_safe(words):
    if any(character.isalnum() for character in words):
        assert read_meaning(f"平安 {words} x") not in REASSURING


@pytest.mark.parametrize(
    "text",
    [
        "1" * 50_000,
        "平安" + " " * 50_000,
        "." * 50_000 + "a",
        "a" + "\u2057" * 50_000 + "a",
        "no " * 16_000 + "hel",
        "\ufdfa" * 50_000,
        "不" * 50_000,
        "\u0301" * 50_000,
        "平安" * 25_000 + "救命",
    ],
    ids=["digits", "blanks", "dots", "primes", "no", "ligatures", "not", "accents", "late help"],
)
def test_hostile_text_is_read_at_once_and_never_safe(text):
    start = time.process_time()
    meaning = read_meaning(text)
    assert time.process_time() - start < 0.1
    assert meaning not in REASSURING


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("在红色大门旁的酒店，三楼", None),
        ("腿骨折了，走不动", Meaning.NEEDS_HELP),
        ("We are TRAPPED in the basement", Meaning.NEEDS_HELP),
        ("我没受伤，但楼上有人求救", Meaning.POSSIBLE_HELP),
        ("这里不安全", Meaning.POSSIBLE_HELP),
        ("", None),
    ],
)
def test_words_beside_an_answer(words, meaning):
    assert help_in(words) == meaning
