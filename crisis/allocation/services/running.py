"""Plans that take longer than a page may: asked for here, made by a worker, or by the sweep where
no worker came."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.allocation.models import Plan, PlanRun
from crisis.allocation.selectors import unfinished_run
from crisis.allocation.services.planning import propose_plan, replan
from crisis.allocation.states import UNFINISHED, RunState
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import EvacuationOperation
from notifications import bell

MAKE = "allocation.make_plan"
# Longer than a task may run; who still holds it then is dead.
LEASE = timedelta(seconds=150)
# How long the sweep leaves a new one to the workers, in real time.
PATIENCE = timedelta(seconds=5)


def ask_for_plan(
    *,
    operation: EvacuationOperation,
    planner: User,
    based_on: Plan | None = None,
    without: Collection[int] = (),
) -> PlanRun:
    """Have a plan made: anew, or from `based_on` with as few moves as possible. Who asks while one
    is being made gets that one.

    Raises DomainError forbidden, not_found, other_operation.
    """
    demand(planner, Capability.PLAN, operation.incident.post)
    if based_on is not None and based_on.operation_id != operation.pk:
        raise DomainError("other_operation", _("不属于同一撤离行动。"))
    if (running := unfinished_run(operation)) is not None:
        return running
    try:
        with transaction.atomic():
            return _ask(operation, planner, based_on, without)
    except IntegrityError:  # two planners at the same moment
        running = unfinished_run(operation)
        if running is None:
            raise
        return running


def _ask(
    operation: EvacuationOperation,
    planner: User,
    based_on: Plan | None,
    without: Collection[int],
) -> PlanRun:
    run = PlanRun.objects.create(
        operation=operation,
        asked_by=planner,
        asked_at=clock.now(),
        based_on=based_on,
        without=sorted(without),
    )
    audit.record(
        actor=planner.username,
        act="plan.asked",
        subject=f"operation:{operation.pk}",
        based_on=based_on.number if based_on else None,
        without=run.without,
    )
    transaction.on_commit(partial(ring, run.pk))
    return run


def ring(run_id: int) -> None:
    """Tell a worker; the sweep makes what none of them hears of."""
    bell.call(partial(current_app.send_task, MAKE, (run_id,)))


def make_plan(run_id: int) -> bool:
    """Make the plan of this run; False when another has it or it is done."""
    run = _claim(run_id)
    if run is None:
        return False
    try:
        _finish(run, RunState.DONE, plan=_made(run))
    except DomainError as refusal:
        _finish(run, RunState.FAILED, problem=refusal.code[:40])
    return True


def make_waiting() -> int:
    """The sweep's step: the longest waiting run that nobody holds."""
    free = Q(held_until=None, asked_at__lt=clock.now() - PATIENCE)
    free |= Q(held_until__lt=clock.real_now())
    waiting = PlanRun.objects.filter(free, state__in=UNFINISHED).order_by("pk")
    run = waiting.values_list("pk", flat=True).first()
    return int(run is not None and make_plan(run))


def _claim(run_id: int) -> PlanRun | None:
    now = clock.real_now()
    unfinished = PlanRun.objects.filter(pk=run_id, state__in=UNFINISHED)
    taken = unfinished.filter(Q(held_until=None) | Q(held_until__lt=now)).update(
        state=RunState.WORKING, held_until=now + LEASE, epoch=F("epoch") + 1
    )
    if not taken:
        return None
    return PlanRun.objects.select_related(
        "operation__incident__post", "based_on__operation__incident__post", "asked_by"
    ).get(pk=run_id)


def _made(run: PlanRun) -> Plan:
    if run.based_on is None:
        return propose_plan(operation=run.operation, planner=run.asked_by)
    return replan(plan=run.based_on, planner=run.asked_by, without=run.without)


def _finish(run: PlanRun, state: RunState, **columns: object) -> None:
    """Unless another took over: then its plan counts, and this one is one proposal more."""
    mine = PlanRun.objects.filter(pk=run.pk, epoch=run.epoch, state=RunState.WORKING)
    mine.update(state=state, finished_at=clock.now(), held_until=None, **columns)
