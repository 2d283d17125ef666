"""A person's name where it must be recognised by those who know them, and by nobody else."""

import unicodedata

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


def _is_han(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK") if character else False
