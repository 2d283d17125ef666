"""The audience as it is frozen: packed slices of ids, with the reason for each."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from config.kernel import bulk
from crisis.incidents.models import AudienceSlice, Incident
from crisis.incidents.signals import Member
from registry.geography.inside import Inside

# The first slice is small, so that the first message leaves within a second of the confirmation.
FIRST_SLICE = 512


def slices_of(
    incident: Incident,
    inside: Inside,
    size: int,
    *,
    first: int = 0,
    unasked: NDArray[np.uint8] | None = None,
) -> Iterator[AudienceSlice]:
    """Unsaved slices that hold all of `inside`, in order of person id, numbered from `first`.
    `unasked` says of each whether they are not asked."""
    bounds = [0, *range(min(FIRST_SLICE, size), len(inside.person_ids), size)]
    for number, start in enumerate(bounds):
        stop = bounds[number + 1] if number + 1 < len(bounds) else len(inside.person_ids)
        part = slice(start, stop)
        yield AudienceSlice(
            incident=incident,
            number=first + number,
            size=stop - start,
            person_ids=inside.person_ids[part].astype("<i8").tobytes(),
            certain=inside.certain[part].astype("u1").tobytes(),
            reasons=inside.reasons[part].astype("u1").tobytes(),
            distances=inside.distances[part].astype("<f4").tobytes(),
            unasked=None if unasked is None else unasked[part].astype("u1").tobytes(),
        )


def frozen_ids(incident: Incident) -> NDArray[np.int64]:
    """The ids of everybody in the audience, in no order."""
    packed = AudienceSlice.objects.filter(incident=incident).values_list("person_ids", flat=True)
    pieces = [np.frombuffer(piece, "<i8") for piece in packed]
    return np.concatenate(pieces) if pieces else np.empty(0, np.int64)


def outside_ids(incident: Incident) -> NDArray[np.int64]:
    """The ids of those in the audience who are out since the area was narrowed."""
    slices = AudienceSlice.objects.filter(incident=incident, outside__isnull=False)
    packed = slices.values_list("person_ids", "outside")
    pieces = [np.frombuffer(ids, "<i8")[np.frombuffer(out or b"", "u1") > 0] for ids, out in packed]
    return np.concatenate(pieces) if pieces else np.empty(0, np.int64)


def set_outside(incident: Incident, *, left: NDArray[np.int64], back: NDArray[np.int64]) -> None:
    """These members are out from now on, those are in again. Waits for slices that are being
    expanded; those still to come heed it. Call inside a transaction."""
    slices = AudienceSlice.objects.filter(incident=incident).order_by("number")
    for piece in slices.select_for_update():
        ids = np.frombuffer(piece.person_ids, "<i8")
        was = np.frombuffer(piece.outside or bytes(len(ids)), "u1") > 0
        now = (was | np.isin(ids, left)) & ~np.isin(ids, back)
        if (now != was).any():
            packed = now.astype("u1").tobytes() if now.any() else None
            AudienceSlice.objects.filter(pk=piece.pk).update(outside=packed)


_COLUMNS = (
    "incident", "number", "size", "person_ids", "certain", "reasons", "distances", "unasked",
)  # fmt: skip


def freeze(
    incident: Incident,
    inside: Inside,
    size: int,
    *,
    first: int = 0,
    unasked: NDArray[np.uint8] | None = None,
) -> None:
    """Write the slices from number `first` on, in the commit that declares, widens or moves."""
    rows = (
        (incident.pk, s.number, s.size, s.person_ids, s.certain, s.reasons, s.distances, s.unasked)
        for s in slices_of(incident, inside, size, first=first, unasked=unasked)
    )
    bulk.insert_large(AudienceSlice, _COLUMNS, rows)


def members_of(piece: AudienceSlice) -> list[Member]:
    """The slice, unpacked."""
    columns = (
        np.frombuffer(piece.person_ids, "<i8").tolist(),
        np.frombuffer(piece.certain, "u1").tolist(),
        np.frombuffer(piece.reasons, "u1").tolist(),
        np.frombuffer(piece.distances, "<f4").tolist(),
        bytes(piece.outside or bytes(piece.size)),
        bytes(piece.unasked or bytes(piece.size)),
    )
    return [
        Member(
            person,
            bool(certain),
            reason,
            None if math.isnan(distance) else distance,
            bool(outside),
            not unasked,
        )
        for person, certain, reason, distance, outside, unasked in zip(*columns, strict=True)
    ]
