"""What may be drawn, what is refused and why, and that two ways to draw one ground are one."""

import json

import numpy as np
import pytest

from config.kernel.errors import DomainError
from registry.geography.areas import area_from, make_area
from registry.geography.measuring import measure
from registry.geography.polygons import geojson_of, read_polygon, square_kilometres
from registry.geography.rows import PLACE
from registry.geography.sound import make_polygon
from tests.registry.geography.oracle import crossing_of_antimeridian


def square(west: float, south: float, size: float = 1.0) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def patches(*polygons):
    return {"type": "MultiPolygon", "coordinates": [list(rings) for rings in polygons]}


SOUND = {
    "a square": polygon(square(0, 0)),
    "drawn clockwise": polygon(square(0, 0)[::-1]),
    "a hole": polygon(square(0, 0, 10), square(2, 2)),
    "a height is left out": polygon([[*p, 12.5] for p in square(0, 0)]),
    "two patches": patches([square(0, 0)], [square(5, 5)]),
    "patches that touch at a corner": patches([square(0, 0)], [square(1, 1)]),
    "patches half a world apart": patches([square(0, 0)], [square(170, -50)]),
    "an island in a lake": patches([square(0, 0, 10), square(2, 2, 5)], [square(3, 3)]),
    "a feature": {"type": "Feature", "properties": {}, "geometry": polygon(square(0, 0))},
    "a collection of one": {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": polygon(square(0, 0))}],
    },
}


@pytest.mark.parametrize("geometry", SOUND.values(), ids=SOUND.keys())
def test_sound_polygon_is_taken_and_keeps_its_form_when_stored(geometry):
    made = make_polygon(geometry)
    stored = json.loads(json.dumps(geojson_of(made)))
    assert read_polygon(stored) == made
    assert geojson_of(read_polygon(stored)) == stored


BOW_TIE = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
REFUSED = {
    "text": ("not json", "bad_geojson"),
    "a list": ("[1]", "bad_geojson"),
    "a point": ({"type": "Point", "coordinates": [1, 2]}, "bad_geojson"),
    "a feature without geometry": ({"type": "Feature", "geometry": None}, "bad_geojson"),
    "two features": ({"type": "FeatureCollection", "features": [{}, {}]}, "bad_geojson"),
    "a word for a number": (polygon([[0, 0], [1, 0], [1, "x"], [0, 0]]), "bad_geojson"),
    "not a number": (polygon([[float("nan"), 0], [1, 0], [1, 1], [0, 0]]), "bad_geojson"),
    "no coordinates": ({"type": "Polygon"}, "bad_geojson"),
    "no ring": (polygon(), "short_ring"),
    "an empty ring": (polygon([]), "short_ring"),
    "there and back": (polygon([[0, 0], [1, 1], [0, 0]]), "short_ring"),
    "unclosed": (polygon([[0, 0], [1, 0], [1, 1], [0, 1]]), "unclosed_ring"),
    "latitude first": (polygon([[-17, 168], [-18, 168], [-18, 169], [-17, 168]]),
                       "swapped_coordinates"),
    "off the globe": (polygon(square(190, 0)), "bad_coordinates"),
    "too many vertices": (polygon([[n / 1000, 0] for n in range(5_001)] + [[0, 0]]),
                          "too_many_vertices"),
    "half the globe": (polygon(square(-80, -80, 160)), "polygon_too_large"),
    "a bow-tie": (polygon(BOW_TIE), "self_crossing"),
    "a bow-tie over the antimeridian": (
        polygon([[(x + 359.5) % 360 - 180, y] for x, y in BOW_TIE]), "self_crossing"),
    "a bow-tie at a corner": (
        polygon([[0, 0], [1, 1], [2, 0], [2, 2], [1, 1], [0, 2], [0, 0]]), "self_crossing"),
    "a spike": (polygon([[0, 0], [2, 0], [1, 0], [1, 1], [0, 0]]), "self_crossing"),
    "a flat ring": (polygon([[0, 0], [2, 0], [1, 0], [0, 0]]), "self_crossing"),
    "a hole outside": (polygon(square(0, 0), square(5, 5)), "hole_outside"),
    "a hole half outside": (polygon(square(0, 0, 10), square(9.5, 2)), "hole_outside"),
    "a hole in a hole": (polygon(square(0, 0, 10), square(2, 2, 5), square(3, 3)),
                         "hole_outside"),
    "patches that cross": (patches([square(0, 0)], [square(0.5, 0.5)]), "overlapping_polygons"),
    "a patch in a patch": (patches([square(0, 0, 10)], [square(2, 2)]), "overlapping_polygons"),
}  # fmt: skip


