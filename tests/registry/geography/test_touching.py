"""Whether two areas share ground, across the antimeridian and over the poles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.geography.areas import Area, area_from
from registry.geography.lines import WGS84
from registry.geography.touching import areas_touch


def circle(latitude: float, longitude: float, km: float, *countries: str) -> Area:
    return area_from(
        latitude=latitude, longitude=longitude, radius_m=km * 1000, countries=countries
    )


def box(south: float, west: float, north: float, east: float) -> Area:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    return area_from(latitude=None, longitude=None, radius_m=None, polygon=polygon)


def countries(*codes: str) -> Area:
    return area_from(latitude=None, longitude=None, radius_m=None, countries=codes)


VILA = circle(-17.7, 168.3, 100)


@pytest.mark.parametrize(
    ("one", "other", "touch"),
    [
        (VILA, VILA, True),
        (VILA, circle(-17.7, 170.0, 100), True),
        (VILA, circle(-17.7, 171.0, 100), False),
        (circle(-17, 179.5, 80), circle(-17, -179.5, 80), True),
        (circle(-17, 179.5, 40), circle(-17, -179.5, 40), False),
        (circle(89, 0, 120), circle(89, 180, 120), True),
        (VILA, box(-18.2, 167.6, -17.1, 168.9), True),
        (VILA, box(-30, 160, -10, 175), True),  # the circle within
        (circle(-17.7, 168.3, 1000), box(-18.2, 167.6, -17.1, 168.9), True),  # the box within
        (VILA, box(-15, 167, -14, 168), False),
        (circle(-17, -179.9, 20), box(-18, 178, -16, -179.95), True),
        (box(-18, 178, -16, -179), box(-17, -179.5, -15, -178), True),
        (box(-18, 178, -16, -179), box(-17, -178, -15, -177), False),
        (box(-18, 160, -16, 170), box(-30, 164, -5, 166), True),  # a cross: no corner inside
        (countries("VU", "FJ"), countries("FJ"), True),
        (countries("VU"), countries("FJ"), False),
        (countries("VU"), VILA, False),
        (circle(0, 0, 10, "VU"), circle(50, 50, 10, "VU"), True),
    ],
)
def test_areas_touch(one, other, touch):
    assert areas_touch(one, other) is touch
    assert areas_touch(other, one) is touch


@settings(max_examples=60)
@given(
    latitude=st.floats(-80, 80),
    longitude=st.floats(-180, 180),
    azimuth=st.floats(-180, 180),
    radii=st.tuples(st.floats(1, 400), st.floats(1, 400)),
    apart=st.floats(0, 900),
)
def test_circles_touch_when_their_centres_are_no_farther_than_both_radii(
    latitude, longitude, azimuth, radii, apart
):
    to_lon, to_lat, _ = WGS84.fwd(longitude, latitude, azimuth, apart * 1000)
    if abs(apart - sum(radii)) > 0.001:
        first, second = circle(latitude, longitude, radii[0]), circle(to_lat, to_lon, radii[1])
        assert areas_touch(first, second) is (apart < sum(radii))
