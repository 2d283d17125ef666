"""撤离: the planner's board of one incident."""

from django.http import HttpResponse
from django.shortcuts import render

from crisis.console.selectors import visible_incident
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.selectors import operation_of


@requires(Capability.VIEW_INCIDENT)
def board(request: StaffRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    context = {
        "incident": incident,
        "operation": operation_of(incident),
        "room": "evacuation",
        "part": "board",
    }
    return render(request, "console/evacuation.html", context)
