"""A person's name where it must be recognised by those who know them, and by nobody else."""

import unicodedata
from collections.abc import Sequence

from registry.pinyin import name_keys

HIDDEN = "*"


def masked_name(name: str, passport_name: str) -> tuple[str, str]:
    """(Chinese, English): «王*» and «WANG *».

    Of a name in Chinese characters the first stays, of any other its first word; where there is
    no passport spelling («WANG/XIAOMING») the English form is the Chinese one.
    """
    first_word = name.split()[0] if name.split() else ""
    chinese = name[:1] + HIDDEN if _is_han(name[:1]) else f"{first_word} {HIDDEN}".strip()
    surname = passport_name.replace("/", " ").split()[:1]
    return chinese, f"{surname[0]} {HIDDEN}" if surname else chinese


def told_apart(people: Sequence[tuple[str, str]], *, english: bool = False) -> list[str]:
    """Masked names for people who know each other, given as (name, passport name).

    Where two would read alike each gets the initials of the given name, «陈* (W)», and where those
    are alike too, a number: somebody has to be able to say which of the two is hurt.
    """
    masks = [masked_name(*person)[1 if english else 0] for person in people]
    finer = [
        f"{mask} ({initials})" if masks.count(mask) > 1 and (initials := _given(*person)) else mask
        for mask, person in zip(masks, people, strict=True)
    ]
    return [
        f"{mask} {finer[: place + 1].count(mask)}" if finer.count(mask) > 1 else mask
        for place, mask in enumerate(finer)
    ]


def _given(name: str, passport_name: str) -> str:
    """The initials of a given name: «王小明» XM, «Mary Smith» S."""
    given = passport_name.partition("/")[2].split()
    if given and not _is_han(name[:1]):
        return "".join(word[0] for word in given)
    return name_keys(name, passport_name).initials[1:].upper()


def _is_han(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK") if character else False
