"""核对: listed against boarded against arrived, both ways. Pure: sets in, sets out.

Whoever is counted is a `Who`: a registered person, or a walk-in of a gate whom nobody has matched.
Of people who were found to be one, whoever reads the rows gives one `Who`, so that each human being
is counted once however often they cross.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Who(NamedTuple):
    """A person's reference, or with `walk_in` the number of a walk-in."""

    ref: int
    walk_in: bool = False


class Gap(StrEnum):
    """What does not agree. Each has the words for it in `crisis.arrivals.labels`."""

    NOT_BOARDED = "not_boarded"
    NOT_LISTED = "not_listed"
    NOT_ARRIVED = "not_arrived"
    NOT_SEEN_BOARDING = "not_seen_boarding"


class Why(StrEnum):
    """What a gate recorded of somebody who is listed and not aboard."""

    NO_RECORD = "no_record"
    NO_SHOW = "no_show"
    REFUSED = "refused"
    TAKEN_OFF = "taken_off"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Crossing:
    """One transport as it was listed, boarded and arrived. `state` is what its gates recorded last
    of each; `elsewhere` are those listed here who are aboard another transport from the same
    place."""

    transport: int
    listed: frozenset[Who] = frozenset()
    state: Mapping[Who, str] = field(default_factory=dict)
    arrived: frozenset[Who] = frozenset()
    elsewhere: frozenset[Who] = frozenset()

    @property
    def boarded(self) -> frozenset[Who]:
        return frozenset(who for who, state in self.state.items() if state == "boarded")

    def why(self, who: Who) -> Why:
        """Why somebody listed is not aboard."""
        if who in self.elsewhere:
            return Why.ELSEWHERE
        return Why(self.state[who]) if who in self.state else Why.NO_RECORD


@dataclass(frozen=True, slots=True)
class Sides:
    """Three sets and what differs between them, both ways."""

    listed: frozenset[Who]
    boarded: frozenset[Who]
    arrived: frozenset[Who]

    @property
    def not_boarded(self) -> frozenset[Who]:
        """Listed, and neither boarded nor arrived: still there."""
        return self.listed - self.boarded - self.arrived

    @property
    def not_listed(self) -> frozenset[Who]:
        """Boarded or arrived, and on no list."""
        return (self.boarded | self.arrived) - self.listed

    @property
    def not_arrived(self) -> frozenset[Who]:
        """Boarded, and not seen to arrive."""
        return self.boarded - self.arrived

    @property
    def not_seen_boarding(self) -> frozenset[Who]:
        """Arrived, and no gate saw them board."""
        return self.arrived - self.boarded

    def gaps(self) -> dict[Gap, frozenset[Who]]:
        return {
            Gap.NOT_BOARDED: self.not_boarded,
            Gap.NOT_LISTED: self.not_listed,
            Gap.NOT_ARRIVED: self.not_arrived,
            Gap.NOT_SEEN_BOARDING: self.not_seen_boarding,
        }

    @property
    def agree(self) -> bool:
        return self.listed == self.boarded == self.arrived


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """An operation's transports, each by itself, and all together. `unassigned` are listed and on
    no transport yet; `out` have arrived at a safe haven or at home."""

    crossings: dict[int, Crossing]
    unassigned: frozenset[Who]
    out: frozenset[Who]

    def of(self, transport: int) -> Sides:
        crossing = self.crossings[transport]
        return Sides(crossing.listed, crossing.boarded, crossing.arrived)

    @property
    def all(self) -> Sides:
        """Everybody once: listed for anything, aboard of anything, out."""
        return Sides(
            _union(crossing.listed for crossing in self.crossings.values()) | self.unassigned,
            _union(crossing.boarded for crossing in self.crossings.values()),
            self.out,
        )

    @property
    def under_way(self) -> frozenset[Who]:
        """Aboard of something, and not out yet: whom everybody waits for."""
        return self.all.not_arrived


def _union(sets: Iterable[frozenset[Who]]) -> frozenset[Who]:
    return frozenset().union(*sets)


@dataclass(frozen=True, slots=True)
class Version:
    """A sealed version of the manifest."""

    number: int
    sealed_at: datetime


def version_for(
    versions: Collection[Version], *, used: Collection[int], left_at: datetime | None
) -> int | None:
    """The number of the version that counts for a transport; None where nothing is sealed.

    Of a transport that has left (`left_at`) it is the newest that one of its gates worked with
    (`used`), without a gate the newest sealed by then: a later version no longer lists those who
    were brought out. Of one that is still there it is the newest.
    """
    every = [version.number for version in versions]
    if left_at is None:
        return max(every, default=None)
    by_then = [version.number for version in versions if version.sealed_at <= left_at]
    return max(used or by_then or every, default=None)
