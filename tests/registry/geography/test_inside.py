"""Promise 1: inside, certain, precedence, country, and a reason for everyone."""

from datetime import timedelta
from random import Random

import numpy as np
import pytest
from django.db import connection

from registry.geography.areas import Area, make_area, make_circle
from registry.geography.inside import people_inside, people_near
from registry.geography.reasons import Reason
from registry.geography.sound import make_polygon
from registry.models import Person

pytestmark = pytest.mark.django_db

VILA = (-17.7365, 168.3137)
SANTO = (-15.5199, 167.1624)
AREA = make_area(circle=make_circle(*VILA, 50_000))
COUNTRY = make_area(countries=["VU"])

# Efate with a lagoon cut out of it.
POLYGON = make_area(
    polygon=make_polygon(
        {
            "type": "Polygon",
            "coordinates": [
                [[168, -18], [168.7, -18], [168.7, -17.4], [168, -17.4], [168, -18]],
                [[168.4, -17.7], [168.6, -17.7], [168.6, -17.5], [168.4, -17.5], [168.4, -17.7]],
            ],
        }
    )
)
LAGOON = (-17.6, 168.5)


def verdict(area: Area, person: Person, at) -> tuple[bool, Reason] | None:
    """(certain, reason) of one person, or None when they are out."""
    inside = people_inside(area, at=at)
    found = np.flatnonzero(inside.person_ids == person.pk)
    if not len(found):
        return None
    return bool(inside.certain[found[0]]), Reason(int(inside.reasons[found[0]]))


def why_out(area: Area, person: Person, at) -> Reason | None:
    near = {miss.person_id: miss.reason for miss in people_near(area, at=at)}
    return near.get(person.pk)


def test_nobody_registered_gives_empty_arrays(at):
    inside = people_inside(make_area(circle=AREA.circle, countries=["VU"]), at=at)
    assert len(inside) == 0
    assert (inside.person_ids.dtype, inside.certain.dtype) == (np.int64, np.uint8)
    assert (inside.reasons.dtype, inside.distances.dtype) == (np.uint8, np.float32)


# One degree due north of the centre is some 110,650 m away.
@pytest.mark.parametrize(
    ("radius_m", "accuracy_m", "expected"),
    [
        (111_000, 100, (True, Reason.RESIDENCE_IN_CIRCLE)),
        (111_000, 1_000, (False, Reason.RESIDENCE_IN_CIRCLE)),
        (110_000, 1_000, (False, Reason.RESIDENCE_IN_CIRCLE)),
        (110_000, 100, None),
    ],
)
def test_accuracy_decides_inside_and_certain(person, place, at, radius_m, accuracy_m, expected):
    someone = person()
    place(someone, VILA[0] + 1, VILA[1], accuracy_m=accuracy_m)
    area = make_area(circle=make_circle(*VILA, radius_m))
    assert verdict(area, someone, at) == expected


def test_distance_is_metres_from_the_centre(person, place, at):
    someone = person()
    place(someone, 1.0, 168.0)
    inside = people_inside(make_area(circle=make_circle(0, 168, 200_000)), at=at)
    assert inside.distances[0] == pytest.approx(110_574.4, abs=0.1)  # a published arc length


def test_fresh_shared_position_outranks_trip_and_residence(person, place, at):
    someone = person()
    place(someone, *SANTO)
    place(
        someone,
        *SANTO,
        kind="trip",
        starts_at=at - timedelta(days=3),
        ends_at=at + timedelta(days=3),
    )
    place(someone, *VILA, kind="shared", recorded_at=at - timedelta(hours=71))
    assert verdict(AREA, someone, at) == (True, Reason.SHARED_IN_CIRCLE)


def test_stale_shared_position_gives_way_to_residence(person, place, at):
    home, away = person(), person()
    place(home, *VILA)
    place(home, *SANTO, kind="shared", recorded_at=at - timedelta(hours=73))
    place(away, *SANTO)
    place(away, *VILA, kind="shared", recorded_at=at - timedelta(hours=73))
    assert verdict(AREA, home, at) == (True, Reason.RESIDENCE_IN_CIRCLE)
    assert verdict(AREA, away, at) is None
    assert why_out(AREA, away, at) is Reason.OUT_POSITION_STALE


