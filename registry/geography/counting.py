"""Which whereabouts count, where they lie, and what that means: arrays in, arrays out, no database.

Precedence (blueprint promise 1): a position shared in the last 72 h > a trip leg > residence.
Within 48 h before a leg begins and after it ends, both the leg and the residence count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from registry.geography.areas import Circle
from registry.geography.strips import Rows, Stage

WGS84 = Geod(ellps="WGS84")
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Verdicts:
    """One entry a row. `people`: the distinct persons; `who` points each row at one of them."""

    rows: Rows
    people: NDArray[np.int64]
    who: NDArray[np.intp]
    counts: Flags
    distance_m: NDArray[np.float64]
    touches: Flags
    certain: Flags
    has_shared: Flags
    has_grace: Flags

    def of_people(self, flags: Flags) -> Flags:
        """For each person, whether any of their rows is flagged."""
        return any_of(self.who, len(self.people), flags)


def any_of(who: NDArray[np.intp], size: int, flags: Flags) -> Flags:
    found = np.zeros(size, dtype=bool)
    found[who[flags]] = True
    return found


def judge(rows: Rows, circle: Circle | None) -> Verdicts:
    """Decide for every row whether it counts and whether it touches the area."""
    people, who = np.unique(rows["person"], return_inverse=True)
    stage = rows["stage"]
    has_shared = any_of(who, len(people), stage == Stage.SHARED)
    has_trip = any_of(who, len(people), stage == Stage.TRIP)
    on_trip = (stage == Stage.TRIP) | (stage == Stage.TRIP_GRACE)
    at_home = (stage == Stage.RESIDENCE) & ~has_trip[who]
    distance = distances(rows, circle)
    accuracy = np.nan_to_num(rows["accuracy_m"])
    radius = circle.radius_m if circle else 0.0
    listed = rows["listed"] != 0
    return Verdicts(
        rows=rows,
        people=people,
        who=who,
        counts=(stage == Stage.SHARED) | ((on_trip | at_home) & ~has_shared[who]),
        distance_m=distance,
        touches=listed | (distance <= radius + accuracy),  # NaN compares false
        certain=listed | (distance + accuracy <= radius),
        has_shared=has_shared,
        has_grace=any_of(who, len(people), stage == Stage.TRIP_GRACE),
    )


def distances(rows: Rows, circle: Circle | None) -> NDArray[np.float64]:
    """Geodesic metres on WGS-84 from the circle's centre to every row; NaN without a point."""
    found = np.full(len(rows), np.nan)
    if circle is None or not len(rows):
        return found
    latitude = rows["latitude"]
    longitude = rows["longitude"]
    known = ~np.isnan(latitude)
    centre = np.full(int(known.sum()), circle.longitude), np.full(int(known.sum()), circle.latitude)
    found[known] = WGS84.inv(*centre, longitude[known], latitude[known])[2]
    return found


def reasons_inside(verdicts: Verdicts, circle: Circle | None) -> NDArray[np.uint8]:
    """The number of the Reason of every row; meaningful where the row counts and touches."""
    rows, distance = verdicts.rows, verdicts.distance_m
    radius = circle.radius_m if circle else -np.inf
    accuracy = np.nan_to_num(rows["accuracy_m"])
    in_circle = distance <= radius + accuracy
    pointless = np.isnan(rows["latitude"])
    tens = np.where(in_circle, 10, np.where(pointless, 30, 20))
    hesitant = (rows["stage"] == Stage.RESIDENCE) & verdicts.has_grace[verdicts.who]
    return (tens + rows["stage"] + hesitant).astype(np.uint8)
