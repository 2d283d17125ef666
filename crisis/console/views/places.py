"""Assembly points, terminals and safe havens of an evacuation, in a list and on the map."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel.errors import DomainError
from crisis.console.forms.operation import PlaceForm, of_place
from crisis.console.map import marks_of, view_of
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import EvacuationOperation, Place
from crisis.transports.selectors import operation_for, place_for
from crisis.transports.services import add_place, change_place, retire_place


def room(operation: EvacuationOperation, part: str, **more: Any) -> dict[str, Any]:
    """What every page of an evacuation shows around itself."""
    return {
        "incident": operation.incident,
        "operation": operation,
        "room": "evacuation",
        "part": part,
        **more,
    }


@requires(Capability.VIEW_INCIDENT)
def listed(request: StaffRequest, pk: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    places = list(operation.places.select_related("post"))
    in_use = [place for place in places if place.retired_at is None]
    context = room(
        operation,
        "places",
        places=in_use,
        retired=[place for place in places if place.retired_at is not None],
        marks=marks_of(in_use),
        view=_view(operation),
    )
    return render(request, "console/places.html", context)


@requires(Capability.PLAN)
def new(request: StaffRequest, pk: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    form = PlaceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            add_place(operation=operation, draft=form.draft(), planner=request.user)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("地点已登记。"))
            return redirect("console:places", pk)
    return _show(request, operation, form, None)


@requires(Capability.PLAN)
def change(request: StaffRequest, pk: int, place: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    row = place_for(operation, place)
    form = PlaceForm(request.POST if request.method == "POST" else None, initial=of_place(row))
    if request.method == "POST" and form.is_valid():
        try:
            change_place(place=row, draft=form.draft(), planner=request.user)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("地点已更改。"))
            return redirect("console:places", pk)
    return _show(request, operation, form, row)


@require_POST
@requires(Capability.PLAN)
def retire(request: StaffRequest, pk: int, place: int) -> HttpResponse:
    row = place_for(operation_for(request.user, pk), place)
    try:
        retire_place(place=row, planner=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("地点已停用。"))
    return redirect("console:places", pk)


def _show(
    request: StaffRequest, operation: EvacuationOperation, form: PlaceForm, row: Place | None
) -> HttpResponse:
    form.mark_invalid()
    others = operation.places.filter(retired_at=None).exclude(pk=row.pk if row else 0)
    context = room(
        operation, "places", form=form, row=row, marks=marks_of(others), view=_view(operation)
    )
    return render(request, "console/place.html", context, status=400 if form.errors else 200)


def _view(operation: EvacuationOperation) -> str:
    """Where the map looks while nothing is on it: at the post's own countries."""
    served = operation.incident.post.jurisdictions.values_list("country", flat=True)
    return view_of(operation.incident.countries or sorted(served))
