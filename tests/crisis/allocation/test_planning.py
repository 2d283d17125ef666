"""Plans proposed, adopted, made anew."""

from datetime import timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.allocation.models import Placement, Plan
from crisis.allocation.selectors import (
    adopted_plan,
    breaches_of,
    counts,
    loads,
    moved,
    newcomers,
    people_on,
    waiting,
)
from crisis.allocation.services import adopt_plan, discard_plan, move_party, propose_plan, replan
from crisis.allocation.signals import plan_adopted
from crisis.allocation.states import PlanState
from crisis.seats.models import Offer
from crisis.transports.models import Transport
from crisis.transports.services.journeys import journey_of
from crisis.transports.states import PlaceClass, TransportStatus
from tests.crisis.allocation.conftest import placed, travellers

pytestmark = pytest.mark.django_db


def adopted(table):
    plan = propose_plan(operation=table.operation, planner=table.planner)
    return adopt_plan(plan=plan, planner=table.planner)


def cancel(transport):
    Transport.objects.filter(pk=transport.pk).update(status=TransportStatus.CANCELLED)


def test_plan_places_urgent_families_whole_and_tells_why_the_others_wait(table):
    flight = table.flight(seats=3)
    table.family("甲", 2)
    table.family("乙", 2, priority="medical")
    table.family("丙", 1, place_class="stretcher")
    table.family("丁", 1, kept_back="no_papers")
    table.family("戊", 1, wish="staying")
    plan = propose_plan(operation=table.operation, planner=table.planner)
    assert placed(plan) == {1: None, 2: str(flight.pk), 3: None, 4: None}
    assert counts(plan) == {"placed": 2, "waiting": {"no_room": 2, "no_class": 1, "no_papers": 1}}
    assert (plan.number, plan.state, plan.unserved, plan.bound) == (1, "proposed", 3.0, 3.0)
    assert {row.traveller.party.number for row in waiting(plan)} == {1, 3, 4}
    assert AuditEntry.objects.filter(act="plan.proposed", subject=f"plan:{plan.pk}").exists()


def test_who_can_reach_nothing_waits_for_that_reason(table):
    table.flight(origin="SUV", destination="CAN")
    table.family("甲")
    plan = propose_plan(operation=table.operation, planner=table.planner)
    assert counts(plan)["waiting"] == {"no_journey": 1}


def test_journey_takes_people_home_in_legs(table):
    first = table.flight("MU1", seats=5, hours=2)
    second = table.flight("MU2", seats=2, hours=9, origin="SUV", destination="CAN")
    table.family("甲", 2)
    table.family("乙", 2)
    plan = propose_plan(operation=table.operation, planner=table.planner)
    assert sorted(placed(plan).values()) == [f"{first.pk}", f"{first.pk}>{second.pk}"]
    by_number = {load.transport.number: load for load in loads(plan)}
    assert by_number["MU1"].used == {PlaceClass.SEAT: 4}
    assert by_number["MU2"].classes == [(PlaceClass.SEAT, 2, 2)]
    assert (by_number["MU1"].percent, by_number["MU1"].is_over) == (80, False)
    assert people_on(plan, second).count() == 2
    assert breaches_of(plan) == []


def test_one_plan_is_adopted_at_a_time(table):
    table.flight()
    table.family("甲")
    heard = []
    plan_adopted.connect(lambda **sent: heard.append(sent["plan"].pk), weak=False, dispatch_uid="t")
    try:
        first, second = adopted(table), adopted(table)
    finally:
        plan_adopted.disconnect(dispatch_uid="t")
    first.refresh_from_db()
    assert (first.state, second.state) == (PlanState.REPLACED, PlanState.ADOPTED)
    assert adopted_plan(table.operation) == second
    assert heard == [first.pk, second.pk]
    for plan, code in ((first, "outdated_plan"), (second, "wrong_state")):
        with pytest.raises(DomainError) as refused:
            adopt_plan(plan=plan, planner=table.planner)
        assert refused.value.code == code


