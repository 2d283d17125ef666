"""The fold: from what gates recorded of one person and one transport to where they stand. Pure, and
blind to order and repetition, so that gates that had no network merge later to the same result.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crisis.boarding.states import ScanKind

_K = ScanKind
_RANK = {kind: rank for rank, kind in enumerate(ScanKind)}
# What may follow what. Somebody aboard gets off only by being taken off: a gate that waited in vain
# or turned away whoever showed the same code again knows nothing of the other gate, where the
# person went aboard.
_FOLLOWS: dict[ScanKind | None, frozenset[ScanKind]] = {
    None: frozenset(ScanKind),
    _K.NO_SHOW: frozenset({_K.REFUSED, _K.BOARDED, _K.TAKEN_OFF}),
    _K.REFUSED: frozenset({_K.BOARDED, _K.TAKEN_OFF}),
    _K.BOARDED: frozenset({_K.TAKEN_OFF}),
    _K.TAKEN_OFF: frozenset({_K.BOARDED, _K.REFUSED}),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One scan, as far as the fold needs it; `at` is when it happened (UTC)."""

    kind: ScanKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Folded:
    """Where somebody stands, and the moment of the scan that says so."""

    state: ScanKind
    at: datetime


def fold(facts: Iterable[Fact]) -> Folded | None:
    """What follows from these scans, in whatever order and however often given; None of none.

    They count in the order in which they happened; of one moment, in the order of ScanKind. Of
    several that say the same the first is when it became so.
    """
    stands: Folded | None = None
    for fact in sorted(set(facts), key=lambda fact: (fact.at, _RANK[fact.kind])):
        if fact.kind in _FOLLOWS[stands.state if stands else None]:
            stands = Folded(fact.kind, fact.at)
    return stands
