"""Who is inside an area at a moment, and why: blueprint promise 1.

Inside: the geodesic distance from a counting whereabouts to the circle is at most its accuracy
radius, or its country is listed. Certain: that holds wherever within the accuracy radius the
person is, and at every place that counts for them.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from registry.geography import strips
from registry.geography.areas import Area, Circle
from registry.geography.counting import Verdicts, judge, reasons_inside
from registry.geography.near import NearMiss, misses
from registry.geography.strips import Rows
from registry.models.whereabouts import MAX_ACCURACY_M, VAGUE_ABOVE_M

__all__ = ["Inside", "NearMiss", "people_inside", "people_near"]


@dataclass(frozen=True)
class Inside:
    """Parallel arrays, one entry a person, ordered by person id.

    `reasons` are numbers of registry.geography.reasons.Reason. `distances` are metres from the
    circle's centre to the whereabouts that decided; NaN where only the country is known, or
    where the area has no circle.
    """

    person_ids: NDArray[np.int64]
    certain: NDArray[np.uint8]
    reasons: NDArray[np.uint8]
    distances: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.person_ids)


def people_inside(area: Area, *, at: datetime) -> Inside:
    """Everyone inside `area` at `at` (aware UTC) who had not left the registry by then."""
    verdicts = judge(_rows(area, at, margin_m=0), area.circle)
    found = _inside(verdicts, area)
    return _without(found, strips.left_by(at))


def people_near(
    area: Area, *, at: datetime, margin_m: float = 50_000, limit: int = 200
) -> list[NearMiss]:
    """People who are out although a place of theirs is in the area or within `margin_m` of it.

    At most `limit`, the nearest first; people known only by a country that the circle touches
    but the area does not list come last, and keep up to half of the places.
    """
    verdicts = judge(_rows(area, at, margin_m=margin_m), area.circle)
    left = strips.left_by(at)
    inside = np.setdiff1d(_inside(verdicts, area).person_ids, left)
    found = misses(verdicts, area, margin_m=margin_m, inside=inside, left=left)
    unlisted = _unlisted(area, at, np.union1d(inside, left))
    kept = limit - min(len(unlisted), limit // 2)
    return (found[:kept] + unlisted)[:limit]


def _rows(area: Area, at: datetime, *, margin_m: float) -> Rows:
    """Rows that touch the area or its margin; of people on the move, all rows."""
    parts = []
    if area.circle:
        parts += _rows_near(area.circle, area.countries, at, area.circle.radius_m + margin_m)
    if area.countries:
        parts.append(strips.rows_in_countries(area.countries, at))
    return _with_movers(np.concatenate(parts), area, at)


def _rows_near(
    circle: Circle, countries: tuple[str, ...], at: datetime, distance_m: float
) -> list[Rows]:
    """Rows within a distance and their accuracy; a row may come twice, which changes nothing."""
    precise = strips.strips_of(circle, distance_m + VAGUE_ABOVE_M)
    vague = strips.strips_of(circle, distance_m + MAX_ACCURACY_M)
    return [
        strips.rows_in_strips(precise, countries, at),
        strips.vague_rows_in_strips(vague, countries, at),
    ]


def _with_movers(rows: Rows, area: Area, at: datetime) -> Rows:
    people = np.unique(rows["person"])
    moving = strips.rows_of_movers(people, area.countries, at)
    others = rows[~np.isin(rows["person"], moving["person"])]
    return np.concatenate([others, moving])


def _inside(verdicts: Verdicts, area: Area) -> Inside:
    decides = np.flatnonzero(verdicts.counts & verdicts.touches)
    doubtful = verdicts.of_people(verdicts.counts & ~verdicts.certain)
    reasons = reasons_inside(verdicts, area.circle)
    chosen = _first_of_each(verdicts, decides, reasons)
    who = verdicts.who[chosen]
    return Inside(
        person_ids=verdicts.people[who],
        certain=(~doubtful[who]).astype(np.uint8),
        reasons=reasons[chosen],
        distances=verdicts.distance_m[chosen].astype(np.float32),
    )


def _first_of_each(
    verdicts: Verdicts, rows: NDArray[np.intp], reasons: NDArray[np.uint8]
) -> NDArray[np.intp]:
    """Of every person the row with the strongest reason, then the nearest; ordered by person."""
    order = np.lexsort((verdicts.distance_m[rows], reasons[rows], verdicts.who[rows]))
    rows = rows[order]
    _, first = np.unique(verdicts.who[rows], return_index=True)
    return rows[first]


def _without(found: Inside, left: NDArray[np.int64]) -> Inside:
    keep = ~np.isin(found.person_ids, left)
    return Inside(
        found.person_ids[keep], found.certain[keep], found.reasons[keep], found.distances[keep]
    )


def _unlisted(area: Area, at: datetime, known: NDArray[np.int64]) -> list[NearMiss]:
    """People known only by a country in which somebody's point lies in the circle."""
    if area.circle is None:
        return []
    touched = strips.countries_in_strips(strips.strips_of(area.circle, area.circle.radius_m))
    missing = sorted(set(touched) - set(area.countries))
    if not missing:
        return []
    rows = _with_movers(strips.rows_known_by_country(missing, at), Area(None, tuple(missing)), at)
    verdicts = judge(rows, None)
    pointless = np.isnan(rows["latitude"])
    found = np.unique(rows["person"][verdicts.counts & verdicts.touches & pointless])
    return [NearMiss.known_by_country(p) for p in np.setdiff1d(found, known).tolist()]
