"""Opening an incident's evacuation, ending it, opening it again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel.errors import DomainError
from crisis.console.forms.operation import OpenForm
from crisis.console.selectors import visible_incident
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import EvacuationOperation
from crisis.transports.selectors import operation_for
from crisis.transports.services import end_operation, open_operation, reopen_operation


@require_POST
@requires(Capability.PLAN)
def open_it(request: StaffRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    form = OpenForm(request.POST)
    if form.is_valid():
        try:
            open_operation(incident=incident, planner=request.user, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("撤离行动已开始：先登记地点，再登记运输工具。"))
            return redirect("console:evacuation", pk)
    context: dict[str, Any] = {"incident": incident, "operation": None, "open_form": form}
    context |= {"room": "evacuation", "part": "board"}
    return render(request, "console/evacuation.html", context, status=400)


@require_POST
@requires(Capability.PLAN)
def end(request: StaffRequest, pk: int) -> HttpResponse:
    return done(request, pk, end_operation, _("撤离行动已结束。"))


@require_POST
@requires(Capability.PLAN)
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    return done(request, pk, reopen_operation, _("撤离行动已重新打开。"))


def done(
    request: StaffRequest, pk: int, act: Callable[..., EvacuationOperation], said: str
) -> HttpResponse:
    try:
        act(operation=operation_for(request.user, pk), planner=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("console:evacuation", pk)
