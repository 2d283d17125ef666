"""Where the people of an incident are thought to be, gathered into clusters for a map.

All places are read at most every few seconds a process and kept as packed columns; each zoom and
piece of the map is then gathered from them in milliseconds.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Q

from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Condition
from registry.models import CurrentWhereabouts

LASTS_S = 15.0
KEPT_INCIDENTS = 4
MAX_ZOOM = 18
# Three cells to a tile's edge: 85 pixels. Never more than so many across what is in sight.
CELLS_A_TILE = 3
CELLS_ACROSS = 96
# For who may see no single person: cells of some 25 km, drawn at their middle.
COARSE_DEG = 0.25
_CODES = {condition.value: number for number, condition in enumerate(Condition)}
_HELP = [_CODES[Condition.NEEDS_HELP], _CODES[Condition.INJURED]]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Places:
    """One entry a person who has a point; `nowhere` counts those who have none."""

    persons: npt.NDArray[np.int64]
    latitudes: Floats
    longitudes: Floats
    conditions: npt.NDArray[np.uint8]
    help: npt.NDArray[np.bool_]
    nowhere: int


@dataclass(frozen=True, slots=True)
class Sight:
    """What a map shows: its zoom, and its edges in degrees; east may be beyond 180°."""

    zoom: int
    west: float
    south: float
    east: float
    north: float


_kept: OrderedDict[int, tuple[float, Places]] = OrderedDict()


def places_of(incident: Incident) -> Places:
    """As they were at most LASTS_S ago."""
    read_at, places = _kept.get(incident.pk, (0.0, None))
    if places is None or time.monotonic() - read_at > LASTS_S:
        places = read_places(incident)
        _kept[incident.pk] = (time.monotonic(), places)
    _kept.move_to_end(incident.pk)
    while len(_kept) > KEPT_INCIDENTS:
        _kept.popitem(last=False)
    return places


def forget() -> None:
    """Read anew at the next question (tests)."""
    _kept.clear()


def read_places(incident: Incident) -> Places:
    standings = Standing.objects.counted().filter(incident=incident)
    rows = standings.values_list("person_ref", "condition", "possible_help")
    states = {person: (_CODES[condition], possible) for person, condition, possible in rows}
    current = CurrentWhereabouts.objects.filter(
        Q(whereabouts__latitude__isnull=False), person__in=standings.values("person_ref")
    )
    columns = current.values_list("person_id", "whereabouts__latitude", "whereabouts__longitude")
    found = [row for row in columns if row[0] in states]
    persons, latitudes, longitudes = zip(*found, strict=True) if found else ((), (), ())
    told = [states[person] for person in persons]
    conditions = np.array([code for code, _ in told], np.uint8)
    return Places(
        persons=np.array(persons, np.int64),
        latitudes=np.array(latitudes, np.float64),
        longitudes=np.array(longitudes, np.float64),
        conditions=conditions,
        help=np.isin(conditions, _HELP) | np.array([possible for _, possible in told], bool),
        nowhere=len(states) - len(found),
    )


def clusters(places: Places, sight: Sight, *, single: bool) -> list[dict[str, Any]]:
    """{"lat", "lon", "n", "help"} of each cell in sight that holds somebody, the largest first.

    With `single`, one person alone is a point with their number and condition, and a cluster lies
    amid its people; without, cells are coarse and lie where their middle is, whoever is in them.
    """
    width = min(360.0, max(sight.east - sight.west, 1e-9))
    cell = max(360.0 / 2**sight.zoom / CELLS_A_TILE, width / CELLS_ACROSS)
    cell = cell if single else max(cell, COARSE_DEG)
    # Counted from the western edge, whatever side of the antimeridian that is.
    longitudes = sight.west + (places.longitudes - sight.west) % 360.0
    seen = (
        (places.latitudes >= sight.south)
        & (places.latitudes <= sight.north)
        & (longitudes <= sight.west + width)
    )
    rows = np.flatnonzero(seen)
    if not rows.size:
        return []
    # The grid is fixed to the earth, so that clusters stay where they are when the map is moved.
    down = np.floor(places.latitudes[rows] / cell).astype(np.int64)
    across = np.floor(longitudes[rows] / cell).astype(np.int64)
    _, first, members, sizes = np.unique(
        down * 4_000_003 + across, return_index=True, return_inverse=True, return_counts=True
    )
    if single:
        latitudes = np.bincount(members, places.latitudes[rows]) / sizes
        middles = np.bincount(members, longitudes[rows]) / sizes
    else:
        latitudes, middles = (down[first] + 0.5) * cell, (across[first] + 0.5) * cell
    helped = np.bincount(members, places.help[rows])
    order = np.argsort(-sizes, kind="stable")
    told = zip(latitudes, middles, sizes, helped, rows[first], strict=True)
    found = [_cluster(*row) for row in told]
    if single:
        for row, index in zip(found, rows[first], strict=True):
            if row["n"] == 1:
                row |= _person(places, index)
    return [found[number] for number in order]


def _cluster(lat: float, lon: float, n: int, help_: float, _first: int) -> dict[str, Any]:
    east = (lon + 180.0) % 360.0 - 180.0
    return {"lat": round(lat, 5), "lon": round(east, 5), "n": int(n), "help": int(help_)}


def _person(places: Places, index: int) -> dict[str, Any]:
    condition: Sequence[str] = list(_CODES)
    return {
        "person": int(places.persons[index]),
        "condition": condition[places.conditions[index]],
    }
