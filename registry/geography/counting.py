"""Which whereabouts count and what that means: arrays in, arrays out, no database.

Precedence (blueprint promise 1): a position shared in the last 72 h > a trip leg > residence.
Within 48 h before a leg begins and after it ends, both the leg and the residence count. Of who
has paused only a position shared since counts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.geography.areas import Area
from registry.geography.measured import Flags, Measured
from registry.geography.measuring import measure
from registry.geography.rows import Ids, Rows, Stage


@dataclass(frozen=True)
class Verdicts:
    """One entry a row. `people`: the distinct persons; `who` points each row at one of them."""

    rows: Rows
    people: NDArray[np.int64]
    who: NDArray[np.intp]
    counts: Flags
    measured: Measured
    touches: Flags
    certain: Flags
    has_shared: Flags
    has_grace: Flags
    has_paused: Flags

    def of_people(self, flags: Flags) -> Flags:
        """For each person, whether any of their rows is flagged."""
        return any_of(self.who, len(self.people), flags)


def any_of(who: NDArray[np.intp], size: int, flags: Flags) -> Flags:
    found = np.zeros(size, dtype=bool)
    found[who[flags]] = True
    return found


def judge(rows: Rows, area: Area, *, paused: Ids, margin_m: float = 0.0) -> Verdicts:
    """Decide for every row whether it counts and whether it touches the area. `paused`: sorted
    ids of people whose residence and trips do not count."""
    people, who = np.unique(rows["person"], return_inverse=True)
    stage = rows["stage"]
    has_shared = any_of(who, len(people), stage == Stage.SHARED)
    has_trip = any_of(who, len(people), stage == Stage.TRIP)
    on_trip = (stage == Stage.TRIP) | (stage == Stage.TRIP_GRACE)
    at_home = (stage == Stage.RESIDENCE) & ~has_trip[who]
    has_paused = np.isin(people, paused) if len(paused) else np.zeros(len(people), dtype=bool)
    measured = measure(rows, area, margin_m=margin_m)
    listed = rows["listed"] != 0
    return Verdicts(
        rows=rows,
        people=people,
        who=who,
        counts=(stage == Stage.SHARED)
        | ((on_trip | at_home) & ~has_shared[who] & ~has_paused[who]),
        measured=measured,
        touches=listed | measured.touches,
        certain=listed | measured.certain,
        has_shared=has_shared,
        has_grace=any_of(who, len(people), stage == Stage.TRIP_GRACE),
        has_paused=has_paused,
    )


def reasons_inside(verdicts: Verdicts) -> NDArray[np.uint8]:
    """The number of the Reason of every row; meaningful where the row counts and touches."""
    rows = verdicts.rows
    pointless = np.isnan(rows["latitude"])
    tens = np.where(verdicts.measured.touches, 10, np.where(pointless, 30, 20))
    hesitant = (rows["stage"] == Stage.RESIDENCE) & verdicts.has_grace[verdicts.who]
    return (tens + rows["stage"] + hesitant).astype(np.uint8)
