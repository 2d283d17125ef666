"""Making plans, and deciding on them: a plan proposes, a planner adopts."""

from collections.abc import Collection, Iterator

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.allocation.models import Placement, Plan
from crisis.allocation.network import Network, Origin, origin_of
from crisis.allocation.problem import Chain, Demand, Problem, classes_of
from crisis.allocation.reading import chains_of, read_problem
from crisis.allocation.selectors import adopted_plan
from crisis.allocation.signals import plan_adopted
from crisis.allocation.solving import Solution, solve, urgent_first
from crisis.allocation.states import PlanState
from crisis.seats.states import KeptBack
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import EvacuationOperation
from crisis.transports.services.journeys import journey_of
from crisis.transports.services.refusing import hold_open
from crisis.transports.states import OperationState, TransportStatus

ROWS = 2000
_TRIES = 5
# Up to so many people may be thought about for so many seconds; a task has two minutes in all.
_TIMES_S = ((500, 1.0), (5_000, 8.0))
_LONGEST_S = 40.0


def time_limit_s(people: int) -> float:
    """How long to think about so many people, in seconds."""
    return next((seconds for most, seconds in _TIMES_S if people <= most), _LONGEST_S)


def propose_plan(
    *, operation: EvacuationOperation, planner: User, time_limit_s: float | None = None
) -> Plan:
    """A new plan for everybody who wants to go. What officers arranged in the adopted plan, what
    was offered, and who is under way stays; nothing is decided until it is adopted.

    Raises DomainError forbidden, not_found, operation_ended, nobody_to_place, no_transports.
    """
    demand(planner, Capability.PLAN, operation.incident.post)
    since = adopted_plan(operation)
    _check_open(operation)
    problem = read_problem(operation, since=since)
    return _make(operation, planner, problem, since=since, based_on=None, limit=time_limit_s)


def replan(
    *,
    plan: Plan,
    planner: User,
    without: Collection[int] = (),
    time_limit_s: float | None = None,
) -> Plan:
    """A new plan that moves as few people of `plan` as possible, without its cancelled transports
    and those `without` (by number). Whom it moves: crisis.allocation.selectors.moved.

    Raises DomainError as propose_plan does.
    """
    operation = plan.operation
    demand(planner, Capability.PLAN, operation.incident.post)
    _check_open(operation)
    problem = read_problem(operation, since=plan, without=without, move_few=True)
    return _make(operation, planner, problem, since=plan, based_on=plan, limit=time_limit_s)


def adopt_plan(*, plan: Plan, planner: User) -> Plan:
    """From now on this plan holds; the one before is replaced.

    Raises DomainError forbidden, not_found, operation_ended, wrong_state, outdated_plan (the
    adopted plan is newer, or an officer moved somebody in it since), transport_cancelled.
    """
    with transaction.atomic():
        operation = hold_open(plan.operation, planner)
        _check_up_to_date(plan, adopted_plan(operation))
        now = clock.now()
        Plan.objects.filter(operation=operation, state=PlanState.ADOPTED).update(
            state=PlanState.REPLACED
        )
        _change(plan, PlanState.ADOPTED, adopted_by=planner, adopted_at=now)
        audit.record(
            actor=planner.username, act="plan.adopted", subject=_subject(plan), number=plan.number
        )
        plan_adopted.send(sender=Plan, plan=plan)
    return plan


def discard_plan(*, plan: Plan, planner: User) -> Plan:
    """A proposal that nobody wants. Raises DomainError forbidden, not_found, operation_ended,
    wrong_state."""
    with transaction.atomic():
        hold_open(plan.operation, planner)
        _change(plan, PlanState.DISCARDED)
        audit.record(
            actor=planner.username, act="plan.discarded", subject=_subject(plan), number=plan.number
        )
    return plan


def _change(plan: Plan, state: PlanState, **columns: object) -> None:
    """Only a proposal is decided on, once."""
    proposed = Plan.objects.filter(pk=plan.pk, state=PlanState.PROPOSED)
    if not proposed.update(state=state, **columns):
        raise DomainError("wrong_state", _("这一方案已经处理过了。"), status=409)
    plan.refresh_from_db()


def _check_up_to_date(plan: Plan, holding: Plan | None) -> None:
    if holding is not None and (
        holding.number > plan.number
        or (holding.changed_at is not None and holding.changed_at > plan.made_at)
    ):
        raise DomainError(
            "outdated_plan",
            _("采用中的方案在此之后有改动，请重新计算。"),
            {"adopted": holding.number},
            status=409,
        )
    cancelled = Placement.objects.filter(
        plan=plan, journey__legs__transport__status=TransportStatus.CANCELLED
    )
    if cancelled.exists():
        raise DomainError(
            "transport_cancelled", _("方案中有运输工具已取消，请重新计算。"), status=409
        )


def _check_open(operation: EvacuationOperation) -> None:
    state = EvacuationOperation.objects.values_list("state", flat=True).get(pk=operation.pk)
    if state != OperationState.OPEN:
        raise DomainError("operation_ended", _("撤离行动已经结束。"), status=409)


