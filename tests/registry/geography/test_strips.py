"""Geometry against the truth: geopy's geodesic, published lines, brute force on hard circles."""

import math
from pathlib import Path
from random import Random

import numpy as np
import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from registry.drafts import band_of
from registry.geography.areas import Circle, make_area, make_circle
from registry.geography.covering import strips_of
from registry.geography.inside import people_inside
from registry.geography.lines import ROUGH_ERROR_M, WGS84, rough_distances
from registry.geography.looks import WIDE_PER_DEGREE
from registry.geography.measuring import measure
from registry.geography.rows import PLACE
from registry.geography.sound import make_polygon
from registry.geography.strips import Strips, cap_strips, strips_one_by_one
from registry.models import Person, Whereabouts
from registry.models.whereabouts import BANDS_PER_DEGREE
from tests.registry.geography.oracle import star

FIXTURE = Path(__file__).parents[4] / "shared/fixtures/geodesic/GeodTest-first20.dat"

# lat1, lon1, lat2, lon2, metres: from C. F. F. Karney's GeodTest.dat (CC0), rounded.
OWN = [
    (3.311913742e-3, 0, 0.001762385472585824, 32.846794581272844, 3656488.4472191),
    (20.423135394589, 0, -21.179388017798691648, 179.757116934570412271, 19917969.3423672),
    (35.602540598169, 0, -19.406200172031696834, 78.995799629955596127, 10299779.6328425),
    (26.010745808687, 0, 64.958396828764391273, 0.001576658648546905, 4328675.605565),
    (17.162079946072, 0, -17.162079946072, 179.423239711929197618, 19973237.8142662576352),
]


def published() -> list[tuple[float, ...]]:
    if not FIXTURE.exists():
        pytest.skip("the shared geodesic lines are not beside this repository")
    rows = [list(map(float, line.split())) for line in FIXTURE.read_text().splitlines()]
    return [(lat1, lon1, lat2, lon2, s12) for lat1, lon1, _, lat2, lon2, _, s12, *_ in rows]


@pytest.mark.parametrize("line", OWN)
def test_distance_is_that_of_published_lines(line):
    lat1, lon1, lat2, lon2, metres = line
    assert WGS84.inv(lon1, lat1, lon2, lat2)[2] == pytest.approx(metres, abs=1e-6)


def test_distance_is_that_of_the_shared_lines():
    for lat1, lon1, lat2, lon2, metres in published():
        assert WGS84.inv(lon1, lat1, lon2, lat2)[2] == pytest.approx(metres, abs=1e-6)


@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    lines=st.lists(st.tuples(st.floats(0, 360), st.floats(0, 9_000_000)), min_size=1, max_size=40),
    mostly_within_m=st.sampled_from([0.0, 1e7]),
)
def test_rough_distances_err_by_less_than_they_say(latitude, longitude, lines, mostly_within_m):
    """Whichever formula is tried first, however far the places are."""
    azimuth, metres = np.array(lines).T
    centre = np.full(len(lines), longitude), np.full(len(lines), latitude)
    lon, lat, _ = WGS84.fwd(*centre, azimuth, metres)
    rough = rough_distances(latitude, longitude, lat, lon, mostly_within_m=mostly_within_m)
    assert np.abs(rough - metres).max() < ROUGH_ERROR_M / 2


def covered(circle: Circle, reach_m: float, latitude: float, longitude: float) -> bool:
    strips, band = strips_of(circle, reach_m), band_of(latitude)
    return any(
        b == band and west <= longitude <= east
        for b, west, east in zip(strips.bands, strips.west, strips.east, strict=True)
    )


HARD_CENTRES = [
    (0.0, 0.0), (0.0, 180.0), (0.0, -180.0), (-17.7, 179.99), (-17.7, -179.99), (90.0, 0.0),
    (-90.0, 77.0), (89.99, 12.0), (-89.5, -170.0), (66.5, 25.0), (51.5, 0.0), (-0.02, 179.999),
]  # fmt: skip
HARD_RADII = [1.0, 900.0, 20_000.0, 111_000.0, 1_500_000.0, 9_900_000.0, 15_000_000.0, 19_990_000.0]


@pytest.mark.parametrize("centre", HARD_CENTRES)
def test_no_point_on_the_rim_is_lost(centre):
    """Points just inside the rim, in every direction, lie in the strips."""
    for radius in HARD_RADII:
        circle = make_circle(*centre, radius)
        for azimuth in range(0, 360, 15):
            lon, lat, _ = WGS84.fwd(circle.longitude, circle.latitude, azimuth, radius * 0.999999)
            assert covered(circle, radius, lat, lon), (radius, azimuth, lat, lon)


