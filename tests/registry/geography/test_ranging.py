"""Polygons against brute force: random ones with holes, at the poles and the antimeridian."""

import math
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.geography.areas import make_area
from registry.geography.covering import cover
from registry.geography.looks import WIDE_PER_DEGREE
from registry.geography.measuring import measure
from registry.geography.rows import PLACE
from registry.geography.sound import make_polygon
from registry.models.whereabouts import MAX_ACCURACY_M, VAGUE_ABOVE_M
from tests.registry.geography.oracle import WGS84, Oracle, star

HARD = [
    (0, 0), (0, 180), (-17.7, 179.99), (90, 0), (-90, 77), (89.9, 12), (66.5, 25), (51.5, 0),
    (-75, -179.9), (-17.7, 168.3),
]  # fmt: skip
UNSURE_M = 2e-6  # the oracle's own error, and more than ours
ON_THE_EDGE_M = 5e-7  # nearer than this somebody without any inaccuracy is inside


def some_places(rng: Random, rings: list, oracle: Oracle, reach: float) -> list:
    """(latitude, longitude): corners, spots all over, and spots a hair's breadth from an edge."""
    lon, lat = rings[0][0]
    spots = [(ring[1][1], ring[1][0]) for ring in rings]
    for _ in range(7):
        east, north, _ = WGS84.fwd(lon, lat, rng.uniform(0, 360), rng.uniform(0, 2 * reach))
        spots.append((north, east))
    for _ in range(10):
        lon0, lat0, azimuth, length, _, _ = rng.choice(oracle.edges)
        east, north, back = WGS84.fwd(lon0, lat0, azimuth, length * rng.random())
        off = rng.choice([1e-5, 1e-3, 3e-3, 1, 100, 1_500, 30_000])
        side = back + rng.choice([90, -90, rng.uniform(0, 360)])
        east, north, _ = WGS84.fwd(east, north, side, off)
        spots.append((north, east))
    return spots


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**9), centre=st.sampled_from(HARD), size=st.floats(2, 6.45))
def test_inside_certain_and_covered_are_what_brute_force_finds(seed, centre, size):
    """`size` is the decimal logarithm of the polygon's reach in metres: 100 m to 2,800 km."""
    rng, reach = Random(seed), 10**size
    rings = [star(rng, *centre, (reach * 0.5, reach), rng.randint(7, 12))]
    if rng.random() < 0.6:
        rings.append(star(rng, *centre, (reach * 0.1, reach * 0.3), rng.randint(4, 7)))
    oracle = Oracle(rings)
    spots = some_places(rng, rings, oracle, reach)
    edge_m = [oracle.distance(*spot) for spot in spots]
    places = np.zeros(len(spots), PLACE)
    places["latitude"], places["longitude"] = np.array(spots).T
    places["accuracy_m"] = [
        min(MAX_ACCURACY_M, max(0.0, rng.choice([0, 10, 999, 5e3, 5e4, d - 1e-4, d + 1e-4, d - 1])))
        for d in edge_m
    ]
    geometry = {"type": "Polygon", "coordinates": [[list(p) for p in ring] for ring in rings]}
    area = make_area(polygon=make_polygon(geometry))
    found = measure(places, area)
    strips = [cover(area, VAGUE_ABOVE_M), cover(area, MAX_ACCURACY_M, per_degree=WIDE_PER_DEGREE)]
    for number, (spot, metres) in enumerate(zip(spots, edge_m, strict=True)):
        accuracy = places["accuracy_m"][number]
        if metres < UNSURE_M:
            assert found.touches[number] or metres > ON_THE_EDGE_M, spot
            continue
        if abs(metres - accuracy) < UNSURE_M:
            continue
        inside = oracle.inside(*spot)
        assert found.touches[number] == (inside or metres <= accuracy), (spot, metres, accuracy)
        assert found.certain[number] == (inside and metres >= accuracy), (spot, metres, accuracy)
        if found.touches[number]:
            told = found.distance_m[number]
            assert told == 0 if inside else abs(told - metres) < 5
            assert in_strips(strips[int(accuracy > VAGUE_ABOVE_M)], *spot), spot


def in_strips(strips, latitude: float, longitude: float) -> bool:
    band = math.floor(latitude * strips.per_degree)
    found = (strips.bands == band) & (strips.west <= longitude) & (longitude <= strips.east)
    return bool(found.any())


def test_strips_of_a_polygon_do_not_overlap_and_leave_out_its_large_hole():
    square = [[160, -20], [170, -20], [170, -10], [160, -10], [160, -20]]
    hole = [[162, -18], [168, -18], [168, -12], [162, -12], [162, -18]]
    area = make_area(polygon=make_polygon({"type": "Polygon", "coordinates": [square, hole]}))
    strips = cover(area, VAGUE_ABOVE_M)
    order = np.lexsort((strips.west, strips.bands))
    bands, west, east = strips.bands[order], strips.west[order], strips.east[order]
    same = bands[1:] == bands[:-1]
    assert (west[1:][same] > east[:-1][same]).all()
    assert in_strips(strips, -19, 165)
    assert not in_strips(strips, -15, 165)
    assert not in_strips(strips, -15, 171)
