"""Near but out: every exclusion has its reason."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.geography.areas import Area
from registry.geography.counting import Flags, Verdicts
from registry.geography.reasons import Reason
from registry.geography.strips import Stage


@dataclass(frozen=True)
class NearMiss:
    """`distance_m`: metres from the circle's centre to the place in question; None if unknown."""

    person_id: int
    reason: Reason
    distance_m: float | None

    @classmethod
    def known_by_country(cls, person_id: int) -> "NearMiss":
        return cls(person_id, Reason.OUT_COUNTRY_NOT_LISTED, None)


def misses(
    verdicts: Verdicts,
    area: Area,
    *,
    margin_m: float,
    inside: NDArray[np.int64],
    left: NDArray[np.int64],
) -> list[NearMiss]:
    """Those with a place in the area or its margin who are not in `inside`, nearest first."""
    persons = verdicts.people[verdicts.who]
    gone = np.isin(persons, left)
    candidates = np.flatnonzero(_close(verdicts, area, margin_m) & ~np.isin(persons, inside))
    reasons = np.where(gone, Reason.OUT_LEFT_REGISTRY, _reasons(verdicts))
    # A place in the area that does not count says more than one that counts and is too far.
    order = np.lexsort((verdicts.distance_m[candidates], ~verdicts.touches[candidates]))
    chosen: dict[int, NearMiss] = {}
    for row in candidates[order].tolist():
        distance = float(verdicts.distance_m[row])
        known = None if np.isnan(distance) else distance
        person = int(persons[row])
        chosen.setdefault(person, NearMiss(person, Reason(int(reasons[row])), known))
    return sorted(chosen.values(), key=_nearness)


def _nearness(miss: NearMiss) -> tuple[float, int]:
    return (np.inf if miss.distance_m is None else miss.distance_m, miss.person_id)


def _close(verdicts: Verdicts, area: Area, margin_m: float) -> Flags:
    radius = area.circle.radius_m if area.circle else 0.0
    accuracy = np.nan_to_num(verdicts.rows["accuracy_m"])
    close: Flags = verdicts.touches | (verdicts.distance_m <= radius + accuracy + margin_m)
    return close


def _reasons(verdicts: Verdicts) -> NDArray[np.int64]:
    """Why each row did not bring its person in."""
    stage = verdicts.rows["stage"].astype(np.int64)
    elsewhere = np.where(
        verdicts.has_shared[verdicts.who], Reason.OUT_ELSEWHERE_SHARED, Reason.OUT_ELSEWHERE_TRIP
    )
    return np.select(
        [
            verdicts.counts,
            stage == Stage.SHARED_STALE,
            stage == Stage.TRIP_OVER,
            stage == Stage.TRIP_NOT_BEGUN,
            stage == Stage.SHARED_SUPERSEDED,
        ],
        [
            Reason.OUT_TOO_FAR,
            Reason.OUT_POSITION_STALE,
            Reason.OUT_TRIP_OVER,
            Reason.OUT_TRIP_NOT_BEGUN,
            Reason.OUT_ELSEWHERE_SHARED,
        ],
        default=elsewhere,
    )
