"""Bad areas are refused with a clear error: nobody, never everybody."""

import pytest
from django.utils.translation import override

from config.kernel.errors import DomainError
from registry.geography.areas import Area, Circle, area_from, make_area, make_circle


@pytest.mark.parametrize(
    ("circle", "code"),
    [
        ((91, 0, 1000), "bad_latitude"),
        ((-90.001, 0, 1000), "bad_latitude"),
        ((float("nan"), 0, 1000), "bad_latitude"),
        ((0, 180.5, 1000), "bad_longitude"),
        ((0, float("inf"), 1000), "bad_longitude"),
        ((0, 0, 0), "bad_radius"),
        ((0, 0, -5), "bad_radius"),
        ((0, 0, 25_000_000), "bad_radius"),
        ((0, 0, float("nan")), "bad_radius"),
    ],
)
def test_impossible_circle_is_refused(circle, code):
    with pytest.raises(DomainError) as refused:
        make_circle(*circle)
    assert refused.value.code == code


def test_radius_too_large_names_the_limit():
    with override("zh-hans"), pytest.raises(DomainError) as refused:
        make_circle(0, 0, 25_000_000)
    assert "20004" in str(refused.value)
    assert refused.value.extra["max_m"] == 20_004_000


@pytest.mark.parametrize("circle", [(90, 180, 1), (-90, -180, 20_004_000)])
def test_the_ends_of_the_earth_are_allowed(circle):
    assert make_circle(*circle) == Circle(*circle)


def test_countries_are_checked_sorted_and_single():
    assert make_area(countries=["vu", "FJ", " VU "]) == Area(None, ("FJ", "VU"))
    with pytest.raises(DomainError) as refused:
        make_area(countries=["VU", "QQ"])
    assert (refused.value.code, refused.value.extra["country"]) == ("unknown_country", "QQ")


def test_empty_area_is_nobody_and_refused():
    with pytest.raises(DomainError) as refused:
        make_area()
    assert refused.value.code == "empty_area"


def test_half_a_circle_is_refused():
    with pytest.raises(DomainError) as refused:
        area_from(latitude=0, longitude=None, radius_m=5, countries=["VU"])
    assert refused.value.code == "half_circle"
