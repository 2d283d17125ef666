"""撤离通道: the crossings, and whether they are still open."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel.errors import DomainError
from crisis.console.forms.operation import CorridorForm, of_corridor
from crisis.console.map import marks_of
from crisis.console.views.places import room
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import Corridor, EvacuationOperation
from crisis.transports.selectors import corridor_for, corridors_of, is_stale, operation_for
from crisis.transports.services import (
    add_corridor,
    change_corridor,
    check_corridor,
    retire_corridor,
)
from crisis.transports.states import CorridorStatus


@requires(Capability.VIEW_INCIDENT)
def listed(request: StaffRequest, pk: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    corridors = list(corridors_of(operation))
    context = room(
        operation,
        "corridors",
        corridors=[(corridor, is_stale(corridor)) for corridor in corridors],
        marks=marks_of(corridors),
        statuses=CorridorStatus.choices,
        may_check=request.user.can(Capability.PLAN) or request.user.can(Capability.RECORD),
    )
    return render(request, "console/corridors.html", context)


@requires(Capability.PLAN)
def new(request: StaffRequest, pk: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    form = CorridorForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            add_corridor(operation=operation, draft=form.draft(), planner=request.user)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("撤离通道已登记。"))
            return redirect("console:corridors", pk)
    return _show(request, operation, form, None)


@requires(Capability.PLAN)
def change(request: StaffRequest, pk: int, corridor: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    row = corridor_for(operation, corridor)
    posted = request.POST if request.method == "POST" else None
    form = CorridorForm(posted, initial=of_corridor(row))
    if request.method == "POST" and form.is_valid():
        try:
            change_corridor(corridor=row, draft=form.draft(), planner=request.user)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("撤离通道已更改，核实时间已更新。"))
            return redirect("console:corridors", pk)
    return _show(request, operation, form, row)


@require_POST
@requires(Capability.VIEW_INCIDENT)
def check(request: StaffRequest, pk: int, corridor: int) -> HttpResponse:
    """Planners and officers may both say how a crossing is now; the service asks for either."""
    row = corridor_for(operation_for(request.user, pk), corridor)
    wanted = request.POST.get("status", "")
    try:
        if wanted not in CorridorStatus.values:
            raise DomainError("unknown_status", _("请选择通道现在的状态。"))
        check_corridor(corridor=row, status=CorridorStatus(wanted), user=request.user)
    except DomainError as error:
        if error.status == 403:
            raise
        messages.error(request, str(error))
    else:
        messages.success(request, _("已记录核实结果。"))
    return redirect("console:corridors", pk)


@require_POST
@requires(Capability.PLAN)
def retire(request: StaffRequest, pk: int, corridor: int) -> HttpResponse:
    row = corridor_for(operation_for(request.user, pk), corridor)
    try:
        retire_corridor(corridor=row, planner=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("撤离通道已停用。"))
    return redirect("console:corridors", pk)


def _show(
    request: StaffRequest, operation: EvacuationOperation, form: CorridorForm, row: Corridor | None
) -> HttpResponse:
    form.mark_invalid()
    places = operation.places.filter(retired_at=None)
    context = room(operation, "corridors", form=form, row=row, marks=marks_of(places))
    return render(request, "console/corridor.html", context, status=400 if form.errors else 200)
