"""Who is a minor, and who of them has no adult of their own at hand. Pure.

A minor is under eighteen (民法典 第十七条), as the registry or an officer's eye has it. An adult of
their own is one of the same party or household who stays at the same place, or leaves it in the
same act. Who is unknown is not taken for somebody's adult.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from registry.ages import age_on

ADULT_FROM = 18


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody at a place, as far as the rule needs them. `ties` are what binds people: their
    party and their household, each by a name of its own."""

    stay: int
    minor: bool
    adult: bool
    ties: frozenset[tuple[str, int]]


def is_minor(birth_date: date | None, needs: Collection[str], day: date) -> bool:
    """Without a known birth date nobody is, but an infant."""
    age = age_on(birth_date, day)
    return "infant" in needs if age is None else age < ADULT_FROM


def is_adult(birth_date: date | None, day: date) -> bool:
    """Known to be one: somebody without a birth date in the registry is not."""
    age = age_on(birth_date, day)
    return age is not None and age >= ADULT_FROM


def lone(present: Collection[Present]) -> set[int]:
    """The stays of minors who have no adult of their own among `present`."""
    with_adult = {tie for one in present if one.adult for tie in one.ties}
    return {one.stay for one in present if one.minor and not one.ties & with_adult}
