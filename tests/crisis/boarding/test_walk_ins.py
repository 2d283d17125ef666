"""Finding out who a walk-in is, and that it was somebody else."""

import pytest

from config.kernel.errors import DomainError
from crisis.boarding.models import Passage, WalkIn
from crisis.boarding.selectors import candidates
from crisis.boarding.services import NewWalkIn, match_walk_in, take_scans
from crisis.boarding.states import ScanKind
from crisis.evacuation.exports.codes import gate_code
from crisis.evacuation.models import ManifestEntry
from crisis.rollcall.models import Standing
from registry.models import Person
from tests.support.evacuating import make_transport, seal_on
from tests.support.gates import movement, paper, scan, state

pytestmark = pytest.mark.django_db


def captured(gate, **told):
    who = NewWalkIn(key="walk-in-1", **told)
    take_scans(pack=gate.pack, scans=[scan(walk_in=who)])
    return WalkIn.objects.get()


def test_match_moves_the_boarding_to_the_person(gate):
    walk_in = captured(gate, name="赵外")
    match_walk_in(walk_in=walk_in, person_ref=gate.outside.pk, planner=gate.planner)
    assert (state(gate, gate.outside), movement(gate.outside)) == ("boarded", "evacuating")
    assert not Passage.objects.filter(walk_in=walk_in).exists()
    # What the gate sends later of the same stranger is that person's.
    take_scans(
        pack=gate.pack, scans=[scan(kind=ScanKind.TAKEN_OFF, walk_in=NewWalkIn(key="walk-in-1"))]
    )
    assert (state(gate, gate.outside), movement(gate.outside)) == ("taken_off", "in_area")


def test_wrong_match_is_taken_back_and_may_be_right_after_all(gate):
    walk_in = captured(gate, name="赵外")

    def match(person):
        match_walk_in(
            walk_in=walk_in, person_ref=person.pk if person else None, planner=gate.planner
        )

    match(gate.outside)
    match(gate.li)
    assert (movement(gate.outside), movement(gate.li)) == ("in_area", "evacuating")
    assert (state(gate, gate.outside), state(gate, gate.li)) == (None, "boarded")
    match(gate.outside)
    assert (movement(gate.outside), movement(gate.li)) == ("evacuating", "in_area")
    match(None)
    assert movement(gate.outside) == "in_area"
    assert Passage.objects.get().walk_in_id == walk_in.pk


def test_listed_person_who_came_as_a_stranger_is_counted_once(gate):
    walk_in = captured(gate, name="王小明")
    take_scans(pack=gate.pack, scans=[scan(gate.wang)])
    match_walk_in(walk_in=walk_in, person_ref=gate.wang.pk, planner=gate.planner)
    assert Passage.objects.get().person_ref == gate.wang.pk
    match_walk_in(walk_in=walk_in, person_ref=None, planner=gate.planner)
    # The person's own boarding stands.
    assert (state(gate, gate.wang), movement(gate.wang)) == ("boarded", "evacuating")


def test_candidates_come_by_code_document_and_name(gate):
    second = make_transport(gate.operation, "MU9002", hours=9)
    other = seal_on(gate.incident, second, [gate.outside], gate.planner)
    code = gate_code(other, ManifestEntry.objects.get(manifest=other))
    walk_in = captured(gate, name="王小明", document="e2234 5678", code=code)
    found = [(one.person, one.grounds) for one in candidates(walk_in)]
    assert found == [
        (gate.outside, ("code",)), (gate.li, ("document",)), (gate.wang, ("name",)),
    ]  # fmt: skip


def test_nobody_whom_the_incident_does_not_know_is_named_or_matched(gate):
    Standing.objects.filter(person_ref=gate.outside.pk).delete()
    walk_in = captured(gate, name="赵外")
    assert candidates(walk_in) == []
    with pytest.raises(DomainError) as caught:
        match_walk_in(walk_in=walk_in, person_ref=gate.outside.pk, planner=gate.planner)
    assert caught.value.code == "not_found"


def test_document_in_hand_proves_who_it_is(gate, held_clock):
    """Somebody who is registered elsewhere and was never in the audience."""
    tourist = Person.objects.create(
        name="孙游", registered_at=gate.pack.issued_at, **paper("EB0000002")
    )
    walk_in = captured(gate, name="SUN YOU", document="EB0000002")
    match_walk_in(walk_in=walk_in, person_ref=tourist.pk, planner=gate.planner)
    assert state(gate, tourist) == "boarded"


def test_match_is_a_planners_and_of_ones_own_post(gate, officer, make_user, other_post):
    walk_in = captured(gate, name="赵外")
    for user, code in (
        (officer, "forbidden"), (make_user("suva-planner", "planner", other_post), "not_found"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as caught:
            match_walk_in(walk_in=walk_in, person_ref=gate.outside.pk, planner=user)
        assert caught.value.code == code
