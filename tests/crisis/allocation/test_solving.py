"""A plan against every plan there is: small problems are solved by trying everything."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.support.evacuees import problem as made_up
from crisis.allocation.breaches import Rule, breaches
from crisis.allocation.greedy import greedy
from crisis.allocation.master import MOVE_COST
from crisis.allocation.network import Network, origin_of
from crisis.allocation.problem import (
    WEIGHTS,
    Member,
    Problem,
    Unit,
    Vehicle,
    unserved,
    used,
)
from crisis.allocation.solving import GREEDY, SOLVER, solve, urgent_first
from crisis.seats.states import Priority
from crisis.transports.states import PlaceClass

A, B, PORT, HAVEN, HOME = 1, 2, 3, 4, 5
REACH = {A: {A: 0.0, B: 20.0}, B: {B: 0.0, A: 20.0}}
HARD = {Rule.TOO_MANY, Rule.TOO_HEAVY, Rule.NOT_RUNNING, Rule.NOT_CONNECTING, Rule.NOT_OUT,
        Rule.FAMILY_PARTED, Rule.KEPT_BACK}  # fmt: skip


def flight(pk, seats, *, origin=A, departs=6, to=HOME, places=(0, 0, 9), **fields):
    """To safety, by default from A home; `places` are wheelchairs, stretchers and laps."""
    return Vehicle(
        pk, origin, to, departs * 3600.0, (departs + 3) * 3600.0, (seats, *places),
        **{"out": to in (HAVEN, HOME), **fields},
    )  # fmt: skip


def family(party, *members, **fields):
    """`family(1, "medical", "adult")`; "adult/lap" takes a lap."""
    made = []
    for at, words in enumerate(members):
        priority, _, place_class = words.partition("/")
        made.append(Member(10 * party + at, PlaceClass(place_class or "seat"), Priority(priority)))
    return Unit(party, tuple(made), **{"start": A, "asked_at": float(party), **fields})


def problem(vehicles, units):
    ordered = sorted(vehicles, key=lambda one: (one.departs_at, one.pk))
    return Problem(tuple(ordered), tuple(units), REACH)


def test_the_most_urgent_go_first_and_families_stay_together():
    stated = problem(
        [flight(1, 4)],
        [family(1, "adult", "adult"), family(2, "adult", "medical"), family(3, "adult", "adult")],
    )
    found = solve(stated, time_limit_s=1)
    assert found.placing[1] == (1,)
    assert [found.placing.get(0), found.placing.get(2)] == [(1,), None]
    assert (found.unserved, found.bound) == (2, 2)


def test_solver_wins_a_seat_that_the_plain_pass_leaves_empty():
    """Greedily the pair that asked first takes the seats in which three would have gone."""
    three = family(2, "with_children", "with_children", "with_children")
    stated = problem([flight(1, 3)], [family(1, "with_children", "adult"), three])
    plain = greedy(stated)
    assert unserved(stated, plain) == three.weight
    found = solve(stated, time_limit_s=1)
    assert found.placing.get(0) is None
    assert found.placing[1] == (1,)
    assert (found.method, found.bound) == (SOLVER, found.unserved)


def test_classes_are_respected():
    stated = problem(
        [flight(1, 5, places=(1, 0, 1))],
        [
            family(1, "infirm/wheelchair", "adult"),
            family(2, "medical/stretcher"),
            family(3, "with_children", "with_children/lap"),
            family(4, "with_children", "with_children/lap"),
        ],
    )
    found = solve(stated, time_limit_s=1)
    assert [found.placing.get(at) for at in range(4)] == [(1,), None, (1,), None]


def test_second_infant_of_one_adult_takes_a_seat():
    unit = family(1, "with_children", "with_children/lap", "with_children/lap")
    assert unit.demand == (2, 0, 0, 1, 2)


def test_legs_chain_and_every_one_must_have_room():
    bus = flight(1, 9, departs=1, to=PORT)
    ship = flight(2, 2, origin=PORT, departs=5, to=HAVEN)
    missed = flight(3, 9, origin=PORT, departs=2, to=HAVEN)
    stated = problem([bus, ship, missed], [family(1, "adult", "adult"), family(2, "pregnant")])
    found = solve(stated, time_limit_s=1)
    assert found.placing.get(0) is None
    assert found.placing[1] == (1, 2)


def test_payload_limits_heads_and_not_infants_on_a_lap():
    stated = problem(
        [flight(1, 9, heads=2)],
        [family(1, "with_children", "adult", "with_children/lap"), family(2, "adult")],
    )
    found = solve(stated, time_limit_s=1)
    assert [found.placing.get(0), found.placing.get(1)] == [(1,), None]


def test_nearest_assembly_point_comes_first_and_a_neighbour_when_it_is_full():
    stated = problem(
        [flight(1, 1, origin=A, departs=9), flight(2, 5, origin=B, departs=1)],
        [family(1, "medical"), family(2, "adult")],
    )
    found = solve(stated, time_limit_s=1)
    assert (found.placing[0], found.placing[1]) == ((1,), (2,))


def test_far_away_assembly_point_is_not_used():
    far = flight(1, 5, origin=9)
    found = solve(problem([far], [family(1, "adult")]), time_limit_s=1)
    assert found.placing.get(0) is None
    assert found.unserved == found.bound == WEIGHTS[Priority.ADULT]


def test_who_is_kept_back_keeps_the_family_and_takes_no_place():
    kept = Unit(1, (Member(1, kept_back="no_papers"), Member(2, priority=Priority.MEDICAL)), A)
    found = solve(problem([flight(1, 5)], [kept]), time_limit_s=1)
    assert found.placing.get(0) is None
    assert found.unserved == 0


def test_pinned_unit_stays_and_its_places_are_gone():
    pinned = family(1, "adult", pinned=(1,))
    stated = problem([flight(1, 1)], [pinned, family(2, "needs_help")])
    found = solve(stated, time_limit_s=1)
    assert found.placing[0] == (1,)
    assert found.placing.get(1) is None


def test_who_is_under_way_goes_on_from_where_they_are():
    left = flight(1, 9, departs=0, to=PORT, is_open=False)
    ship = flight(2, 1, origin=PORT, departs=5, to=HAVEN)
    stated = problem([left, ship], [family(1, "adult", behind=(1,)), family(2, "medical")])
    found = solve(stated, time_limit_s=1)
    assert found.placing[0] == (2,)
    assert found.placing.get(1) is None


def test_urgent_ones_get_the_earlier_of_equal_places():
    stated = problem(
        [flight(1, 1, departs=20), flight(2, 1, departs=2)],
        [family(1, "adult"), family(2, "needs_help")],
    )
    placing = urgent_first(stated, {0: (2,), 1: (1,)})
    assert (placing[0], placing[1]) == ((1,), (2,))


def test_cancelled_flight_moves_only_those_who_were_on_it_where_there_is_room():
    units = [family(at, "adult", "adult", now=(2,)) for at in range(1, 6)]
    units += [family(9, "medical", "adult")]  # was on the flight that is gone
    stated = problem([flight(2, 10), flight(3, 4, departs=30)], units)
    found = solve(stated, time_limit_s=1)
    assert [found.placing[at] for at in range(5)] == [(2,)] * 5
    assert found.placing[5] == (3,)


def test_urgent_one_without_a_flight_takes_the_place_of_as_few_as_possible():
    units = [family(1, "adult", "adult", "adult", now=(2,)), family(2, "adult", now=(2,))]
    stated = problem([flight(2, 4)], [*units, family(3, "medical")])
    found = solve(stated, time_limit_s=1)
    assert [found.placing.get(at) for at in range(3)] == [(2,), None, (2,)]


def test_nobody_and_nothing_is_a_plan_too():
    assert solve(problem([], []), time_limit_s=1).placing == {}
    found = solve(problem([], [family(1, "adult")]), time_limit_s=1)
    assert (found.unserved, found.bound, found.method) == (1, 1, GREEDY)


_members = st.lists(
    st.sampled_from(["adult", "adult/lap", "medical", "infirm/wheelchair", "with_children"]),
    min_size=1, max_size=3,
)  # fmt: skip


@st.composite
def problems(draw, replanning=False):
    places = st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 1))
    vehicles = [
        flight(
            at, draw(st.integers(0, 4)), departs=draw(st.integers(0, 12)), places=draw(places),
            origin=draw(st.sampled_from([A, B, PORT])),
            to=draw(st.sampled_from([HOME, HAVEN, PORT])),
            heads=draw(st.sampled_from([3, 9])),
        )
        for at in range(1, draw(st.integers(1, 4)) + 1)
    ]  # fmt: skip
    vehicles = [one for one in vehicles if one.origin != one.destination]
    units = [
        family(at, *draw(_members), start=draw(st.sampled_from([A, B])))
        for at in range(1, draw(st.integers(1, 4)) + 1)
    ]
    stated = problem(vehicles, units)
    return draw(_with_places_from_before(stated)) if replanning else stated


@st.composite
def _with_places_from_before(draw, stated):
    """Everybody is where a plain pass over some of the transports puts them."""
    fewer = problem([one for one in stated.vehicles if draw(st.booleans())], stated.units)
    stood = greedy(fewer)
    units = [
        Unit(one.party, one.members, one.start, one.asked_at, now=stood.get(at))
        for at, one in enumerate(stated.units)
    ]
    return Problem(stated.vehicles, tuple(units), REACH)


def every_placing(stated):
    """All placings that break no rule."""
    network = Network(stated)
    choices = [[None, *(network.ways(origin_of(unit), 10_000) or ())] for unit in stated.units]
    for chosen in product(*choices):
        placing = dict(enumerate(chosen))
        taken, vehicles = used(stated, placing), stated.by_number
        if all(
            has <= room
            for number, demand in taken.items()
            for has, room in zip(demand, vehicles[number].room, strict=True)
        ):
            yield placing


@settings(max_examples=40, deadline=None)
@given(problems())
def test_plan_is_as_good_as_any_and_says_so(stated):
    best = min(unserved(stated, placing) for placing in every_placing(stated))
    found = solve(stated, time_limit_s=5)
    assert found.unserved == best == found.bound
    assert found.unserved <= unserved(stated, greedy(stated))
    assert not HARD & {one.rule for one in breaches(stated, found.placing)}


def worth(stated, placing):
    """What replanning weighs: who is served, and who stays where they were."""
    stay = sum(
        unit.size
        for at, unit in enumerate(stated.units)
        if unit.now is not None and placing.get(at) == unit.now
    )
    return MOVE_COST * stay - unserved(stated, placing)


@settings(max_examples=40, deadline=None)
@given(problems(replanning=True))
def test_planning_anew_moves_no_more_than_any_other_plan_would(stated):
    best = max(worth(stated, placing) for placing in every_placing(stated))
    found = solve(stated, time_limit_s=5)
    assert worth(stated, found.placing) == pytest.approx(best)
    assert found.bound <= min(unserved(stated, placing) for placing in every_placing(stated))


@settings(max_examples=40, deadline=None)
@given(problems())
def test_generated_columns_prove_a_bound_and_keep_every_rule(stated):
    """As with problems too large to write every way out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crisis.allocation.solving.ALL_COLUMNS", 0)
        found = solve(stated, time_limit_s=5)
    best = min(unserved(stated, placing) for placing in every_placing(stated))
    assert found.bound <= best <= found.unserved <= unserved(stated, greedy(stated))
    assert not HARD & {one.rule for one in breaches(stated, found.placing)}


def test_what_the_fractions_cut_is_nearly_all_won_back(monkeypatch):
    """Too many ways to write out: 4,000 people, 40 transports. Filling up by urgency and exchanging
    alone leave some 80 of weight above the bound."""
    monkeypatch.setattr("crisis.allocation.solving.ALL_COLUMNS", 0)
    found = solve(made_up(people=4_000, transports=40, seed=2011), time_limit_s=30)
    assert found.unserved - found.bound <= 20
