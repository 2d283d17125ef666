"""撤离: the planner's board of one incident, moving a party on it, a gate's list on paper."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.allocation.checking import would_break
from crisis.allocation.models import Plan
from crisis.allocation.selectors import adopted_plan
from crisis.allocation.services import move_party
from crisis.allocation.services.moving import journey_via
from crisis.allocation.words import breach_words
from crisis.console.evacuation import board_context, gate_rows, parties_on
from crisis.console.forms.evacuation import MoveForm
from crisis.console.selectors import visible_incident
from crisis.evacuation.models import Manifest
from crisis.incidents.models import Incident
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import EvacuationOperation
from crisis.transports.selectors import operation_for, operation_of


@requires(Capability.VIEW_INCIDENT)
def board(request: StaffRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    operation = operation_of(incident)
    context: dict[str, Any] = {
        "incident": incident,
        "operation": operation,
        "room": "evacuation",
        "part": "board",
    }
    if operation:
        context |= _board(request, incident, operation)
    return render(request, "console/evacuation.html", context)


def _board(
    request: StaffRequest, incident: Incident, operation: EvacuationOperation
) -> dict[str, Any]:
    """What the board's own part needs. Looking at names is on record."""
    names = request.user.can(Capability.VIEW_PERSON)
    context = board_context(operation, names=names)
    if names:
        shown = sum(len(line.travellers) for line in context["waiting"].lines)
        _record_view(request, incident, people=shown)
    return context | {"incident": incident, "form": MoveForm(None, operation=operation)}


@requires(Capability.VIEW_INCIDENT)
def parties(request: StaffRequest, pk: int, transport: int) -> HttpResponse:
    """The parties of one transport, fetched when they are wanted."""
    operation = operation_for(request.user, pk)
    plan = adopted_plan(operation)
    found = get_object_or_404(operation.transports, pk=transport)
    names = request.user.can(Capability.VIEW_PERSON)
    lines = parties_on(plan, found, names=names) if plan else []
    if names:
        people = sum(len(line.travellers) for line in lines)
        _record_view(request, operation.incident, people=people, transport=transport)
    return render(request, "console/_party_lines.html", {"lines": lines, "plan": plan})


@require_POST
@requires(Capability.PLAN)
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a party on a transport or on the waiting list. What breaks a rule is done only after
    the officer has read which."""
    operation = operation_for(request.user, pk)
    form = MoveForm(request.POST, operation=operation)
    broken: list[str] = []
    said = ""
    if form.is_valid():
        broken = _move(request, operation, form)
        said = "" if form.errors or broken else _said(form)
    context = _board(request, operation.incident, operation) | {"moved": said}
    if form.errors or broken:
        context |= {"form": form, "breaches": broken}
    if request.headers.get("HX-Request"):
        return render(request, "console/_evacuation_board.html", context)
    context |= {"room": "evacuation", "part": "board"}
    return render(request, "console/evacuation.html", context, status=400 if form.errors else 200)


def _move(request: StaffRequest, operation: EvacuationOperation, form: MoveForm) -> list[str]:
    """Move, or say what that would break. A rule that was refused stands in the form."""
    party, target = form.cleaned_data["party"], form.cleaned_data["target"]
    try:
        plan = _adopted(operation)
        journey = journey_via(plan=plan, party=party, transport=target) if target else None
        chain = tuple(map(int, journey.key.split(">"))) if journey else None
        broken = would_break(plan=plan, party=party, chain=chain)
        if broken and not form.cleaned_data["confirmed"]:
            return breach_words(broken, operation)
        move_party(plan=plan, party=party, journey=journey, planner=request.user)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
    return []


def _adopted(operation: EvacuationOperation) -> Plan:
    plan = adopted_plan(operation)
    if plan is None:
        raise DomainError("no_plan", _("还没有采用的分配方案，不能移动。"), status=409)
    return plan


def _said(form: MoveForm) -> str:
    party, target = form.cleaned_data["party"], form.cleaned_data["target"]
    if target is None:
        return _("第 %(party)d 组已移到候补。") % {"party": party.number}
    return _("第 %(party)d 组已移到 %(transport)s。") % {
        "party": party.number,
        "transport": target.number,
    }


@requires(Capability.PLAN)
def gate_list(request: StaffRequest, pk: int, transport: int) -> HttpResponse:
    """One transport's people on paper, from the newest sealed version: gates never work from a
    draft."""
    operation = operation_for(request.user, pk)
    found = get_object_or_404(
        operation.transports.select_related("origin", "destination"), pk=transport
    )
    sealed = operation.incident.manifests.filter(state=Manifest.State.SEALED).first()
    if sealed is None:
        messages.error(request, _("还没有封存的名单：登乘口只用封存的版本。"))
        return redirect("console:manifests", pk)
    rows = gate_rows(sealed, found)
    audit.record(
        actor=request.user.username,
        act="manifest.printed",
        subject=f"manifest:{sealed.pk}",
        transport=found.pk,
        people=len(rows),
    )
    context = {
        "incident": operation.incident,
        "transport": found,
        "manifest": sealed,
        "rows": rows,
        "now": clock.now(),
        "printer": request.user.username,
    }
    return render(request, "console/gate_list.html", context)


def _record_view(request: StaffRequest, incident: Incident, **detail: int) -> None:
    audit.record(
        actor=request.user.username, act="evacuation.viewed", subject=incident.source, **detail
    )
