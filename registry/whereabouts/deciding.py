"""Which of a person's places counts at a moment: a pure function of the facts.

Precedence of the search (registry.geography.counting): a position shared in the last 72 h > a leg
of a trip > the residence; within 48 h before a leg begins and after it ends both it and the
residence count. Where several count, one is chosen, always one that the search considers:

- of several legs at a time, the one that began last: a side trip, then the journey it is part of;
- between two legs less than 48 h apart the one that ended: who changes planes is not at home;
- in the other hours of grace the residence, and without one the leg.

Of somebody who has paused (is at home in China until a day) only a shared position counts.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from registry.models.current import Ground
from registry.models.whereabouts import SHARED_LASTS, TRIP_GRACE, WhereaboutsKind

_SHARED, _TRIP = WhereaboutsKind.SHARED.value, WhereaboutsKind.TRIP.value
_RESIDENCE = WhereaboutsKind.RESIDENCE.value
PAUSE = "pause"
# The ends of legs, and the 72 h, are included: what follows begins this much later.
_AFTER = timedelta(microseconds=1)
_LAST = datetime.max.replace(tzinfo=UTC)
_FIRST = datetime.min.replace(tzinfo=UTC)


class Fact(NamedTuple):
    """What one whereabouts row says about time; only legs of trips have dates. A fact of the kind
    PAUSE is the person's own word that they are at home until `ends_at`."""

    id: int
    kind: str
    recorded_at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Decision(NamedTuple):
    """`fact_id` is None where nothing counts; the rest as in CurrentWhereabouts."""

    fact_id: int | None
    ground: Ground
    since: datetime | None
    contested: bool
    recheck_at: datetime | None


class _Leg(NamedTuple):
    """A leg with dates; legs are compared by them, then by when they were told. From `opens` to
    `closes` it counts, grace included."""

    starts_at: datetime
    ends_at: datetime
    recorded_at: datetime
    id: int
    opens: datetime
    closes: datetime


class _Known(NamedTuple):
    """A person's facts, sorted out."""

    shared: Fact | None
    residence: Fact | None
    legs: list[_Leg]
    paused_until: datetime


class _Choice(NamedTuple):
    fact_id: int | None
    ground: Ground
    contested: bool


def decide(facts: Iterable[Fact], at: datetime) -> Decision:
    """Where somebody with these facts is thought to be at `at` (aware UTC).

    Neither the order of the facts nor their repetition matters.
    """
    known = _sort_out(facts)
    chosen = _choose(known, at)
    turns = _turns(known)
    return Decision(
        fact_id=chosen.fact_id,
        ground=chosen.ground,
        since=_since(known, chosen, at, turns),
        contested=chosen.contested,
        recheck_at=next((t for t in turns if t > at and _choose(known, t) != chosen), None),
    )


def _sort_out(facts: Iterable[Fact]) -> _Known:
    shared = residence = None
    legs: set[_Leg] = set()
    paused_until = _FIRST
    for fact in facts:
        if fact.kind == _TRIP and fact.starts_at and fact.ends_at:
            legs.add(_leg(fact, fact.starts_at, fact.ends_at))
        elif fact.kind == _RESIDENCE:
            residence = _newer(residence, fact)
        elif fact.kind == _SHARED:
            shared = _newer(shared, fact)
        elif fact.kind == PAUSE and fact.ends_at:
            paused_until = max(paused_until, fact.ends_at)
    return _Known(shared, residence, list(legs), paused_until)


def _leg(fact: Fact, starts_at: datetime, ends_at: datetime) -> _Leg:
    opens, closes = _moved(starts_at, -TRIP_GRACE), _moved(ends_at, TRIP_GRACE)
    return _Leg(starts_at, ends_at, fact.recorded_at, fact.id, opens, closes)


def _newer(one: Fact | None, other: Fact) -> Fact:
    if one is None or (other.recorded_at, other.id) > (one.recorded_at, one.id):
        return other
    return one


def _choose(known: _Known, at: datetime) -> _Choice:
    if known.shared and at <= _moved(known.shared.recorded_at, SHARED_LASTS):
        return _Choice(known.shared.id, Ground.SHARED, False)
    if at < known.paused_until:
        return _Choice(None, Ground.NONE, False)
    counting = [leg for leg in known.legs if leg.opens <= at <= leg.closes]
    if not counting:
        return _at_home(known, contested=False)
    under_way = [leg for leg in counting if leg.starts_at <= at <= leg.ends_at]
    if under_way:
        return _Choice(max(under_way).id, Ground.TRIP, len(counting) > 1)
    over = [leg for leg in counting if leg.ends_at < at]
    return _in_grace(known, over, [leg for leg in counting if at < leg.starts_at])


def _in_grace(known: _Known, over: list[_Leg], ahead: list[_Leg]) -> _Choice:
    """No leg is under way; those in `over` ended and those in `ahead` begin within 48 h."""
    last = max(over, key=lambda leg: (leg.ends_at, leg), default=None)
    following = min(ahead, default=None)
    several = len(over) + len(ahead) + (known.residence is not None) > 1
    if last and following and following.starts_at - last.ends_at <= TRIP_GRACE:
        return _Choice(last.id, Ground.TRIP_OVER, several)
    if known.residence or not (last or following):
        return _at_home(known, contested=several)
    if last:
        return _Choice(last.id, Ground.TRIP_OVER, several)
    return _Choice(following.id if following else None, Ground.TRIP_AHEAD, several)


def _at_home(known: _Known, *, contested: bool) -> _Choice:
    if known.residence is None:
        return _Choice(None, Ground.NONE, False)
    return _Choice(known.residence.id, Ground.RESIDENCE, contested)


def _turns(known: _Known) -> list[datetime]:
    """The moments at which the choice may change, in order: each is the first of what follows."""
    turns: set[datetime] = set()
    if known.paused_until > _FIRST:
        turns.add(known.paused_until)
    if known.shared:
        turns.add(_moved(known.shared.recorded_at, SHARED_LASTS + _AFTER))
    for leg in known.legs:
        turns |= {
            leg.opens,
            leg.starts_at,
            _moved(leg.ends_at, _AFTER),
            _moved(leg.closes, _AFTER),
        }
    return sorted(turns)


def _since(known: _Known, chosen: _Choice, at: datetime, turns: list[datetime]) -> datetime | None:
    """When the choice began to hold; a residence or a position not before we were told of it."""
    began = None
    for turn in reversed(turns):
        if turn <= at:
            began = turn
            if _choose(known, _moved(turn, -_AFTER))[:2] != chosen[:2]:
                break
    else:
        began = None
    if chosen.ground == Ground.SHARED and known.shared:
        return known.shared.recorded_at
    if chosen.ground == Ground.RESIDENCE and known.residence:
        return max(began or _FIRST, known.residence.recorded_at)
    return began


def _moved(moment: datetime, by: timedelta) -> datetime:
    """A date in the year 9999 is what some write who mean «for good»."""
    try:
        return moment + by
    except OverflowError:
        return _LAST if by > timedelta() else _FIRST
