"""Whether somebody wants to go, from what the roll call knows of them. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from crisis.rollcall.states import Condition, EventKind, Movement
from crisis.seats.states import Wish

# Lines by which somebody asks to be brought out, and the one by which they say that they stay.
ASKING = frozenset(
    {EventKind.NEEDS_HELP, EventKind.WANTS_OUT, EventKind.PLANS_OUT, EventKind.INJURED}
)
STAYING = EventKind.PLANS_STAY


@dataclass(frozen=True, slots=True)
class Word:
    """What one person said of going: when they first asked, last asked, last said that they stay
    (UTC)."""

    first_asked: datetime | None = None
    last_asked: datetime | None = None
    stays: datetime | None = None

    @property
    def is_staying(self) -> bool:
        """The newer word counts; of the same moment, that they ask."""
        return self.stays is not None and (self.last_asked is None or self.stays > self.last_asked)


def words(lines: Iterable[tuple[int, str, datetime]]) -> dict[int, Word]:
    """From (person, kind, when) of the log's lines, in whatever order, to each one's word."""
    asked: dict[int, list[datetime]] = {}
    stays: dict[int, list[datetime]] = {}
    for person, kind, at in lines:
        if kind in ASKING:
            asked.setdefault(person, []).append(at)
        elif kind == STAYING:
            stays.setdefault(person, []).append(at)
    return {
        person: Word(
            min(asked.get(person, ()), default=None),
            max(asked.get(person, ()), default=None),
            max(stays.get(person, ()), default=None),
        )
        for person in asked.keys() | stays.keys()
    }


@dataclass(frozen=True, slots=True)
class Stand:
    """The facets of somebody's standing that matter here. `asks`: by its condition or wish they
    are on the list; `counted`: they are not found to be somebody else."""

    condition: str
    movement: str
    asks: bool
    counted: bool = True


def wish_of(stand: Stand | None, word: Word) -> Wish:
    """What somebody who asked at some time, or said that they stay, wants now."""
    if stand is None or not stand.counted:
        return Wish.OUT
    if stand.condition == Condition.DECEASED or stand.movement == Movement.EVACUATED:
        return Wish.OUT
    # Who stands at the gate goes, whatever they said before.
    if stand.movement == Movement.EVACUATING:
        return Wish.GOING
    if word.is_staying:
        return Wish.STAYING
    if stand.asks:
        return Wish.GOING
    if stand.movement == Movement.LEFT_AREA:
        return Wish.GONE
    return Wish.STAYING if word.stays and word.stays == word.last_asked else Wish.UNSAID


def child_wish(family: Collection[Wish]) -> Wish:
    """A child who did not ask goes, stays, or is looked at again with those who did."""
    for wish in (Wish.GOING, Wish.STAYING, Wish.GONE, Wish.OUT):
        if wish in family:
            return wish
    return Wish.UNSAID
