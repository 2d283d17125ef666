"""The offline map: what its template shows, as data. No border is drawn, here or on it.

A page includes it:

    {% include "console/_map.html" with grounds=incident|grounds %}

`grounds` are things with the columns of an area (an incident, a widening, an AreaDraft). With
`edit=True` it stands in a form and writes latitude, longitude, radius_km and polygon, those of
them that the form has. `points` is an address of JSON
{"clusters": [{"lat": …, "lon": …, "n": …, "help": 0}]}, asked with the zoom and the edges of what
is in sight, and again on the page's `standings` event; one person alone has `person` and
`condition`, and leads to `people`, an address behind which their number stands. `view` is where
else it looks. `marks` are named places (`marks_of`); with `pick=True` it stands in a form and
writes where one presses into latitude and longitude.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.utils.translation import get_language

from crisis.incidents.drafts import AreaDraft, polygon_of
from registry.places import cities, cities_of

# Sea and land around the outermost towns.
MARGIN_DEG = 1.5


def ground_data(grounds: Iterable[Any]) -> str:
    """The shapes as JSON for map.js: {"circle": [latitude, longitude, metres]} or {"polygon":
    GeoJSON}. Countries have no shape here; pages name them in words."""
    shapes: list[dict[str, Any]] = []
    for ground in grounds:
        if ground.radius_m is not None:
            shapes.append({"circle": [ground.latitude, ground.longitude, ground.radius_m]})
        if ground.polygon:
            shapes.append({"polygon": _geometry(ground.polygon)})
    return json.dumps(shapes)


def _geometry(polygon: Any) -> Any:
    """As it is stored, or as it was pasted and has been checked since."""
    return polygon_of(AreaDraft(polygon=polygon))


def view_of(countries: Sequence[str]) -> str:
    """south,west,north,east around the towns of these countries, across the antimeridian where
    that is nearer; empty where none is known."""
    places = [(c.latitude, c.longitude) for code in countries for c in cities_of(code)]
    if not places:
        return ""
    first = places[0][1]
    longitudes = [first + (lon - first + 180) % 360 - 180 for _lat, lon in places]
    latitudes = [lat for lat, _lon in places]
    edges = (
        min(latitudes) - MARGIN_DEG,
        min(longitudes) - MARGIN_DEG,
        max(latitudes) + MARGIN_DEG,
        max(longitudes) + MARGIN_DEG,
    )
    return ",".join(f"{edge:.2f}" for edge in edges)


@cache
def towns(language: str) -> str:
    """[[name, latitude, longitude], …] as JSON, the largest first."""
    ordered = sorted(cities(), key=lambda city: -city.population)
    rows = [[c.label(language), round(c.latitude, 3), round(c.longitude, 3)] for c in ordered]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def marks_of(things: Iterable[Any]) -> str:
    """Places or crossings with `latitude`, `longitude` and a name, as JSON for map_marks.js. The
    class is their kind, or their status where they have no kind."""
    english = get_language() == "en"
    marks = [
        {
            "name": (english and getattr(one, "name_en", "")) or str(one),
            "lat": one.latitude,
            "lon": one.longitude,
            "kind": getattr(one, "kind", "") or getattr(one, "status", ""),
        }
        for one in things
    ]
    return json.dumps(marks, ensure_ascii=False)
