"""What carries people out: the list, adding and changing, and how far each is."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel.errors import DomainError
from crisis.console.forms.operation import ChainForm, TransportForm, of_transport
from crisis.console.views.places import room
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import EvacuationOperation, Transport
from crisis.transports.selectors import (
    journeys_of,
    operation_for,
    transport_for,
    transports_of,
)
from crisis.transports.services import (
    add_transport,
    chain_transports,
    change_transport,
    set_status,
)
from crisis.transports.states import OPEN_TO_PLAN, TRANSITIONS, PlaceClass, TransportStatus

CHANGEABLE = (*OPEN_TO_PLAN, TransportStatus.DEPARTED)


@requires(Capability.VIEW_INCIDENT)
def listed(request: StaffRequest, pk: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    return _list(request, operation, ChainForm(operation=operation))


def _list(request: StaffRequest, operation: EvacuationOperation, form: ChainForm) -> HttpResponse:
    rows = [
        {
            "transport": transport,
            "capacity": [
                (PlaceClass(name).label, n) for name, n in transport.capacity.items() if n
            ],
            "next": _next(transport),
            "changeable": transport.status in CHANGEABLE,
        }
        for transport in transports_of(operation)
    ]
    context = room(
        operation,
        "transports",
        rows=rows,
        journeys=journeys_of(operation),
        form=form,
        has_places=operation.places.filter(retired_at=None).count() > 1,
    )
    status = 400 if form.errors else 200
    return render(request, "console/transports.html", context, status=status)


def _next(transport: Transport) -> list[tuple[str, Any]]:
    """The steps that are allowed, cancelling last: it is the one that cannot be taken back."""
    allowed = TRANSITIONS[TransportStatus(transport.status)]
    ordered = sorted(allowed, key=lambda one: (one == TransportStatus.CANCELLED, _rank(one)))
    return [(one.value, one.label) for one in ordered]


def _rank(status: TransportStatus) -> int:
    return list(TransportStatus).index(status)


@require_POST
@requires(Capability.PLAN)
def chain(request: StaffRequest, pk: int) -> HttpResponse:
    """Bus to the port, ship across, charter home: legs in order."""
    operation = operation_for(request.user, pk)
    form = ChainForm(request.POST, operation=operation)
    if form.is_valid():
        try:
            chain_transports(
                operation=operation, transports=form.transports(), planner=request.user
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("行程已登记。"))
            return redirect("console:transports", pk)
    return _list(request, operation, form)


@requires(Capability.PLAN)
def new(request: StaffRequest, pk: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    posted = request.POST if request.method == "POST" else None
    form = TransportForm(posted, operation=operation)
    if request.method == "POST" and form.is_valid():
        try:
            add_transport(operation=operation, draft=form.draft(), planner=request.user)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("运输工具已登记。"))
            return redirect("console:transports", pk)
    return _show(request, operation, form, None)


@requires(Capability.PLAN)
def change(request: StaffRequest, pk: int, transport: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    row = transport_for(operation, transport)
    form = TransportForm(
        request.POST if request.method == "POST" else None,
        operation=operation,
        initial=of_transport(row),
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_transport(transport=row, draft=form.draft(), planner=request.user)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("运输工具已更改。"))
            return redirect("console:transports", pk)
    return _show(request, operation, form, row)


@require_POST
@requires(Capability.PLAN)
def status(request: StaffRequest, pk: int, transport: int) -> HttpResponse:
    """`status` is the pressed button; cancelling asks for a tick."""
    row = transport_for(operation_for(request.user, pk), transport)
    wanted = request.POST.get("status", "")
    if wanted not in TransportStatus.values:
        messages.error(request, _("没有这个操作。"))
    elif wanted == TransportStatus.CANCELLED and request.POST.get("sure") != "yes":
        messages.error(request, _("取消不能撤回：请先勾选确认。"))
    else:
        _step(request, row, TransportStatus(wanted))
    return redirect("console:transports", pk)


def _step(request: StaffRequest, row: Transport, wanted: TransportStatus) -> None:
    try:
        set_status(transport=row, status=wanted, planner=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        words = {"number": row.number, "status": wanted.label}
        messages.success(request, _("%(number)s：%(status)s。") % words)


def _show(
    request: StaffRequest,
    operation: EvacuationOperation,
    form: TransportForm,
    row: Transport | None,
) -> HttpResponse:
    form.mark_invalid()
    context = room(operation, "transports", form=form, row=row)
    return render(request, "console/transport.html", context, status=400 if form.errors else 200)
