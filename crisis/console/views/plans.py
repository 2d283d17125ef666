"""方案: who goes on which transport, proposed by a solver, decided on here."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.allocation.breaches import Breach
from crisis.allocation.models import Placement, Plan
from crisis.allocation.selectors import (
    adopted_plan,
    breaches_of,
    counts,
    loads,
    moved,
    newcomers,
    people_on,
    plan_for,
    plans_for,
    waiting,
)
from crisis.allocation.services import (
    adopt_plan,
    ask_for_plan,
    discard_plan,
    move_onto,
    move_party,
    release_party,
)
from crisis.allocation.states import OPEN, UNFINISHED, PlanState, RunState
from crisis.allocation.words import breach_words, failure_words, gap_words, moves_words
from crisis.console.forms.plans import FindPartyForm, MoveForm
from crisis.console.planned import family, named, ways
from crisis.console.selectors import visible_incident
from crisis.seats.models import Party
from crisis.seats.states import KeptBack
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import EvacuationOperation
from crisis.transports.selectors import operation_for, operation_of
from crisis.transports.states import OPEN_TO_PLAN

ROWS_A_PAGE = 100
BREACHES_SHOWN = 20
MOVES_SHOWN = 200
REFRESH_S = 2


@requires(Capability.VIEW_INCIDENT)
def overview(request: StaffRequest, pk: int) -> HttpResponse:
    """Every plan, the newest first. While one is being made the page asks again by itself."""
    incident = visible_incident(request.user, pk)
    operation = operation_of(incident)
    run = operation.plan_runs.first() if operation else None
    context = {
        "incident": incident,
        "operation": operation,
        "plans": plans_for(request.user).filter(operation=operation) if operation else [],
        "making": run is not None and run.state in UNFINISHED,
        "failure": failure_words(run) if run and run.state == RunState.FAILED else "",
        "room": "evacuation",
        "part": "plans",
    }
    response = render(request, "console/plans.html", context)
    if context["making"]:
        response["Refresh"] = str(REFRESH_S)
    return response


@require_POST
@requires(Capability.PLAN)
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    ask_for_plan(operation=operation_for(request.user, pk), planner=request.user)
    return redirect("console:plans", pk)


@requires(Capability.PLAN)
def show(request: StaffRequest, pk: int) -> HttpResponse:
    plan = plan_for(request.user, pk)
    return show_plan(request, plan, FindPartyForm())


def show_plan(request: StaffRequest, plan: Plan, form: FindPartyForm) -> HttpResponse:
    """`on` lists who takes a transport; without it, who waits."""
    all_loads = loads(plan)
    found = breaches_of(plan) if plan.state in OPEN else []
    on = next((load for load in all_loads if str(load.transport.pk) == request.GET.get("on")), None)
    page = Paginator(_rows(plan, on), ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = named(page.object_list)
    _record(request, plan, "plan.viewed", people=len(rows))
    context = _context(request, plan) | {
        "form": form,
        "loads": all_loads,
        "again": [load for load in all_loads if load.transport.status in OPEN_TO_PLAN],
        "gap": gap_words(plan),
        "counts": _reasons(plan),
        "breaches": breach_words(found[:BREACHES_SHOWN], plan.operation),
        "breaches_more": max(0, len(found) - BREACHES_SHOWN),
        "newcomers": newcomers(plan) if plan.state in OPEN else 0,
        "on": on,
        "page": page,
        "rows": rows,
        **_moves(plan),
    }
    return render(request, "console/plan.html", context, status=400 if form.errors else 200)


def _rows(plan: Plan, on: Any) -> QuerySet[Placement]:
    if on is not None:
        return people_on(plan, on.transport)
    return waiting(plan).order_by("reason", "traveller__party__number", "traveller")


def _reasons(plan: Plan) -> dict[str, Any]:
    found = counts(plan)
    reasons = [(KeptBack(code).label, people) for code, people in found["waiting"].items()]
    return {"placed": found["placed"], "waiting": sum(n for _one, n in reasons), "reasons": reasons}


def _moves(plan: Plan) -> dict[str, Any]:
    """Against the plan that holds, or the one that this one was made from."""
    since = plan.based_on
    if since is None and plan.state == PlanState.PROPOSED:
        since = adopted_plan(plan.operation)
    if since is None:
        return {}
    changes = moved(plan, since)
    lost = sum(one.lost for one in changes)
    gained = sum(one.gained for one in changes)
    return {
        "since": since,
        "moves_words": moves_words(len(changes) - lost - gained, lost, gained),
        "moves": ways(plan.operation, changes[:MOVES_SHOWN]),
        "moves_more": max(0, len(changes) - MOVES_SHOWN),
    }


@require_POST
@requires(Capability.PLAN)
def adopt(request: StaffRequest, pk: int) -> HttpResponse:
    plan = adopt_plan(plan=plan_for(request.user, pk), planner=request.user)
    messages.success(request, _("已采用第 %(n)s 号方案。") % {"n": plan.number})
    return redirect("console:plan", pk)


@require_POST
@requires(Capability.PLAN)
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    plan = discard_plan(plan=plan_for(request.user, pk), planner=request.user)
    return redirect("console:plans", plan.operation.incident_id)


@require_POST
@requires(Capability.PLAN)
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Plan anew with as few moves as possible, without the transports that are ticked."""
    plan = plan_for(request.user, pk)
    ticked = {one for one in request.POST.getlist("without") if one.isascii() and one.isdigit()}
    ask_for_plan(
        operation=plan.operation,
        planner=request.user,
        based_on=plan,
        without=sorted(map(int, ticked)),
    )
    return redirect("console:plans", plan.operation.incident_id)


