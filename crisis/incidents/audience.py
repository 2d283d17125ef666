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
FIRST_SLICE = 500


def slices_of(
    incident: Incident, inside: Inside, size: int, *, first: int = 0
) -> Iterator[AudienceSlice]:
    """Unsaved slices that hold all of `inside`, in order of person id, numbered from `first`."""
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
        )


def frozen_ids(incident: Incident) -> NDArray[np.int64]:
    """The ids of everybody in the audience, in no order."""
    packed = AudienceSlice.objects.filter(incident=incident).values_list("person_ids", flat=True)
    pieces = [np.frombuffer(piece, "<i8") for piece in packed]
    return np.concatenate(pieces) if pieces else np.empty(0, np.int64)


_COLUMNS = ("incident", "number", "size", "person_ids", "certain", "reasons", "distances")


def freeze(incident: Incident, inside: Inside, size: int, *, first: int = 0) -> None:
    """Write the slices from number `first` on, in the commit that declares or widens."""
    rows = (
        (incident.pk, s.number, s.size, s.person_ids, s.certain, s.reasons, s.distances)
        for s in slices_of(incident, inside, size, first=first)
    )
    bulk.insert_large(AudienceSlice, _COLUMNS, rows)


def members_of(piece: AudienceSlice) -> list[Member]:
    """The slice, unpacked."""
    columns = (
        np.frombuffer(piece.person_ids, "<i8").tolist(),
        np.frombuffer(piece.certain, "u1").tolist(),
        np.frombuffer(piece.reasons, "u1").tolist(),
        np.frombuffer(piece.distances, "<f4").tolist(),
    )
    return [
        Member(person, bool(certain), reason, None if math.isnan(distance) else distance)
        for person, certain, reason, distance in zip(*columns, strict=True)
    ]