def test_only_the_newest_shared_position_counts(person, place, at):
    someone = person()
    place(someone, *VILA, kind="shared", recorded_at=at - timedelta(hours=5))
    place(someone, *SANTO, kind="shared", recorded_at=at - timedelta(hours=1))
    assert verdict(AREA, someone, at) is None
    assert why_out(AREA, someone, at) is Reason.OUT_ELSEWHERE_SHARED


def test_trip_under_way_outranks_residence(person, place, at):
    visitor, traveller = person(), person()
    dates = {
        "kind": "trip",
        "starts_at": at - timedelta(hours=1),
        "ends_at": at + timedelta(days=9),
    }
    place(visitor, *SANTO)
    place(visitor, *VILA, **dates)
    place(traveller, *VILA)
    place(traveller, *SANTO, **dates)
    assert verdict(AREA, visitor, at) == (True, Reason.TRIP_IN_CIRCLE)
    assert verdict(AREA, traveller, at) is None
    assert why_out(AREA, traveller, at) is Reason.OUT_ELSEWHERE_TRIP


@pytest.mark.parametrize("hours", [(-90, -47), (47, 90)], ids=["just over", "about to begin"])
def test_within_48_hours_of_a_trip_both_places_count_and_neither_is_certain(
    person, place, at, hours
):
    visitor, traveller = person(), person()
    start, end = (at + timedelta(hours=h) for h in hours)
    place(visitor, *SANTO)
    place(visitor, *VILA, kind="trip", starts_at=start, ends_at=end)
    place(traveller, *VILA)
    place(traveller, *SANTO, kind="trip", starts_at=start, ends_at=end)
    assert verdict(AREA, visitor, at) == (False, Reason.TRIP_GRACE_IN_CIRCLE)
    assert verdict(AREA, traveller, at) == (False, Reason.RESIDENCE_GRACE_IN_CIRCLE)


def test_within_the_grace_both_places_inside_are_certain(person, place, at):
    someone = person()
    place(someone, *VILA)
    place(someone, *VILA, kind="trip", starts_at=at - timedelta(9), ends_at=at - timedelta(1))
    assert verdict(AREA, someone, at) == (True, Reason.TRIP_GRACE_IN_CIRCLE)


@pytest.mark.parametrize(
    ("hours", "reason"),
    [((-90, -49), Reason.OUT_TRIP_OVER), ((49, 90), Reason.OUT_TRIP_NOT_BEGUN)],
)
def test_trip_outside_its_grace_does_not_count(person, place, at, hours, reason):
    someone = person()
    start, end = (at + timedelta(hours=h) for h in hours)
    place(someone, *SANTO)
    place(someone, *VILA, kind="trip", starts_at=start, ends_at=end)
    assert verdict(AREA, someone, at) is None
    assert why_out(AREA, someone, at) is reason


def test_country_only_person_is_included_when_the_country_is_listed(person, place, at):
    someone, elsewhere = person(), person()
    place(someone)
    place(elsewhere, country="FJ")
    assert verdict(COUNTRY, someone, at) == (True, Reason.RESIDENCE_COUNTRY_ONLY)
    assert np.isnan(people_inside(COUNTRY, at=at).distances[0])
    assert verdict(COUNTRY, elsewhere, at) is None
    assert verdict(AREA, someone, at) is None


def test_country_only_person_is_named_when_the_circle_touches_an_unlisted_country(
    person, place, at
):
    neighbour, vague, elsewhere = person(), person(), person()
    place(neighbour, *VILA)
    place(vague)
    place(elsewhere, country="FJ")
    assert why_out(AREA, vague, at) is Reason.OUT_COUNTRY_NOT_LISTED
    assert why_out(AREA, elsewhere, at) is None


def test_person_with_a_point_is_inside_by_the_listed_country(person, place, at):
    someone = person()
    place(someone, *SANTO, accuracy_m=20_000)
    assert verdict(COUNTRY, someone, at) == (True, Reason.RESIDENCE_IN_COUNTRY)
    both = make_area(circle=AREA.circle, countries=["VU"])
    assert verdict(both, someone, at) == (True, Reason.RESIDENCE_IN_COUNTRY)


def test_circle_is_the_stronger_reason_and_one_person_stands_once(person, place, at):
    someone = person()
    place(someone, *VILA)
    both = make_area(circle=AREA.circle, countries=["VU"])
    assert verdict(both, someone, at) == (True, Reason.RESIDENCE_IN_CIRCLE)
    assert len(people_inside(both, at=at)) == 1


