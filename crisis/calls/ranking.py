"""Who is telephoned first: pure functions from what is known of somebody to their place.

The order, from above (docs/decisions/whom-to-telephone-next.md):

0. possible help: unclear words that may be a call for help, the longest waiting first;
1. promised: people who said «call again at …», when that time has come;
2. vulnerable: silent people with a need of health, pregnant, minor or elderly;
3. unreached: silent people whom no alert reached (no address, a landline, undelivered), at once;
4. silent: everybody else who did not answer by the end of the ladder.

Inside 2 to 4 whoever has more grounds comes first, then who has waited longest.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crisis.calls.states import Ground, Tier
from registry.ages import age_on

MINOR_UNDER = 18
"""中华人民共和国未成年人保护法 第二条."""
ELDERLY_FROM = 60
"""中华人民共和国老年人权益保障法 第二条."""
# Codes of Person.needs that say somebody cannot look after themselves as others can.
HEALTH_NEEDS = frozenset({"wheelchair", "stretcher", "oxygen", "infirm"})
_WEIGHTS = {
    Ground.HEALTH: 8,
    Ground.PREGNANT: 8,
    Ground.MINOR: 6,
    Ground.ELDERLY: 6,
    Ground.NO_ADDRESS: 3,
    Ground.LANDLINE: 2,
    Ground.UNDELIVERED: 2,
    Ground.ALONE: 1,
}
_VULNERABLE = Ground.HEALTH | Ground.PREGNANT | Ground.MINOR | Ground.ELDERLY
_UNREACHED = Ground.NO_ADDRESS | Ground.LANDLINE | Ground.UNDELIVERED
STEP = 100  # places in a tier: more than all weights together
ROUTINE = Tier.SILENT * STEP
"""Ranks from here on wait until the ladder has said that nobody answered."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry and the deliveries know of one silent person. `alone`: no household and no
    group with them. `landline`: every number of theirs that an alert could use is a fixed line.
    `undelivered`: a provider took or refused the alert and it arrived nowhere."""

    needs: Collection[str] = ()
    health_note: bool = False
    born: date | None = None
    alone: bool = False
    addressed: bool = True
    landline: bool = False
    undelivered: bool = False


def grounds_of(known: Known, today: date) -> Ground:
    """Everything that speaks for calling this person sooner."""
    age = age_on(known.born, today)
    holds = {
        Ground.HEALTH: known.health_note or bool(HEALTH_NEEDS & set(known.needs)),
        Ground.PREGNANT: "pregnant" in known.needs,
        # An infant's needs are written beside whoever carries it, or it is one itself.
        Ground.MINOR: "infant" in known.needs or (age is not None and age < MINOR_UNDER),
        Ground.ELDERLY: age is not None and age >= ELDERLY_FROM,
        Ground.ALONE: known.alone,
        Ground.NO_ADDRESS: not known.addressed,
        Ground.LANDLINE: known.addressed and known.landline,
        Ground.UNDELIVERED: known.addressed and known.undelivered,
    }
    found = Ground(0)
    for ground, true in holds.items():
        if true:
            found |= ground
    return found


def tier_of(grounds: Ground) -> Tier:
    """Living alone lifts nobody by itself: most workers abroad do, and a list on which everybody
    comes first has no order. It decides among those who are otherwise alike."""
    if grounds & _VULNERABLE:
        return Tier.VULNERABLE
    return Tier.UNREACHED if grounds & _UNREACHED else Tier.SILENT


def rank_of(grounds: Ground) -> int:
    """The place on the list as a number; lower is telephoned sooner."""
    weight = sum(weight for ground, weight in _WEIGHTS.items() if ground & grounds)
    return tier_of(grounds) * STEP + STEP - 1 - weight


def tier_of_rank(rank: int) -> Tier:
    return Tier(rank // STEP)


def first_due(
    grounds: Ground, since: datetime, *, reminded: timedelta, silent: timedelta
) -> datetime:
    """When somebody is offered for the first time, counted from `since`, when they were frozen.

    Whom no alert reached: at once. The vulnerable: when the first reminder leaves, because they
    are not given an hour. Everybody else: when the ladder ends.
    """
    if grounds & _UNREACHED:
        return since
    return since + (reminded if grounds & _VULNERABLE else silent)


FIRST_GAP, LONGEST_GAP = timedelta(minutes=10), timedelta(hours=2)


def gap_after(attempts: int) -> timedelta:
    """How long after the `attempts`-th call without an answer somebody is called again: 10, 20, 40
    and 80 minutes, then every two hours."""
    if attempts < 1:
        return timedelta(0)
    return min(FIRST_GAP * 2 ** min(attempts - 1, 10), LONGEST_GAP)
