"""Plans made by a worker, or by the sweep."""

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.allocation.models import PlanRun
from crisis.allocation.selectors import counts
from crisis.allocation.services import ask_for_plan
from crisis.allocation.services.running import make_plan, make_waiting
from crisis.allocation.tasks import make_plan as task

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(table):
    table.flight()
    table.family("甲")
    table.run = ask_for_plan(operation=table.operation, planner=table.planner)
    return table


def test_worker_makes_the_plan_once(asked):
    task(asked.run.pk)
    asked.run.refresh_from_db()
    assert (asked.run.state, asked.run.plan.number) == ("done", 1)
    assert not make_plan(asked.run.pk)
    assert asked.operation.plans.count() == 1


def test_who_asks_meanwhile_gets_the_same_run(asked):
    assert ask_for_plan(operation=asked.operation, planner=asked.planner) == asked.run
    make_plan(asked.run.pk)
    assert ask_for_plan(operation=asked.operation, planner=asked.planner) != asked.run


def test_sweep_makes_what_no_worker_took(asked, held_clock):
    assert make_waiting() == 0
    held_clock(6)
    assert make_waiting() == 1
    assert make_waiting() == 0
    assert asked.operation.plans.count() == 1


def test_run_of_a_dead_worker_is_taken_over(asked):
    taken = PlanRun.objects.filter(pk=asked.run.pk)
    taken.update(state="working", held_until=clock.real_now())
    assert make_waiting() == 1
    assert taken.get().state == "done"


def test_refusal_is_kept_with_the_run(asked):
    asked.operation.state = "ended"
    asked.operation.save()
    make_plan(asked.run.pk)
    asked.run.refresh_from_db()
    assert (asked.run.state, asked.run.problem) == ("failed", "operation_ended")


def test_run_plans_anew_without_some_transports(asked):
    make_plan(asked.run.pk)
    plan, flight = asked.operation.plans.get(), asked.operation.transports.get()
    run = ask_for_plan(
        operation=asked.operation, planner=asked.planner, based_on=plan, without=[flight.pk]
    )
    make_plan(run.pk)
    run.refresh_from_db()
    assert counts(run.plan) == {"placed": 0, "waiting": {"no_journey": 1}}


def test_officers_do_not_ask(asked, officer):
    with pytest.raises(DomainError):
        ask_for_plan(operation=asked.operation, planner=officer)