@require_POST
@requires(Capability.PLAN)
def find_party(request: StaffRequest, pk: int) -> HttpResponse:
    plan = plan_for(request.user, pk)
    form = FindPartyForm(request.POST)
    if form.is_valid():
        number = form.cleaned_data["number"]
        if Party.objects.filter(operation=plan.operation_id, number=number).exists():
            return redirect("console:plan-party", pk, number)
        form.add_error("number", _("没有这一组。"))
    return show_plan(request, plan, form)


@requires(Capability.PLAN)
def party(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """One party and where it goes. POST moves it, or some of it, and says what that breaks."""
    plan = plan_for(request.user, pk)
    found = get_object_or_404(Party, operation=plan.operation_id, number=number)
    rows = named(_placements(plan, found))
    people = family(found)
    form = MoveForm(plan, people, *([request.POST] if request.method == "POST" else []))
    if form.is_bound and form.is_valid():
        try:
            broken = _move(request, plan, found, form)
        except DomainError as error:
            form.add_error(error.extra.get("field"), str(error))
        else:
            _tell(request, broken, plan.operation)
            return redirect("console:plan-party", pk, number)
    _record(request, plan, "plan.viewed", party=number)
    context = _context(request, plan) | {
        "party": found,
        "rows": rows,
        "form": form,
        "fixed": any(row.fixed for row in rows),
        "is_open": plan.state in OPEN and people,
    }
    status = 400 if form.errors else 200
    return render(request, "console/plan_party.html", context, status=status)


@require_POST
@requires(Capability.PLAN)
def release(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    plan = plan_for(request.user, pk)
    found = get_object_or_404(Party, operation=plan.operation_id, number=number)
    release_party(plan=plan, party=found, planner=request.user)
    return redirect("console:plan-party", pk, number)


def _placements(plan: Plan, found: Party) -> QuerySet[Placement]:
    rows = Placement.objects.filter(plan=plan, traveller__party=found)
    return rows.select_related("traveller__party", "journey").order_by("traveller")


def _move(request: StaffRequest, plan: Plan, found: Party, form: MoveForm) -> list[Breach]:
    whom = {"travellers": form.travellers, "split": form.cleaned_data.get("split", False)}
    if form.transport is not None:
        return move_onto(
            plan=plan, party=found, transport=form.transport, planner=request.user, **whom
        )
    return move_party(
        plan=plan,
        party=found,
        journey=None,
        planner=request.user,
        reason=form.cleaned_data["reason"],
        **whom,
    )


def _tell(request: StaffRequest, broken: list[Breach], operation: EvacuationOperation) -> None:
    if not broken:
        messages.success(request, _("已移动，没有违反任何规则。"))
        return
    for words in breach_words(broken, operation):
        messages.warning(request, words)


def _context(request: StaffRequest, plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan,
        "incident": visible_incident(request.user, plan.operation.incident_id),
        "room": "evacuation",
        "part": "plans",
    }


def _record(request: StaffRequest, plan: Plan, act: str, **detail: object) -> None:
    audit.record(actor=request.user.username, act=act, subject=f"plan:{plan.pk}", **detail)
