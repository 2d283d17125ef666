"""Whatever happens in an evacuation, in any order, its promises hold.

Hypothesis has people ask, plans made, adopted, made anew and changed by hand, lists sealed and
corrected, transports cancelled and sent off, gates record anybody twice and late, arrivals written,
and two registrations found to be one and parted again. After every step: a sealed list is what it
was, everybody stands on one once, families are together, `evacuated` takes a boarding and an
arrival, and a standing is the fold of its log in whatever order.
"""

from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from crisis.transports.models import Place
from tests.support.evacuating import (
    make_home,
    make_incident,
    make_operation,
    make_transport,
    stand,
)
from tests.support.evacuation_machine import Evacuation
from tests.support.gates import paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(held_clock, post, officer, planner):
    """Two couples, three alone of whom the last two are one man; three flights to Suva."""
    incident = make_incident(post, officer)
    homes = [make_home("王家"), make_home("李家")]
    houses = [homes[0], homes[0], homes[1], homes[1], None, None, None]
    people = [
        stand(incident, f"人{at}", household=house, **paper(f"E1000000{min(at, 5)}"))
        for at, house in enumerate(houses)
    ]
    operation = make_operation(incident, planner)
    flights = [
        make_transport(operation, f"MU{at}", seats=seats, hours=2 + at)
        for at, seats in enumerate((2, 3, 4))
    ]
    haven = Place.objects.get(operation=operation, code="SUV")
    return SimpleNamespace(
        incident=incident, planner=planner, officer=officer, people=people, operation=operation,
        transports=flights, haven=haven, advance=held_clock,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("examples", "derandomize"),
    [
        pytest.param(12, True, id="short"),  # the same ones in every run
        pytest.param(60, False, id="long", marks=pytest.mark.long),
    ],
)
def test_whatever_happens_the_promises_hold(scene, examples, derandomize):
    run_state_machine_as_test(
        lambda: Evacuation(scene),
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            derandomize=derandomize,
            phases=[Phase.generate],  # shrinking one of these takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