def test_proposal_that_knows_nothing_of_a_move_is_not_adopted(table, held_clock):
    table.flight()
    party = table.family("甲")
    plan = adopted(table)
    proposal = propose_plan(operation=table.operation, planner=table.planner)
    held_clock(60)
    move_party(plan=plan, party=party, journey=None, planner=table.planner)
    with pytest.raises(DomainError) as refused:
        adopt_plan(plan=proposal, planner=table.planner)
    assert refused.value.code == "outdated_plan"
    discard_plan(plan=proposal, planner=table.planner)
    assert adopted(table).number == 3


def test_proposal_with_a_cancelled_transport_is_not_adopted(table):
    flight = table.flight()
    table.family("甲")
    plan = propose_plan(operation=table.operation, planner=table.planner)
    cancel(flight)
    with pytest.raises(DomainError) as refused:
        adopt_plan(plan=plan, planner=table.planner)
    assert refused.value.code == "transport_cancelled"


def test_planning_anew_after_a_cancelled_flight_moves_only_its_people(table):
    gone = table.flight("MU1", seats=2, hours=2)
    table.flight("MU2", seats=6, hours=5)
    table.family("甲", 2, priority="medical")
    for name in "乙丙":
        table.family(name, 2)
    plan = adopted(table)
    assert placed(plan)[1] == str(gone.pk)
    cancel(gone)
    again = replan(plan=plan, planner=table.planner)
    changes = moved(again, plan)
    assert {one.traveller.party.number for one in changes} == {1}
    assert all(one.forced and not one.lost for one in changes)
    assert again.based_on == plan
    assert adopt_plan(plan=again, planner=table.planner).state == PlanState.ADOPTED


def test_planning_without_a_transport_that_still_runs(table):
    first = table.flight("MU1", seats=2, hours=2)
    table.family("甲", 2)
    plan = adopted(table)
    again = replan(plan=plan, planner=table.planner, without=[first.pk])
    [one, other] = moved(again, plan)
    assert (one.lost, other.lost, one.forced) == (True, True, False)
    assert counts(again)["waiting"] == {"no_journey": 2}


def test_what_an_officer_arranged_stays_when_the_plan_is_made_anew(table):
    early = table.flight("MU1", seats=1, hours=2)
    late = table.flight("MU2", seats=1, hours=9)
    urgent, other = table.family("甲", priority="needs_help"), table.family("乙")
    plan = adopted(table)
    assert placed(plan) == {1: str(early.pk), 2: str(late.pk)}
    by_itself = {
        one: journey_of(operation=table.operation, transports=[one]) for one in (early, late)
    }
    move_party(plan=plan, party=urgent, journey=by_itself[late], planner=table.planner)
    move_party(plan=plan, party=other, journey=by_itself[early], planner=table.planner)
    again = propose_plan(operation=table.operation, planner=table.planner)
    assert placed(again) == {1: str(late.pk), 2: str(early.pk)}
    assert again.placements.filter(fixed=True).count() == 2


def test_seat_that_was_offered_is_given_to_nobody_else(table):
    flight = table.flight(seats=1)
    offered = table.family("甲")
    now = clock.now()
    Offer.objects.create(
        operation=table.operation, party=offered, offered_by=table.planner, offered_at=now,
        journey=journey_of(operation=table.operation, transports=[flight]),
        deadline_at=now + timedelta(hours=2),
    )  # fmt: skip
    table.family("乙", priority="needs_help")
    plan = propose_plan(operation=table.operation, planner=table.planner)
    assert placed(plan) == {1: str(flight.pk), 2: None}


def test_one_without_papers_keeps_the_family_even_from_a_seat_that_was_offered(table):
    flight = table.flight(seats=3)
    party = table.family("甲", 2)
    journey = journey_of(operation=table.operation, transports=[flight])
    now = clock.now()
    Offer.objects.create(
        operation=table.operation, party=party, offered_by=table.planner, offered_at=now,
        journey=journey, deadline_at=now,
    )  # fmt: skip
    lost = travellers(party)[0]
    lost.kept_back = "no_papers"
    lost.save()
    plan = propose_plan(operation=table.operation, planner=table.planner)
    assert counts(plan) == {"placed": 0, "waiting": {"no_papers": 2}}


