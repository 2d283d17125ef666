"""How a name sounds and is spelled, in plain letters: what officers type who cannot read it aloud.

Three keys of a person's names, kept beside them (registry.models.fields): `pinyin` «wangxiaoming»,
`initials` «wxm», and `spelled`, the letters of the passport spelling. ü is written «yu», as in
passports: 吕 is LYU.
"""

import os
import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

# Read otherwise than the same character elsewhere (现代汉语词典, 姓氏).
_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao",
    "盖": "ge", "乐": "yue", "尉迟": "yuchi", "万俟": "moqi", "翟": "zhai", "覃": "qin",
    "缪": "miao", "冼": "xian", "洗": "xian", "员": "yun", "种": "chong", "秘": "bi", "繁": "po",
    "郗": "chi", "逄": "pang", "召": "shao", "宓": "mi", "黑": "he", "折": "she", "晟": "cheng",
    "佟": "tong", "长孙": "zhangsun", "澹台": "tantai", "单于": "chanyu",
}  # fmt: skip
_COMPOUND = 2
# Every accent but the two points of ü: NFKD puts them first.
_TONE = re.compile("[\u0300-\u0307\u0309-\u036f]")
_WORD = re.compile(r"[a-zA-ZÀ-ɏ0-9'’\-]+|[^\W\d_]")
_LETTERS = re.compile(r"[^a-z0-9]+")
MAX_KEY = 160
MAX_INITIALS = 40


class NameKeys(NamedTuple):
    """The three keys; all empty for a name without a letter or a known character."""

    pinyin: str
    initials: str
    spelled: str


@lru_cache(maxsize=8_192)
def name_keys(name: str, passport_name: str) -> NameKeys:
    """The keys of a name and its passport spelling («WANG/XIAOMING»)."""
    sounds = _sounds(name)
    return NameKeys(
        "".join(sounds)[:MAX_KEY],
        "".join(sound[0] for sound in sounds)[:MAX_INITIALS],
        letters(passport_name)[:MAX_KEY],
    )


def letters(text: str) -> str:
    """Latin letters and digits alone, lower case, without accents; ü and Chinese typists' v (lv,
    nv) as passports write them. «Lü, Bù» → «lyubu»."""
    written = text.casefold()
    if not written.isascii():
        taken_apart = unicodedata.normalize("NFKD", written)
        written = _TONE.sub("", taken_apart).replace("u\u0308", "yu").casefold()
    return _LETTERS.sub("", written)


def typed(text: str) -> str:
    """What an officer typed for a name, as a key: of Chinese characters their sound."""
    key = "".join(_sounds(text)) if any(map(_is_han, text)) else letters(text)
    return re.sub(r"(?<=[ln])v", "yu", key)[:MAX_KEY]


def letters_typed(text: str) -> str:
    """The key of what was typed in letters alone; empty where Chinese characters are in it."""
    return "" if any(map(_is_han, text)) else typed(text)


def _sounds(name: str) -> list[str]:
    """One for each character, the surname as surnames are read; words of Latin letters whole."""
    sounds: list[str] = []
    rest = name
    for length in (_COMPOUND, 1):
        if len(name) > length and name[:length] in _SURNAMES:
            sounds, rest = [_SURNAMES[name[:length]]], name[length:]
            break
    words = rest if all(map(_is_han, rest)) else _WORD.findall(rest)
    return sounds + [sound for word in words if (sound := _sound(word))]


@lru_cache(maxsize=16_384)
def _sound(word: str) -> str:
    """Of one character, or of a word in Latin letters."""
    tone = _table().get(ord(word)) if len(word) == 1 else None
    return letters(word if tone is None else tone.split(",")[0])


@cache
def _table() -> dict[int, str]:
    """pypinyin's table of characters; its phrases cost 50 MB and a second, and names have none."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.pinyin_dict import pinyin_dict

    table: dict[int, str] = pinyin_dict
    return table


def _is_han(character: str) -> bool:
    return ord(character) in _table()
