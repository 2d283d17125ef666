"""Near but out: every exclusion has its reason."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.geography.counting import Verdicts
from registry.geography.measured import Flags, Measured
from registry.geography.reasons import Reason
from registry.geography.rows import Places, Stage


@dataclass(frozen=True)
class NearMiss:
    """`distance_m`: metres from the circle's centre, or to the polygon, of the place in question;
    None if unknown."""

    person_id: int
    reason: Reason
    distance_m: float | None

    @classmethod
    def known_by_country(cls, person_id: int) -> "NearMiss":
        return cls(person_id, Reason.OUT_COUNTRY_NOT_LISTED, None)

    def nearness(self) -> tuple[float, int]:
        return (np.inf if self.distance_m is None else self.distance_m, self.person_id)


def misses(
    verdicts: Verdicts,
    *,
    margin_m: float,
    inside: NDArray[np.int64],
    left: NDArray[np.int64],
) -> list[NearMiss]:
    """Those with a place in the area or its margin who are not in `inside`."""
    persons = verdicts.people[verdicts.who]
    gone = np.isin(persons, left)
    candidates = np.flatnonzero(_close(verdicts, margin_m) & ~np.isin(persons, inside))
    resting = (verdicts.has_paused & ~verdicts.has_shared)[verdicts.who]
    reasons = np.select(
        [gone, resting], [Reason.OUT_LEFT_REGISTRY, Reason.OUT_PAUSED], _reasons(verdicts)
    )
    # A place in the area that does not count says more than one that counts and is too far.
    order = np.lexsort((verdicts.measured.distance_m[candidates], ~verdicts.touches[candidates]))
    chosen: dict[int, NearMiss] = {}
    for row in candidates[order].tolist():
        distance = float(verdicts.measured.distance_m[row])
        known = None if np.isnan(distance) else distance
        person = int(persons[row])
        chosen.setdefault(person, NearMiss(person, Reason(int(reasons[row])), known))
    return list(chosen.values())


def misses_at_home(
    homes: Places,
    measured: Measured,
    *,
    margin_m: float,
    left: NDArray[np.int64],
    paused: NDArray[np.int64],
    limit: int,
) -> list[NearMiss]:
    """The same for people who have one place only: the nearest `limit` of them."""
    gone, resting = np.isin(homes["person"], left), np.isin(homes["person"], paused)
    close = measured.beyond_m <= homes["accuracy_m"] + margin_m  # NaN compares false
    candidates = np.flatnonzero(close & (gone | resting | ~measured.touches))
    order = np.lexsort((homes["person"][candidates], measured.distance_m[candidates]))
    why = np.select(
        [gone, resting], [Reason.OUT_LEFT_REGISTRY, Reason.OUT_PAUSED], Reason.OUT_TOO_FAR
    )
    return [
        NearMiss(
            int(homes["person"][row]),
            Reason(int(why[row])),
            float(measured.distance_m[row]),
        )
        for row in candidates[order[:limit]].tolist()
    ]


def _close(verdicts: Verdicts, margin_m: float) -> Flags:
    accuracy = np.nan_to_num(verdicts.rows["accuracy_m"])
    close: Flags = verdicts.touches | (verdicts.measured.beyond_m <= accuracy + margin_m)
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
