"""The ground of an incident as it is now, and who of its audience stands on it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crisis.incidents.audience import frozen_ids, outside_ids
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.models import Incident, Outage, Reshaping, Widening
from registry.geography.inside import Inside
from registry.models import Merge

Ground = Incident | Widening | Reshaping | Outage
Ids = NDArray[np.int64]


def ground_of(thing: Ground) -> AreaDraft:
    """The ground as it was submitted."""
    return AreaDraft(
        latitude=thing.latitude,
        longitude=thing.longitude,
        radius_m=thing.radius_m,
        countries=tuple(thing.countries),
        polygon=thing.polygon,
    )


def grounds_now(incident: Incident) -> list[Ground]:
    """What makes up the area now: as it was last redrawn, or else as declared, and all that was
    added since."""
    last = incident.reshapings.exclude(reshaped_at=None).order_by("-reshaped_at").first()
    added = incident.widenings.exclude(widened_at=None).order_by("pk")
    if last is None:
        return [incident, *added]
    return [last, *added.filter(widened_at__gt=last.reshaped_at)]


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is concerned when the people inside are these: `fresh` are new in the audience, `back`
    were out and are in again, `left` are in the audience and not inside, `stay` the rest."""

    fresh: Inside
    back: Ids
    left: Ids
    stay: Ids

    @property
    def told(self) -> int:
        return len(self.fresh) + len(self.back)


def shift_to(inside: Inside, incident: Incident) -> Shift:
    """What the audience would become if the area held exactly these people.

    Who was merged with another registration is who they were merged with: the audience may hold
    the one that is gone, the registry knows the one that is kept.
    """
    frozen, outside = frozen_ids(incident), outside_ids(incident)
    kept = _kept_for(frozen)
    standing_for = np.array(list(kept.values()), np.int64)
    gone = np.array(list(kept), np.int64)
    ids = np.union1d(inside.person_ids, gone[np.isin(standing_for, inside.person_ids)])
    fresh = ~np.isin(inside.person_ids, np.concatenate([frozen, standing_for]))
    within = np.isin(frozen, ids)
    out = np.isin(frozen, outside)
    return Shift(
        fresh=only(inside, fresh),
        back=frozen[within & out],
        left=frozen[~within & ~out],
        stay=frozen[within & ~out],
    )


def _kept_for(frozen: Ids) -> dict[int, int]:
    """Of these, who was found to be somebody else: id → who that is."""
    merges = Merge.objects.filter(undone_at=None).values_list("gone_id", "kept_id")
    known: dict[int, int] = dict(merges)
    chosen = np.intersect1d(np.array(list(known), np.int64), frozen)
    return {gone: _end(known, gone) for gone in chosen.tolist()}


def _end(known: dict[int, int], person: int) -> int:
    while person in known:
        person = known[person]
    return person


def only(inside: Inside, chosen: NDArray[np.bool_]) -> Inside:
    return Inside(
        inside.person_ids[chosen],
        inside.certain[chosen],
        inside.reasons[chosen],
        inside.distances[chosen],
    )


def as_ids(ids: Iterable[int]) -> Ids:
    return np.array(list(ids), np.int64)