def test_who_left_the_registry_is_out_with_the_reason(person, place, at):
    gone, going = person(left_at=at - timedelta(days=1)), person(left_at=at + timedelta(days=1))
    place(gone, *VILA)
    place(going, *VILA)
    assert verdict(AREA, gone, at) is None
    assert why_out(AREA, gone, at) is Reason.OUT_LEFT_REGISTRY
    assert verdict(AREA, going, at) is not None


@pytest.mark.parametrize(("days", "paused"), [(1, True), (0, False), (-1, False)])
def test_who_has_paused_is_out_with_the_reason_until_that_day(person, place, at, days, paused):
    resident, visitor, listed = (
        person(paused_until=at.date() + timedelta(days=days)) for _ in range(3)
    )
    place(resident, *VILA)
    place(visitor, *SANTO)
    place(visitor, *VILA, kind="trip", starts_at=at - timedelta(1), ends_at=at + timedelta(1))
    place(listed, *VILA, accuracy_m=20_000)
    both = make_area(circle=AREA.circle, countries=["VU"])
    for area in (AREA, COUNTRY, both):
        assert [verdict(area, who, at) is None for who in (resident, visitor)] == [paused] * 2
    assert (verdict(COUNTRY, listed, at) is None) is paused
    expected = Reason.OUT_PAUSED if paused else None
    assert why_out(AREA, resident, at) is expected
    assert why_out(AREA, visitor, at) is expected
    assert why_out(both, listed, at) is expected


def test_position_shared_in_a_pause_counts(person, place, at):
    here, away = (person(paused_until=at.date() + timedelta(days=9)) for _ in range(2))
    for someone, spot in ((here, VILA), (away, SANTO)):
        place(someone, *VILA)
        place(someone, *spot, kind="shared", recorded_at=at - timedelta(hours=1))
    assert verdict(AREA, here, at) == (True, Reason.SHARED_IN_CIRCLE)
    assert verdict(AREA, away, at) is None
    assert why_out(AREA, away, at) is Reason.OUT_ELSEWHERE_SHARED


def test_who_left_while_paused_has_left(person, place, at):
    gone = person(paused_until=at.date() + timedelta(days=9), left_at=at - timedelta(days=1))
    place(gone, *VILA)
    assert verdict(AREA, gone, at) is None
    assert why_out(AREA, gone, at) is Reason.OUT_LEFT_REGISTRY


@pytest.mark.parametrize("seed", range(3))
def test_a_pause_takes_out_exactly_who_shared_no_position(person, place, at, seed):
    """Against the search itself: the same people, once without a pause and once with."""
    rng = Random(seed)
    people = [person() for _ in range(60)]
    fresh = set()
    for someone in people:
        for kind in rng.sample(["residence", "trip", "shared"], rng.randint(1, 3)):
            spot = rng.choice([VILA, SANTO, (None, None)])
            dates = {"starts_at": at - timedelta(1), "ends_at": at + timedelta(rng.randint(0, 3))}
            age = timedelta(hours=rng.choice([1, 100]))
            columns = {"trip": dates, "shared": {"recorded_at": at - age}}.get(kind, {})
            place(someone, *spot, kind=kind, **columns)
            if kind == "shared" and age < timedelta(hours=72):
                fresh.add(someone.pk)
    for area in (AREA, COUNTRY, make_area(circle=AREA.circle, countries=["VU"]), POLYGON):
        Person.objects.update(paused_until=None)
        before = set(people_inside(area, at=at).person_ids.tolist())
        resting = {who.pk for who in people if rng.random() < 0.5}
        Person.objects.filter(pk__in=resting).update(paused_until=at.date() + timedelta(days=1))
        after = set(people_inside(area, at=at).person_ids.tolist())
        assert after == before - (resting - fresh)
        near = {miss.person_id: miss.reason for miss in people_near(area, at=at, limit=1_000)}
        assert {near[pk] for pk in before - after} == {Reason.OUT_PAUSED}


def test_too_far_carries_the_distance(person, place, at):
    someone = person()
    place(someone, VILA[0] + 0.6, VILA[1])
    (miss,) = people_near(AREA, at=at)
    assert (miss.person_id, miss.reason) == (someone.pk, Reason.OUT_TOO_FAR)
    assert miss.distance_m == pytest.approx(66_390, rel=0.001)