def test_who_is_under_way_keeps_their_place_and_finds_another_way_on(table):
    first = table.flight("MU1", seats=2, hours=2)
    gone = table.flight("MU2", seats=2, hours=9, origin="SUV", destination="CAN")
    later = table.flight("MU3", seats=2, hours=30, origin="SUV", destination="CAN")
    table.family("甲", 2)
    plan = adopted(table)
    assert placed(plan) == {1: f"{first.pk}>{gone.pk}"}
    Transport.objects.filter(pk=first.pk).update(status=TransportStatus.DEPARTED)
    cancel(gone)
    again = replan(plan=plan, planner=table.planner)
    assert placed(again) == {1: f"{first.pk}>{later.pk}"}
    cancel(later)
    assert placed(replan(plan=plan, planner=table.planner)) == {1: f"{first.pk}"}


def test_who_joins_a_family_later_goes_with_it(table):
    flight = table.flight(seats=3)
    party = table.family("甲", 2)
    plan = adopted(table)
    journey = journey_of(operation=table.operation, transports=[flight])
    move_party(plan=plan, party=party, journey=journey, planner=table.planner)
    [child] = travellers(table.family("乙"))
    child.party = party
    child.save()
    again = propose_plan(operation=table.operation, planner=table.planner)
    assert placed(again) == {1: str(flight.pk)}
    assert Placement.objects.filter(plan=again, journey=journey).count() == 3


def test_plan_shows_what_became_wrong_since(table):
    flight = table.flight(seats=3)
    table.family("甲", 2)
    plan = adopted(table)
    Transport.objects.filter(pk=flight.pk).update(seats=1)
    [breach] = breaches_of(plan)
    assert (breach.rule, breach.used, breach.room) == ("too_many", 2, 1)
    cancel(flight)
    assert {one.rule for one in breaches_of(plan)} >= {"not_running"}
    assert [load.people for load in loads(plan)] == [2]


def test_plan_tells_of_those_who_changed_their_mind_and_of_those_who_came_since(table):
    table.flight(seats=3)
    [one, _other] = travellers(table.family("甲", 2))
    plan = adopted(table)
    one.wish = "staying"
    one.save()
    table.family("乙", 2)
    assert [(breach.rule, breach.traveller) for breach in breaches_of(plan)] == [
        ("not_going", one.pk)
    ]
    assert newcomers(plan) == 2
    again = replan(plan=plan, planner=table.planner)
    assert counts(again) == {"placed": 3, "waiting": {}}
    assert breaches_of(again) == []


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("ended", "operation_ended"),
        ("people", "nobody_to_place"),
        ("transports", "no_transports"),
    ],
)
def test_plan_needs_people_transports_and_an_open_operation(table, what, code):
    if what != "people":
        table.family("甲")
    if what != "transports":
        table.flight()
    if what == "ended":
        table.operation.state = "ended"
        table.operation.save()
    with pytest.raises(DomainError) as refused:
        propose_plan(operation=table.operation, planner=table.planner)
    assert refused.value.code == code
    assert not Plan.objects.exists()


def test_only_planners_of_the_post_plan(table, officer, make_user, other_post):
    table.flight()
    table.family("甲")
    stranger = make_user("stranger", "planner", other_post)
    for user, code in ((officer, "forbidden"), (stranger, "not_found")):
        with pytest.raises(DomainError) as refused:
            propose_plan(operation=table.operation, planner=user)
        assert refused.value.code == code
    plan = propose_plan(operation=table.operation, planner=table.planner)
    for act in (adopt_plan, discard_plan, replan):
        with pytest.raises(DomainError):
            act(plan=plan, planner=stranger)
