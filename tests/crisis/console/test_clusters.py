"""People on the map: gathered by the server, and single ones only for those who may see them."""

import numpy as np
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crisis.console import clusters
from crisis.console.clusters import COARSE_DEG, Places, Sight
from crisis.rollcall.models import Standing

POINTS = st.lists(
    st.tuples(st.floats(-85, 85), st.floats(-180, 180), st.integers(0, 5), st.booleans()),
    max_size=60,
)
WORLD = Sight(zoom=2, west=-180, south=-90, east=180, north=90)


@pytest.fixture(autouse=True)
def read_anew():
    clusters.forget()


def places(points):
    return Places(
        persons=np.arange(len(points), dtype=np.int64),
        latitudes=np.array([p[0] for p in points], np.float64),
        longitudes=np.array([p[1] for p in points], np.float64),
        conditions=np.array([p[2] for p in points], np.uint8),
        help=np.array([p[3] for p in points], bool),
        nowhere=0,
    )


@given(POINTS, st.integers(0, 18), st.booleans())
def test_clusters_hold_everybody_in_sight_once(points, zoom, single):
    sight = Sight(zoom, -180, -90, 180, 90)
    found = clusters.clusters(places(points), sight, single=single)
    assert sum(row["n"] for row in found) == len(points)
    assert sum(row["help"] for row in found) == sum(p[3] for p in points)
    assert [row["n"] for row in found] == sorted((row["n"] for row in found), reverse=True)
    alone = [row for row in found if "person" in row]
    assert all(row["n"] == 1 for row in alone)
    assert bool(alone) <= single


@given(st.floats(-300, 300), st.floats(1, 200))
def test_sight_across_the_antimeridian_sees_its_own_side_alone(west, width):
    points = [(0.0, float(lon), 0, False) for lon in range(-180, 180, 3)]
    sight = Sight(4, west, -10, west + width, 10)
    seen = sum(1 for p in points if (p[1] - west) % 360 <= width)
    found = clusters.clusters(places(points), sight, single=True)
    assert sum(row["n"] for row in found) == seen
    assert all(-180 <= row["lon"] <= 180 for row in found)


def test_without_leave_a_cluster_tells_only_its_cell():
    """However near one looks, one person is a number in the middle of 25 km."""
    one = places([(-17.7333, 168.3167, 0, False)])
    near = Sight(18, 168.31, -17.74, 168.32, -17.73)
    [row] = clusters.clusters(one, near, single=False)
    assert row == {
        "lat": pytest.approx((np.floor(-17.7333 / COARSE_DEG) + 0.5) * COARSE_DEG),
        "lon": pytest.approx((np.floor(168.3167 / COARSE_DEG) + 0.5) * COARSE_DEG),
        "n": 1,
        "help": 0,
    }


def ask(client, incident, **query):
    sight = {"zoom": 7, "west": 160, "south": -25, "east": 175, "north": -10} | query
    return client.get(reverse("console:incident-points", args=[incident.pk]), sight)


def test_map_shows_people_where_they_are_thought_to_be(as_user, officer, incident, people):
    Standing.objects.filter(person_ref=people["wang"].pk).update(condition="needs_help")
    said = ask(as_user(officer), incident).json()
    assert said["placed"] + said["nowhere"] == 6
    [row] = said["clusters"]
    assert (row["n"], row["help"]) == (6, 1)
    assert (row["lat"], row["lon"]) == (-17.7333, 168.3167)


def test_single_person_is_a_point_for_who_may_see_people_only(
    as_user, officer, auditor, outsider, incident, people
):
    Standing.objects.exclude(person_ref=people["wang"].pk).delete()
    [row] = ask(as_user(officer), incident).json()["clusters"]
    assert (row["person"], row["condition"]) == (people["wang"].pk, "unknown")
    for said in (ask(as_user(auditor), incident), ask(as_user(officer), incident, names="no")):
        [row] = said.json()["clusters"]
        assert set(row) == {"lat", "lon", "n", "help"}
    assert ask(as_user(outsider), incident).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"zoom": "x"}, {"west": "nan"}, {"east": "inf"}, {"west": 180}, {"north": -50}]
)
def test_sight_that_is_none_is_refused(as_user, officer, incident, wrong):
    assert ask(as_user(officer), incident, **wrong).status_code == 400
