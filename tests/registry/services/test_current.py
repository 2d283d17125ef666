"""One current whereabouts a person, right after every writing and as time passes."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.kernel import clock
from registry.drafts import Place
from registry.generator import generate_people
from registry.geography import rows
from registry.geography.areas import make_area
from registry.geography.counting import judge
from registry.models import CurrentWhereabouts, Ground, Person, Source, Whereabouts
from registry.selectors.whereabouts import current_places
from registry.services import current
from registry.services import whereabouts as places
from registry.whereabouts.deciding import decide
from registry.whereabouts.reading import facts_of

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
VILA = Place(country="VU", latitude=-17.7365, longitude=168.3137, accuracy_m=50, city="维拉港")
NADI = Place(country="FJ", latitude=-17.8, longitude=177.42, accuracy_m=20_000, city="楠迪")
SHIP = Place(country="VU", latitude=-16.0, longitude=167.9, accuracy_m=500)


@pytest.fixture(autouse=True)
def _held():
    with clock.held_at(NOW):
        yield


@pytest.fixture
def wang():
    return Person.objects.create(name="王小明", registered_at=NOW)


def now_of(person):
    return CurrentWhereabouts.objects.get(person=person)


def all_right(at):
    """Whether every settled row says what the facts say at `at`."""
    settled = {row.person_id: row for row in CurrentWhereabouts.objects.all()}
    for person, facts in facts_of(list(Person.objects.values_list("pk", flat=True))).items():
        row = settled[person]
        said = (row.whereabouts_id, Ground(row.ground), row.since, row.contested, row.recheck_at)
        assert said == decide(facts, at)


def test_every_writing_settles(wang):
    home = places.set_residence(person=wang, place=NADI)
    assert now_of(wang).whereabouts_id == home.pk
    leg = places.add_trip(person=wang, place=VILA, starts_at=NOW - HOUR, ends_at=NOW + DAY)
    assert (now_of(wang).whereabouts_id, now_of(wang).ground) == (leg.pk, Ground.TRIP)
    moved = {"starts_at": NOW + 5 * DAY, "ends_at": NOW + 6 * DAY}
    places.change_trip(leg=leg, place=VILA, **moved)
    assert now_of(wang).whereabouts_id == home.pk
    places.share_position(person=wang, place=VILA, shared_at=NOW)
    assert now_of(wang).ground == Ground.SHARED
    with clock.held_at(NOW + 7 * DAY):
        places.remove_trip(leg=leg)
    assert (now_of(wang).whereabouts_id, now_of(wang).recheck_at) == (home.pk, None)
    all_right(NOW + 7 * DAY)


def test_time_settles_in_pieces(wang, monkeypatch):
    monkeypatch.setattr(current, "PIECE", 2)
    others = [Person.objects.create(name="李", registered_at=NOW) for _ in range(4)]
    for person in (wang, *others):
        places.set_residence(person=person, place=NADI)
        places.add_trip(person=person, place=VILA, starts_at=NOW + DAY, ends_at=NOW + 4 * DAY)
    began = NOW + DAY
    assert current.settle_due(NOW) == 0
    assert current.settle_due(began, budget_s=0) == 2
    assert current.settle_due(began) == 3
    assert current.settle_due(began) == 0
    assert {row.ground for row in CurrentWhereabouts.objects.all()} == {Ground.TRIP}
    all_right(began)


def test_search_of_places_needs_no_settling(wang):
    """Between two turns of the sweep the answer is decided anew, and so is one about the past."""
    places.set_residence(person=wang, place=NADI)
    places.add_trip(person=wang, place=VILA, starts_at=NOW + DAY, ends_at=NOW + 4 * DAY)
    nobody = Person.objects.create(name="李", registered_at=NOW)
    everyone = [wang.pk, nobody.pk]
    assert current_places(everyone, at=NOW) == {wang.pk: ("FJ", "楠迪")}
    assert current_places(everyone, at=NOW + 2 * DAY) == {wang.pk: ("VU", "维拉港")}
    current.settle_due(NOW + 2 * DAY)
    assert current_places(everyone, at=NOW + 2 * DAY) == {wang.pk: ("VU", "维拉港")}
    assert current_places(everyone, at=NOW) == {wang.pk: ("FJ", "楠迪")}
    Whereabouts.objects.filter(kind="trip").delete()  # behind the services' back
    assert current_places(everyone, at=NOW + 2 * DAY) == {wang.pk: ("FJ", "楠迪")}


def test_members_of_a_vessel_are_where_it_is(wang, django_assert_max_num_queries):
    crew = [wang, *(Person.objects.create(name="李", registered_at=NOW) for _ in range(9))]
    for person in crew:
        places.set_residence(person=person, place=NADI)
    own = places.share_position(person=wang, place=VILA, shared_at=NOW)
    ids = [person.pk for person in crew]
    with django_assert_max_num_queries(14):
        placed = places.place_members(
            person_ids=[*ids, 10**9], place=SHIP, at=NOW - HOUR, source=Source.VESSEL
        )
    assert placed == 9
    assert now_of(wang).whereabouts_id == own.pk
    assert places.place_members(person_ids=ids, place=SHIP, at=NOW + HOUR, source="vessel") == 10
    assert (
        Whereabouts.objects.filter(kind="shared", source="vessel", recorded_at=NOW + HOUR).count()
        == 10
    )
    assert Whereabouts.objects.filter(kind="shared").count() == 10
    assert set(current_places(ids, at=NOW).values()) == {("VU", "")}
    all_right(NOW)


def test_synthetic_people_are_settled():
    generate_people(count=300, seed=3, focus={"VU": 60}, at=NOW)
    assert CurrentWhereabouts.objects.count() == 300
    all_right(NOW)


HOURS = st.integers(-100, 100)


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(HOURS, st.integers(0, 100)), max_size=3),
    st.none() | HOURS,
    st.booleans(),
    st.sampled_from((None, 0, 1)),
)
def test_current_is_among_the_places_of_the_search(db, legs, shared, home, paused):
    """Asked of the search's own rows and rules, in its own SQL."""
    person = Person.objects.create(name="王", registered_at=NOW)
    if paused is not None:
        Person.objects.filter(pk=person.pk).update(paused_until=NOW.date() + paused * DAY)
    if home:
        places.set_residence(person=person, place=NADI)
    for begins, lasts in legs:
        starts = NOW + begins * HOUR
        places.add_trip(person=person, place=VILA, starts_at=starts, ends_at=starts + lasts * HOUR)
    if shared is not None:
        places.share_position(person=person, place=SHIP, shared_at=NOW + shared * HOUR)
    row = CurrentWhereabouts.objects.filter(person=person).first()
    chosen = row and row.whereabouts
    counted = counting_places(person)
    assert (chosen is None) == (not counted)
    assert chosen is None or (chosen.latitude, chosen.longitude) in counted


def counting_places(person) -> set[tuple[float, float]]:
    area = make_area(countries=["VU", "FJ"])
    found = rows.rows_of_people(np.array([person.pk]), area.countries, NOW)
    today = NOW.date()
    resting = Person.objects.filter(pk=person.pk, paused_until__gt=today)
    paused = np.array(resting.values_list("pk", flat=True), dtype=np.int64)
    verdicts = judge(found, area, paused=paused)
    chosen = found[verdicts.counts]
    return set(zip(chosen["latitude"].tolist(), chosen["longitude"].tolist(), strict=True))