def _make(
    operation: EvacuationOperation,
    planner: User,
    problem: Problem,
    *,
    since: Plan | None,
    based_on: Plan | None,
    limit: float | None,
) -> Plan:
    people = sum(unit.size for unit in problem.units)
    if not people:
        raise DomainError("nobody_to_place", _("目前没有人要求撤离，无须分配座位。"), status=409)
    # When the last flight is cancelled, planning anew still shows who lost their place.
    if based_on is None and not any(vehicle.is_open for vehicle in problem.vehicles):
        raise DomainError("no_transports", _("还没有可用的运输工具，请先添加。"), status=409)
    # Thinking and writing take long, so nothing is locked, and the audit chain waited for last:
    # a proposal binds nobody until it is adopted.
    solution = solve(problem, time_limit_s=time_limit_s(people) if limit is None else limit)
    placing = urgent_first(problem, solution.placing)
    with transaction.atomic():
        _check_open(operation)
        plan = _new(operation, planner, solution, based_on)
        _write(plan, problem, placing, _fixed(since))
        audit.record(
            actor=planner.username,
            act="plan.proposed",
            subject=_subject(plan),
            number=plan.number,
            people=people,
            unserved=plan.unserved,
            bound=plan.bound,
        )
    return plan


def _new(
    operation: EvacuationOperation, planner: User, solution: Solution, based_on: Plan | None
) -> Plan:
    plan = Plan(
        operation=operation,
        made_by=planner,
        made_at=clock.now(),
        based_on=based_on,
        method=solution.method,
        seconds=round(solution.seconds, 2),
        unserved=solution.unserved,
        bound=solution.bound,
    )
    for tries_left in reversed(range(_TRIES)):
        plan.number = (operation.plans.aggregate(last=Max("number"))["last"] or 0) + 1
        try:
            with transaction.atomic():
                plan.save(force_insert=True)
        except IntegrityError:  # another plan took the number while this one was written
            if not tries_left:
                raise
        else:
            break
    return plan


def _fixed(since: Plan | None) -> dict[int, int | None]:
    """Whom an officer arranged in the plan before, and on which journey."""
    rows = Placement.objects.filter(plan=since, fixed=True) if since else Placement.objects.none()
    return dict(rows.values_list("traveller", "journey"))


def _write(
    plan: Plan,
    problem: Problem,
    placing: dict[int, Chain | None],
    fixed: dict[int, int | None],
) -> None:
    whole = {index: _whole(problem, index, placing) for index in range(len(problem.units))}
    journeys = _journeys(plan.operation, {chain for chain in whole.values() if chain})
    why = _Why(problem)
    rows = _rows(plan, problem, whole, journeys, fixed, why)
    Placement.objects.bulk_create(rows, batch_size=ROWS)


def _rows(
    plan: Plan,
    problem: Problem,
    whole: dict[int, Chain | None],
    journeys: dict[Chain, int],
    fixed: dict[int, int | None],
    why: "_Why",
) -> Iterator[Placement]:
    for index, unit in enumerate(problem.units):
        chain = whole[index]
        journey = journeys[chain] if chain else None
        for traveller, place_class in classes_of(unit.members).items():
            yield Placement(
                plan=plan,
                traveller_id=traveller,
                journey_id=journey,
                place_class=place_class,
                reason="" if journey else why(index),
                fixed=traveller in fixed and fixed[traveller] == journey,
            )


def _whole(problem: Problem, index: int, placing: dict[int, Chain | None]) -> Chain | None:
    """With the legs that were taken already: who is under way stays in the plan."""
    chain = placing.get(index)
    return problem.units[index].behind + (chain or ()) or None


def _journeys(operation: EvacuationOperation, chains: Collection[Chain]) -> dict[Chain, int]:
    known = {chain: journey for journey, chain in chains_of(operation).items()}
    transports = {one.pk: one for one in operation.transports.all()}
    found: dict[Chain, int] = {}
    for chain in chains:
        if chain not in known:
            taken = [transports[number] for number in chain]
            known[chain] = journey_of(operation=operation, transports=taken).pk
        found[chain] = known[chain]
    return found


class _Why:
    """Why a unit has no place, for the waiting list."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.network = Network(problem)
        empty = Problem(problem.vehicles, (), problem.reach)
        self.room = Network(empty).room
        self.known: dict[tuple[Demand, Origin], bool] = {}

    def __call__(self, index: int) -> str:
        unit = self.problem.units[index]
        if unit.kept_back:
            return unit.kept_back
        origin = origin_of(unit)
        if not self._goes(Demand(), origin):
            return KeptBack.NO_JOURNEY
        return KeptBack.NO_ROOM if self._goes(unit.demand, origin) else KeptBack.NO_CLASS

    def _goes(self, needs: Demand, origin: Origin) -> bool:
        """Whether there were a way if nobody else wanted to go."""
        if (needs, origin) not in self.known:
            self.known[needs, origin] = self.network.way(needs, origin, self.room) is not None
        return self.known[needs, origin]


def _subject(plan: Plan) -> str:
    return f"plan:{plan.pk}"
