"""Arrivals beside real gates: scans that merge late, walk-ins who are matched, onward boardings."""

from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.kernel import clock, sweep
from crisis.arrivals.models import Arrival, FamilyNotice, Stay
from crisis.arrivals.reconciling import Who
from crisis.arrivals.services import reconcile, record_arrivals, undo_arrival
from crisis.boarding.models import GateScan, Passage, WalkIn
from crisis.boarding.services import (
    NewWalkIn,
    issue_pack,
    match_walk_in,
    record_scans,
    take_scans,
)
from crisis.boarding.states import ScanKind
from crisis.rollcall.models import RollCallEvent, Standing
from tests.support.evacuating import (
    make_incident,
    make_operation,
    make_transport,
    seal_on,
    stand,
)
from tests.support.gates import movement, paper, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(held_clock, post, officer, planner):
    """Wang, Li and Zhao listed on the flight to Suva; a pack for its gate."""
    incident = make_incident(post, officer)
    people = [stand(incident, name, **paper(f"E1000000{n}")) for n, name in enumerate("王李赵")]
    operation = make_operation(incident, planner)
    flight = make_transport(operation, hours=1)
    manifest = seal_on(incident, flight, people, planner)
    issued = issue_pack(manifest=manifest, transport=flight, gate="A", planner=planner)
    held_clock(600)
    return SimpleNamespace(
        incident=incident, operation=operation, flight=flight, people=people, pack=issued.pack,
        suva=operation.places.get(code="SUV"), officer=officer, planner=planner,
    )  # fmt: skip


def arrive(gate, *people, walk_ins=()):
    done = record_arrivals(
        place=gate.suva, person_refs=[one.pk for one in people],
        walk_ins=[one.pk for one in walk_ins], officer=gate.officer, at=clock.now(),
    )  # fmt: skip
    return done.arrivals


def sides(gate):
    return reconcile(gate.operation).of(gate.flight.pk)


def test_a_gate_that_sends_late_mends_the_roll_call(gate, held_clock):
    """The phone had no network until the ship had landed."""
    wang, li, zhao = gate.people
    scans = [scan(wang), scan(li)]
    held_clock(3 * 3600)
    arrive(gate, wang, li)
    assert movement(wang) == "left_area"
    assert sides(gate).not_seen_boarding == {Who(wang.pk), Who(li.pk)}
    take_scans(pack=gate.pack, scans=scans)
    assert movement(wang) == movement(li) == "evacuated"
    assert not sides(gate).not_seen_boarding
    assert sides(gate).not_boarded == {Who(zhao.pk)}


def test_onward_from_the_haven_and_back_again(gate, held_clock):
    wang = gate.people[0]
    take_scans(pack=gate.pack, scans=[scan(wang)])
    held_clock(3 * 3600)
    arrive(gate, wang)
    onward = make_transport(gate.operation, "MU9002", origin="SUV", destination="CAN", hours=1)
    seal_on(gate.incident, onward, [wang], gate.planner)
    record_scans(transport=onward, scans=[scan(wang)], planner=gate.planner)
    stay = Stay.objects.get()
    assert (stay.left_as, stay.onward) == ("onward", onward)
    held_clock(60)
    record_scans(transport=onward, scans=[scan(wang, ScanKind.TAKEN_OFF)], planner=gate.planner)
    stay.refresh_from_db()
    assert stay.left_at is None
    assert movement(wang) == "evacuated"


def test_a_walk_in_of_the_gate_arrives_and_is_matched(gate, held_clock):
    """Somebody on no list goes aboard, arrives, and turns out to be in the incident."""
    late = stand(gate.incident, "孙迟到", **paper("E20000001"))
    new = NewWalkIn(key="walk-in-0001", name="孙", document="E20000001")
    take_scans(pack=gate.pack, scans=[scan(walk_in=new)])
    held_clock(3 * 3600)
    walk_in = WalkIn.objects.get()
    arrive(gate, walk_ins=[walk_in])
    assert sides(gate).not_listed == {Who(walk_in.pk, True)}
    for person_ref, expected in ((late.pk, "evacuated"), (None, "in_area"), (late.pk, "evacuated")):
        walk_in.refresh_from_db()
        match_walk_in(walk_in=walk_in, person_ref=person_ref, planner=gate.planner)
        sweep.settle()
        assert movement(late) == expected
    assert sides(gate).not_listed == {Who(late.pk)}
    assert not sides(gate).not_arrived


ACTS = st.lists(
    st.tuples(st.sampled_from(["boarded", "taken_off", "no_show", "arrived", "undone"]),
              st.integers(0, 2), st.integers(0, 120)),
    max_size=10,
)  # fmt: skip


@given(acts=ACTS)
@hypothesis_settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_whatever_happens_evacuated_is_a_boarding_and_an_arrival(gate, acts, held_clock):
    """Acts of gate and haven in any order: the roll call never says more than both saw, and each
    human being stands in the reconciliation once."""
    _forget(gate)
    for kind, number, ago in acts:
        held_clock(60)
        person = gate.people[number]
        if kind == "arrived":
            arrive(gate, person)
        elif kind == "undone":
            for arrival in list(gate.suva.arrived.filter(person_ref=person.pk, undone_at=None)):
                undo_arrival(arrival=arrival, officer=gate.officer)
        else:
            take_scans(pack=gate.pack, scans=[scan(person, ScanKind(kind), ago_s=ago)])
    found = reconcile(gate.operation)
    everybody = found.all.listed | found.all.boarded | found.all.arrived
    assert everybody == {Who(one.pk) for one in gate.people}
    lines = set(
        RollCallEvent.objects.filter(incident=gate.incident).values_list("person_ref", "kind")
    )
    for one in gate.people:
        if movement(one) == "evacuated":
            assert {(one.pk, "boarded"), (one.pk, "arrived")} <= lines
            assert Who(one.pk) in found.out
        if Who(one.pk) in found.of(gate.flight.pk).boarded & found.out:
            assert movement(one) == "evacuated"


def _forget(gate):
    """Each example begins with nobody aboard and nobody there."""
    for rows in (FamilyNotice, Stay, Arrival, Passage, GateScan, RollCallEvent):
        rows.objects.all().delete()
    Standing.objects.update(movement="in_area")
