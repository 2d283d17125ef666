"""Who is inside an area at a moment, and why: blueprint promise 1.

Inside: the geodesic distance from a counting whereabouts to the circle or polygon is at most its
accuracy radius, or its country is listed. Certain: that holds wherever within the accuracy radius
the person is, and at every place that counts for them.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from registry.geography import rows
from registry.geography.areas import Area
from registry.geography.counting import Verdicts, judge, reasons_inside
from registry.geography.looks import looks
from registry.geography.measured import Measured
from registry.geography.measuring import measure
from registry.geography.near import NearMiss, misses, misses_at_home
from registry.geography.reasons import Reason
from registry.geography.rows import Places, Rows
from registry.models.whereabouts import MAX_ACCURACY_M, VAGUE_ABOVE_M

__all__ = ["Inside", "NearMiss", "people_inside", "people_near"]


@dataclass(frozen=True)
class Inside:
    """Parallel arrays, one entry a person, ordered by person id.

    `reasons` are numbers of registry.geography.reasons.Reason. `distances` are metres from the
    circle's centre, or to the polygon (0 inside it), of the whereabouts that decided, within a
    metre; NaN where only the country is known, or where the area has no shape.
    """

    person_ids: NDArray[np.int64]
    certain: NDArray[np.uint8]
    reasons: NDArray[np.uint8]
    distances: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.person_ids)


_NOBODY = Inside(
    np.empty(0, np.int64), np.empty(0, np.uint8), np.empty(0, np.uint8), np.empty(0, np.float32)
)


@dataclass(frozen=True)
class Candidates:
    """Who may be inside: residences of people who are at home for certain, each person once and
    in no listed country; and every row of all others. Of `paused` only a position shared since
    counts."""

    homes: Places
    rows: Rows
    left: NDArray[np.int64]
    paused: NDArray[np.int64]


def people_inside(area: Area, *, at: datetime) -> Inside:
    """Everyone inside `area` at `at` (aware UTC) who had not left the registry by then."""
    found = _candidates(area, at)
    if not len(found.homes) and not len(found.rows):
        return _NOBODY
    homes = _without_people(found.homes, found.paused)
    inside = _inside_at_home(homes, measure(homes, area))
    if len(found.rows):
        others = _inside(judge(found.rows, area, paused=found.paused))
        inside = _sorted(_joined(inside, others))
    return _without(inside, found.left)


def people_near(
    area: Area, *, at: datetime, margin_m: float = 50_000, limit: int = 200
) -> list[NearMiss]:
    """People who are out although a place of theirs is in the area or within `margin_m` of it.

    At most `limit`, the nearest first; people known only by a country that the area's shape
    touches, or nearly so, but its list does not name come last, and keep up to half of the places.
    """
    found = _candidates(area, at, margin_m=margin_m)
    homes = measure(found.homes, area, margin_m=margin_m)
    verdicts = judge(found.rows, area, paused=found.paused, margin_m=margin_m)
    at_home = np.setdiff1d(_inside_at_home(found.homes, homes).person_ids, found.paused)
    inside = np.union1d(at_home, _inside(verdicts).person_ids)
    inside = np.setdiff1d(inside, found.left)
    missed = misses(verdicts, margin_m=margin_m, inside=inside, left=found.left)
    missed += misses_at_home(
        found.homes,
        homes,
        margin_m=margin_m,
        left=found.left,
        paused=found.paused,
        limit=limit,
    )
    missed.sort(key=NearMiss.nearness)
    unlisted = _unlisted(area, at, np.union1d(inside, found.left), found.paused)
    kept = limit - min(len(unlisted), limit // 2)
    return (missed[:kept] + unlisted)[:limit]


def _candidates(area: Area, at: datetime, *, margin_m: float | None = None) -> Candidates:
    """With a margin, also whoever has a place near that does not count."""
    margin = margin_m or 0.0
    found = rows.search(looks(area, VAGUE_ABOVE_M + margin, MAX_ACCURACY_M + margin), at)
    listed = rows.rows_in_countries(area.countries, at) if area.countries else _no_rows()
    if found.movers is None or len(listed):
        people = np.concatenate([found.homes["person"], found.visitors, listed["person"]])
        others = rows.rows_of_movers(people, area.countries, at)
    else:
        movers = np.unique(found.movers) if len(found.movers) else found.movers
        others = rows.rows_of_people(movers, area.countries, at)
    if margin_m is not None:
        more = np.setdiff1d(found.visitors, others["person"])
        others = np.concatenate([others, rows.rows_of_people(more, area.countries, at)])
    if len(listed):
        settled = listed[~np.isin(listed["person"], others["person"])]
        others = np.concatenate([others, settled])
    homes = found.homes
    if len(others):
        homes = homes[~np.isin(homes["person"], others["person"])]
    return Candidates(homes, others, found.left, found.paused)


def _without_people(places: Places, ids: NDArray[np.int64]) -> Places:
    return places[~np.isin(places["person"], ids)] if len(ids) else places


def _no_rows() -> Rows:
    return np.empty(0, dtype=rows.ROW)


def _inside_at_home(homes: Places, measured: Measured) -> Inside:
    """People of one place, ordered: nothing to weigh against it."""
    chosen = np.flatnonzero(measured.touches)
    people = homes["person"][chosen]
    order = np.argsort(people)
    chosen = chosen[order]
    return Inside(
        person_ids=people[order],
        certain=measured.certain[chosen].astype(np.uint8),
        reasons=np.full(len(chosen), Reason.RESIDENCE_IN_CIRCLE, dtype=np.uint8),
        distances=measured.distance_m[chosen].astype(np.float32),
    )


def _inside(verdicts: Verdicts) -> Inside:
    decides = np.flatnonzero(verdicts.counts & verdicts.touches)
    doubtful = verdicts.of_people(verdicts.counts & ~verdicts.certain)
    reasons = reasons_inside(verdicts)
    chosen = _first_of_each(verdicts, decides, reasons)
    who = verdicts.who[chosen]
    return Inside(
        person_ids=verdicts.people[who],
        certain=(~doubtful[who]).astype(np.uint8),
        reasons=reasons[chosen],
        distances=verdicts.measured.distance_m[chosen].astype(np.float32),
    )


def _first_of_each(
    verdicts: Verdicts, chosen: NDArray[np.intp], reasons: NDArray[np.uint8]
) -> NDArray[np.intp]:
    """Of every person the row with the strongest reason, then the nearest; ordered by person."""
    distance = verdicts.measured.distance_m[chosen]
    order = np.lexsort((distance, reasons[chosen], verdicts.who[chosen]))
    chosen = chosen[order]
    _, first = np.unique(verdicts.who[chosen], return_index=True)
    return chosen[first]


def _joined(one: Inside, other: Inside) -> Inside:
    """Both; nobody is in both."""
    return Inside(
        np.concatenate([one.person_ids, other.person_ids]),
        np.concatenate([one.certain, other.certain]),
        np.concatenate([one.reasons, other.reasons]),
        np.concatenate([one.distances, other.distances]),
    )


def _sorted(found: Inside) -> Inside:
    order = np.argsort(found.person_ids)
    return Inside(
        found.person_ids[order], found.certain[order], found.reasons[order], found.distances[order]
    )


def _without(found: Inside, left: NDArray[np.int64]) -> Inside:
    if not len(left):
        return found
    keep = ~np.isin(found.person_ids, left)
    return Inside(
        found.person_ids[keep], found.certain[keep], found.reasons[keep], found.distances[keep]
    )


def _unlisted(
    area: Area, at: datetime, known: NDArray[np.int64], paused: NDArray[np.int64]
) -> list[NearMiss]:
    """People known only by a country in which somebody's point lies in the shape or, by half a
    degree at most, beside it: rather one country too many than one too few."""
    touched = rows.countries_in(looks(area, 0.0, 0.0))
    missing = sorted(set(touched) - set(area.countries))
    if not missing:
        return []
    alone = Area(None, tuple(missing))
    found = rows.rows_known_by_country(missing, at)
    moving = rows.rows_of_movers(np.unique(found["person"]), missing, at)
    others = found[~np.isin(found["person"], moving["person"])]
    verdicts = judge(np.concatenate([others, moving]), alone, paused=paused)
    pointless = np.isnan(verdicts.rows["latitude"])
    chosen = verdicts.counts & verdicts.touches & pointless
    ids = np.unique(verdicts.rows["person"][chosen])
    return [NearMiss.known_by_country(p) for p in np.setdiff1d(ids, known).tolist()]