@given(
    latitude=st.floats(-75, 75),
    longitude=st.floats(-180, 180) | st.sampled_from([179.99, -179.99, 180.0, -180.0]),
    reach_m=st.floats(1_000, 450_000),
    per_degree=st.sampled_from([BANDS_PER_DEGREE, WIDE_PER_DEGREE]),
)
def test_strips_one_by_one_are_those_of_arrays(latitude, longitude, reach_m, per_degree):
    bands, west, east = map(
        np.array, zip(*strips_one_by_one(latitude, longitude, reach_m, per_degree), strict=True)
    )
    small = Strips(bands, west, east, np.zeros_like(bands), per_degree)
    centre = np.array([latitude]), np.array([longitude])
    many = cap_strips(*centre, np.array([reach_m]), per_degree=per_degree)
    for strips in (small, many):
        assert len(set(zip(strips.bands, strips.west, strict=True))) == len(strips)
    assert rows_of(small) == pytest.approx(rows_of(many), abs=1e-8)


def rows_of(strips):
    """In order of band and longitude; 1e-8 degrees are a millimetre."""
    order = np.lexsort((strips.west, strips.bands))
    return np.stack([strips.bands[order], strips.west[order], strips.east[order]])


def test_strips_stay_close_to_the_circle():
    strips = strips_of(make_circle(-17.7, 168.3, 100_000), 100_000)
    assert len(strips.bands) <= 16
    assert max(strips.east) - min(strips.west) < 2.0


@pytest.fixture
def scattered(db, at) -> list[Whereabouts]:
    """Places all over the globe, thicker at the poles, the antimeridian and around Vanuatu."""
    rng = Random(20241217)
    corners = [(-90, 0), (90, 0), (89.97, 140), (-17.7, 180), (-17.7, -180), (0, 180), (-17.7, 168)]
    spots = [
        (math.degrees(math.asin(rng.uniform(-1, 1))), rng.uniform(-180, 180)) for _ in range(300)
    ]
    for latitude, longitude in corners:
        for _ in range(70):
            north = max(-90.0, min(90.0, latitude + rng.gauss(0, 1.5)))
            east = (longitude + rng.gauss(0, 1.5) + 180) % 360 - 180
            spots.append((north, east))
    spots += corners
    people = Person.objects.bulk_create(Person(name="测试", registered_at=at) for _spot in spots)
    return Whereabouts.objects.bulk_create(
        Whereabouts(
            person=person, kind="residence", country="VU", recorded_at=at,
            latitude=lat, longitude=lon, band=band_of(lat),
            accuracy_m=rng.choice([0, 10, 1_000, 1_001, 20_000, 50_000]),
        )
        for person, (lat, lon) in zip(people, spots, strict=True)
    )  # fmt: skip


def brute_force(circle: Circle, places: list[Whereabouts]) -> tuple[dict[int, bool], set[int]]:
    """(person → certain, persons too close to a rim to call) by geopy alone."""
    inside, unclear = {}, set()
    for place in places:
        metres = geodesic((circle.latitude, circle.longitude), (place.latitude, place.longitude)).m
        if metres <= circle.radius_m + place.accuracy_m:
            inside[place.person_id] = metres + place.accuracy_m <= circle.radius_m
        rims = (circle.radius_m + place.accuracy_m, circle.radius_m - place.accuracy_m)
        if min(abs(metres - rim) for rim in rims) < 1e-6:
            unclear.add(place.person_id)
    return inside, unclear


def test_inside_is_what_brute_force_finds(scattered, at):
    rng = Random(7)
    circles = [make_circle(*centre, rng.choice(HARD_RADII[1:])) for centre in HARD_CENTRES]
    circles += [
        make_circle(rng.uniform(-90, 90), rng.uniform(-180, 180), 10 ** rng.uniform(3, 7.3))
        for _ in range(8)
    ]
    for circle in circles:
        expected, unclear = brute_force(circle, scattered)
        found = people_inside(make_area(circle=circle), at=at)
        certain = dict(zip(found.person_ids.tolist(), found.certain.astype(bool), strict=True))
        for person in expected.keys() ^ certain.keys():
            assert person in unclear, circle
        for person in (expected.keys() & certain.keys()) - unclear:
            assert certain[person] == expected[person], circle


def test_inside_a_polygon_is_what_measuring_everybody_finds(scattered, at):
    rng = Random(11)
    places = np.zeros(len(scattered), PLACE)
    for name in ("latitude", "longitude", "accuracy_m"):
        places[name] = [getattr(place, name) for place in scattered]
    people = np.array([place.person_id for place in scattered])
    for centre in HARD_CENTRES:
        reach = 10 ** rng.uniform(4.5, 6.4)
        rings = [star(rng, *centre, (reach * 0.5, reach), 9)]
        rings.append(star(rng, *centre, (reach * 0.1, reach * 0.3), 5))
        area = make_area(polygon=make_polygon({"type": "Polygon", "coordinates": rings}))
        expected, found = measure(places, area), people_inside(area, at=at)
        assert found.person_ids.tolist() == sorted(people[expected.touches].tolist())
        certain = found.person_ids[found.certain == 1]
        assert certain.tolist() == sorted(people[expected.certain].tolist())


def test_ids_are_sorted_and_unique(scattered, at):
    found = people_inside(make_area(circle=make_circle(-17.7, 180, 15_000_000)), at=at)
    assert len(found) > 300
    assert (np.diff(found.person_ids) > 0).all()
