"""Who travels with whom, in which order, and why. Pure: no database, so that it can be argued.

The rule, as docs/manifest.md tells it: people who asked go; those of one household go together;
children under 14 of that household who are in the audience go with them, asked or not, so that no
child stays behind; an adult who did not ask is never put on a list.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crisis.rollcall.states import Condition, Movement
from crisis.seats.states import Priority

CHILD_UNDER = 14  # years; the age to which a household's children come along unasked
ADULT_FROM = 18  # 民法典 第十七条
OLD_FROM = 70
MEDICAL_NEEDS = frozenset({"stretcher", "oxygen"})
INFIRM_NEEDS = frozenset({"infirm", "wheelchair"})
ORDER = {priority: rank for rank, priority in enumerate(Priority)}

Reason = tuple[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Documents:
    """What the registry knows of a person's papers; `numbered`: a number is on record."""

    kind: str
    numbered: bool
    expires_on: date | None
    obstacles: tuple[str, ...] = ()


@dataclass(slots=True)
class Candidate:
    """One person who may travel. `asked` is false for a child who comes with the family.

    `waiting` counts members of the household who are in the area and did not ask. `record` is the
    person's data as the manifest keeps them.
    """

    person_ref: int
    household: int | None
    asked: bool
    condition: str
    movement: str
    wants_out: bool
    needs: tuple[str, ...] = ()
    age: int | None = None
    answered_at: datetime | None = None
    waiting: int = 0
    documents: Documents | None = None
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def is_child(self) -> bool:
        return "infant" in self.needs or (self.age is not None and self.age < CHILD_UNDER)

    @property
    def is_minor(self) -> bool:
        return self.is_child or (self.age is not None and self.age < ADULT_FROM)


@dataclass(frozen=True, slots=True)
class Seat:
    """A candidate in their place: `position` over all, `party` whom they travel with."""

    position: int
    party: int
    priority: Priority
    reasons: list[Reason]
    candidate: Candidate


def age_on(birth_date: date | None, day: date) -> int | None:
    """Whole years; None where the birth date is not known."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def seat(candidates: Iterable[Candidate]) -> list[Seat]:
    """Everybody in order: parties by their most urgent member, then by who answered first."""
    seats: list[Seat] = []
    for number, (_, party) in enumerate(sorted(map(_ranked, _parties(candidates))), start=1):
        for priority, candidate, reasons in ranked(party):
            seats.append(Seat(len(seats) + 1, number, priority, reasons, candidate))
    return seats


def ranked(party: list[Candidate]) -> list[tuple[Priority, Candidate, list[Reason]]]:
    """The members of one party, the most urgent first, each with why."""
    return [
        (priority, candidate, _reasons(candidate, party, priority))
        for priority, candidate in _inside_party(party)
    ]


def _parties(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    parties: dict[tuple[str, int], list[Candidate]] = defaultdict(list)
    for one in candidates:
        alone = one.household is None
        parties["alone" if alone else "home", one.household or one.person_ref].append(one)
    return list(parties.values())


def _ranked(party: list[Candidate]) -> tuple[tuple[int, float, int], list[Candidate]]:
    """Sort key and members; the last part of the key, a person's id, makes every key differ."""
    best = min(ORDER[_priority(one, party)] for one in party)
    first = min((one.answered_at.timestamp() for one in party if one.answered_at), default=2e10)
    return (best, first, min(one.person_ref for one in party)), party


def _inside_party(party: list[Candidate]) -> list[tuple[Priority, Candidate]]:
    """Most urgent first, then the eldest."""
    placed = [(_priority(one, party), one) for one in party]
    return sorted(
        placed, key=lambda pair: (ORDER[pair[0]], -(pair[1].age or 0), pair[1].person_ref)
    )


def _priority(one: Candidate, party: list[Candidate]) -> Priority:
    needs = set(one.needs)
    rules = (
        (Priority.NEEDS_HELP, one.condition == Condition.NEEDS_HELP),
        (Priority.MEDICAL, one.condition == Condition.INJURED or needs & MEDICAL_NEEDS),
        (Priority.PREGNANT, "pregnant" in needs),
        (Priority.UNACCOMPANIED_MINOR, one.is_minor and all(other.is_minor for other in party)),
        (Priority.INFIRM, needs & INFIRM_NEEDS or (one.age or 0) >= OLD_FROM),
        (Priority.WITH_CHILDREN, any(other.is_child for other in party)),
    )
    return next((priority for priority, holds in rules if holds), Priority.ADULT)


def _reasons(one: Candidate, party: list[Candidate], priority: Priority) -> list[Reason]:
    """Codes with a figure or code beside them; crisis.evacuation.labels puts them into words."""
    children = sum(other.is_child for other in party if other is not one)
    told: list[tuple[Reason, object]] = [
        (("needs_help", None), one.condition == Condition.NEEDS_HELP),
        (("injured", None), one.condition == Condition.INJURED),
        (("wants_out", None), one.wants_out),
        (("with_family", None), not one.asked),
        *((("need", need), True) for need in one.needs),
        (("age", one.age), one.is_minor or (one.age or 0) >= OLD_FROM),
        (("alone", None), priority == Priority.UNACCOMPANIED_MINOR),
        (("children", children), children and not one.is_child),
        (("household_waits", one.waiting), one.waiting),
        (("left_area", None), one.movement == Movement.LEFT_AREA),
    ]
    return [reason for reason, holds in told if holds]