def test_near_keeps_to_its_limit_nearest_first_with_room_for_the_vague(person, place, at):
    place(person(), *VILA)
    far = [person() for _ in range(6)]
    for step, someone in enumerate(far):
        place(someone, VILA[0] + 0.9 - step / 20, VILA[1])
    vague = person()
    place(vague)
    near = people_near(AREA, at=at, limit=4)
    assert [miss.person_id for miss in near] == [p.pk for p in far[:2:-1]] + [vague.pk]


# The hole's nearest corner is 10.0 km from Vila; from the hole's middle an edge is 10.6 km away.
@pytest.mark.parametrize(
    ("spot", "accuracy_m", "expected"),
    [
        (VILA, 100, (True, Reason.RESIDENCE_IN_CIRCLE)),
        (VILA, 10_500, (False, Reason.RESIDENCE_IN_CIRCLE)),
        (LAGOON, 10_000, None),
        (LAGOON, 11_200, (False, Reason.RESIDENCE_IN_CIRCLE)),
        (SANTO, 50_000, None),
    ],
)
def test_polygon_and_its_hole_decide_with_the_accuracy(
    person, place, at, spot, accuracy_m, expected
):
    someone = person()
    place(someone, *spot, accuracy_m=accuracy_m)
    assert verdict(POLYGON, someone, at) == expected


def test_distance_to_a_polygon_is_0_inside_and_metres_to_its_edge_outside(person, place, at):
    within, beside, near = person(), person(), person()
    place(within, *VILA)
    place(beside, -17.39, 168.3, accuracy_m=2_000)
    place(near, -17.2, 168.3)
    inside = people_inside(POLYGON, at=at)
    assert inside.person_ids.tolist() == [within.pk, beside.pk]
    assert inside.distances[0] == 0
    assert inside.distances[1] == pytest.approx(1_140, abs=5)  # the edge bulges to the pole
    (miss,) = people_near(POLYGON, at=at)
    assert (miss.person_id, miss.reason) == (near.pk, Reason.OUT_TOO_FAR)
    assert miss.distance_m == pytest.approx(22_130, abs=50)


def test_polygon_weighs_trips_and_shared_positions_like_a_circle(person, place, at):
    away, here, stale = person(), person(), person()
    place(away, *VILA)
    place(away, *SANTO, kind="shared", recorded_at=at - timedelta(hours=1))
    place(here, *SANTO)
    place(here, *VILA, kind="trip", starts_at=at - timedelta(1), ends_at=at + timedelta(1))
    place(stale, *SANTO)
    place(stale, *VILA, kind="shared", recorded_at=at - timedelta(days=4))
    assert verdict(POLYGON, away, at) is None
    assert why_out(POLYGON, away, at) is Reason.OUT_ELSEWHERE_SHARED
    assert verdict(POLYGON, here, at) == (True, Reason.TRIP_IN_CIRCLE)
    assert verdict(POLYGON, stale, at) is None
    assert why_out(POLYGON, stale, at) is Reason.OUT_POSITION_STALE


def test_country_only_person_is_named_when_the_polygon_touches_an_unlisted_country(
    person, place, at
):
    neighbour, vague = person(), person()
    place(neighbour, *VILA)
    place(vague)
    assert why_out(POLYGON, vague, at) is Reason.OUT_COUNTRY_NOT_LISTED
    both = make_area(polygon=POLYGON.polygon, countries=["VU"])
    assert verdict(both, vague, at) == (True, Reason.RESIDENCE_COUNTRY_ONLY)


def test_more_people_than_are_asked_for_one_by_one_are_weighed_alike(
    person, place, at, monkeypatch
):
    """Where many stand and few move, PostgreSQL reads who moves instead."""
    monkeypatch.setattr("registry.geography.rows.FEW", 1)
    for _ in range(4):
        place(person(), *VILA)
    away = person()
    place(away, *VILA)
    place(away, *SANTO, kind="shared", recorded_at=at - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert len(people_inside(AREA, at=at)) == 4


def test_every_reason_has_a_label():
    assert all(str(reason.label) for reason in Reason)
    assert Reason.RESIDENCE_GRACE_COUNTRY_ONLY.is_inside
    assert not Reason.OUT_TOO_FAR.is_inside