@pytest.mark.parametrize(("geometry", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_unsound_polygon_is_refused_with_its_reason(geometry, code):
    with pytest.raises(DomainError) as refusal:
        make_polygon(geometry)
    assert refusal.value.code == code


def test_circle_and_polygon_together_are_refused():
    with pytest.raises(DomainError) as refusal:
        area_from(latitude=0, longitude=0, radius_m=1000, polygon=polygon(square(0, 0)))
    assert refusal.value.code == "two_shapes"
    area = area_from(latitude=None, longitude=None, radius_m=None, polygon=polygon(square(0, 0)))
    assert area.polygon == make_polygon(polygon(square(0, 0)))


def test_area_is_that_of_the_ground_whichever_way_round_it_is_drawn():
    degree = square_kilometres(make_polygon(polygon(square(0, 0))))
    assert degree == pytest.approx(12_308.8, abs=0.5)  # one degree at the equator
    assert square_kilometres(make_polygon(polygon(square(0, 0)[::-1]))) == pytest.approx(degree)
    holed = polygon(square(-1, -1, 3), square(0, 0))
    whole = square_kilometres(make_polygon(polygon(square(-1, -1, 3))))
    assert square_kilometres(make_polygon(holed)) == pytest.approx(whole - degree)


# -- One ground, drawn in two ways -------------------------------------------------------------


def scattered(south: float, north: float, west: float, east: float) -> np.ndarray:
    """2,000 places, 200 of them on the antimeridian, and a pole where it is near."""
    rng = np.random.default_rng(5)
    places = np.zeros(2_000, PLACE)
    places["latitude"] = rng.uniform(south, north, 2_000)
    places["longitude"] = (rng.uniform(west, east, 2_000) + 180) % 360 - 180
    places["longitude"][:200] = rng.choice([-180.0, 180.0], 200)
    places["latitude"][0] = max(south, -90)
    places["accuracy_m"] = rng.choice([0, 100, 5_000, 50_000], 2_000)
    return places


def assert_same_people(one, other, places):
    first, second = (measure(places, make_area(polygon=make_polygon(g))) for g in (one, other))
    assert 200 < first.touches.sum() < 1_999
    assert (first.touches == second.touches).all()
    assert (first.certain == second.certain).all()


def test_ring_over_the_antimeridian_is_what_it_is_when_cut_there():
    """Between 177 E and 178 W; the cut is written with other corners on its two sides."""
    south = crossing_of_antimeridian((177, -19), (-178, -19))
    north = crossing_of_antimeridian((177, -15), (-178, -15))
    ring = [[177, -19], [-178, -19], [-178, -15], [177, -15], [177, -19]]
    west = [[177, -19], [180, south], [180, north], [177, -15], [177, -19]]
    east = [[-180, south], [-178, -19], [-178, -15], [-180, north], [-180, -17], [-180, south]]
    assert_same_people(polygon(ring), patches([west], [east]), scattered(-21, -13, 175, 184))


def test_ring_around_a_pole_holds_the_pole_however_it_is_drawn():
    """As a map in degrees draws it, down to the pole and along it, and as a plain ring."""
    rim = [[degrees, -70] for degrees in range(-180, 181, 10)]
    planar = [*rim, [180, -90], [-180, -90], [-180, -70]]
    places = scattered(-90, -60, -180, 180)
    assert_same_people(polygon(planar), polygon([*rim[:-1], rim[0]]), places)
    found = measure(places, make_area(polygon=make_polygon(polygon(planar))))
    assert places["latitude"][0] == -90
    assert found.certain[0]
