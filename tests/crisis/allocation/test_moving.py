"""An officer moves a party, and is told what that breaks."""

import pytest

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.allocation.breaches import Rule
from crisis.allocation.checking import would_break
from crisis.allocation.services import (
    adopt_plan,
    discard_plan,
    move_onto,
    move_party,
    propose_plan,
    release_party,
)
from crisis.transports.models import Transport
from crisis.transports.services.journeys import journey_of
from crisis.transports.states import TransportStatus
from tests.crisis.allocation.conftest import placed, travellers

pytestmark = pytest.mark.django_db


@pytest.fixture
def moving(table):
    """MU1 with two seats, MU2 with one; a couple on MU1, and one on MU2."""
    table.first = table.flight("MU1", seats=2, hours=2)
    table.second = table.flight("MU2", seats=1, hours=5)
    table.couple, table.single = table.family("甲", 2), table.family("乙")
    table.plan = propose_plan(operation=table.operation, planner=table.planner)
    table.by = {
        one: journey_of(operation=table.operation, transports=[one])
        for one in (table.first, table.second)
    }
    assert placed(table.plan) == {1: str(table.first.pk), 2: str(table.second.pk)}
    return table


def rules(found):
    return [one.rule for one in found]


def move(table, party, journey, **fields):
    return move_party(
        plan=table.plan, party=party, journey=journey, planner=table.planner, **fields
    )


def test_move_is_made_shown_as_too_many_and_on_record(moving):
    found = move(moving, moving.couple, moving.by[moving.second])
    [breach] = found
    assert (breach.rule, breach.transport) == (Rule.TOO_MANY, moving.second.pk)
    assert (breach.used, breach.room) == (3, 1)
    assert placed(moving.plan) == {1: str(moving.second.pk), 2: str(moving.second.pk)}
    entry = AuditEntry.objects.get(act="plan.party_moved")
    assert (entry.detail["party"], entry.detail["breaks"]) == (1, ["too_many"])
    assert move(moving, moving.single, moving.by[moving.first]) == []


def test_what_it_would_break_is_told_without_moving(moving):
    found = would_break(plan=moving.plan, party=moving.couple, chain=(moving.second.pk,))
    assert rules(found) == [Rule.TOO_MANY]
    assert would_break(plan=moving.plan, party=moving.couple, chain=None) == []
    assert placed(moving.plan)[1] == str(moving.first.pk)


def test_family_is_parted_only_by_an_officers_word(moving):
    one, _other = travellers(moving.couple)
    with pytest.raises(DomainError) as refused:
        move(moving, moving.couple, moving.by[moving.second], travellers=[one.pk])
    assert refused.value.code == "party_together"
    found = move(moving, moving.couple, moving.by[moving.second], travellers=[one.pk], split=True)
    assert rules(found) == [Rule.TOO_MANY, Rule.FAMILY_PARTED]
    assert placed(moving.plan)[1] == {str(moving.first.pk), str(moving.second.pk)}
    again = propose_plan(operation=moving.operation, planner=moving.planner)
    assert placed(again)[1] == str(moving.first.pk)  # a proposal's moves hold when it is adopted
    adopt_plan(plan=again, planner=moving.planner)


def test_parting_in_the_adopted_plan_is_kept(moving):
    adopt_plan(plan=moving.plan, planner=moving.planner)
    one, _other = travellers(moving.couple)
    move(moving, moving.single, None)
    move(moving, moving.couple, moving.by[moving.second], travellers=[one.pk], split=True)
    again = propose_plan(operation=moving.operation, planner=moving.planner)
    assert placed(again) == {1: {str(moving.first.pk), str(moving.second.pk)}, 2: None}


def test_taking_a_place_away_needs_a_known_reason(moving):
    with pytest.raises(DomainError) as refused:
        move(moving, moving.couple, None, reason="because")
    assert refused.value.code == "unknown_reason"
    assert move(moving, moving.couple, None, reason="obstacle") == []
    assert set(moving.plan.placements.values_list("reason", flat=True)) == {"", "obstacle"}


def test_more_urgent_one_who_waits_is_named(moving):
    urgent = moving.family("丙", priority="needs_help")
    plan = propose_plan(operation=moving.operation, planner=moving.planner)
    moving.plan = plan
    assert placed(plan)[2] is None or placed(plan)[1] is None
    journey = moving.by[moving.first]
    late = moving.single if placed(plan)[2] is None else moving.couple
    move_party(plan=plan, party=urgent, journey=None, planner=moving.planner, reason="no_room")
    found = move_party(plan=plan, party=late, journey=journey, planner=moving.planner)
    assert Rule.PASSED_OVER in rules(found)


def test_kept_back_far_start_and_lone_infant_are_told(moving):
    [one] = travellers(moving.single)
    one.kept_back, one.place_class, one.assembly = (
        "no_visa",
        "lap",
        moving.operation.places.get(code="SUV"),
    )
    one.save()
    found = move(moving, moving.single, moving.by[moving.first])
    assert set(rules(found)) >= {Rule.KEPT_BACK, Rule.LAP_ALONE, Rule.FAR_START}


def test_nobody_is_put_on_what_is_cancelled_or_gone_nor_taken_back(moving):
    Transport.objects.filter(pk=moving.second.pk).update(status=TransportStatus.CANCELLED)
    with pytest.raises(DomainError) as refused:
        move(moving, moving.couple, moving.by[moving.second])
    assert refused.value.code == "transport_cancelled"
    Transport.objects.filter(pk=moving.first.pk).update(status=TransportStatus.DEPARTED)
    with pytest.raises(DomainError) as refused:
        move(moving, moving.single, moving.by[moving.first])
    assert refused.value.code == "transport_left"
    with pytest.raises(DomainError) as refused:
        move(moving, moving.couple, None)
    assert refused.value.code == "under_way"


def test_plan_that_was_discarded_is_not_changed(moving):
    discard_plan(plan=moving.plan, planner=moving.planner)
    with pytest.raises(DomainError) as refused:
        move(moving, moving.couple, None)
    assert refused.value.code == "wrong_state"


def test_moving_onto_a_transport_finds_what_leads_there_and_on(moving):
    home = moving.flight("MU3", seats=9, hours=20, origin="SUV", destination="CAN")
    found = move_onto(plan=moving.plan, party=moving.couple, transport=home, planner=moving.planner)
    assert found == []
    assert placed(moving.plan)[1] == f"{moving.first.pk}>{home.pk}"


def test_released_party_may_be_moved_again_by_planning_anew(moving):
    move(moving, moving.single, None)
    assert release_party(plan=moving.plan, party=moving.single, planner=moving.planner) == 1
    assert release_party(plan=moving.plan, party=moving.single, planner=moving.planner) == 0
    assert not moving.plan.placements.filter(fixed=True).exists()


def test_party_of_another_operation_is_refused(moving, other_post, officer):
    from tests.support.evacuating import make_incident, make_operation, make_party, stand

    incident = make_incident(other_post, officer)
    other = make_operation(incident, moving.planner)
    party = make_party(other, stand(incident, "外"))
    with pytest.raises(DomainError) as refused:
        move(moving, party, None)
    assert refused.value.code == "other_operation"
