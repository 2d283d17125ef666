"""The overview: incidents of the officer's posts, and what the feeds reported."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from crisis.cases.selectors import cases_for
from crisis.cases.selectors import counts as case_counts
from crisis.console.live import head_figures
from crisis.console.selectors import visible_incidents
from crisis.hazards.models import HazardSignal
from crisis.incidents.states import IncidentState
from crisis.rollcall.selectors import counts, left_out
from crisis.rollcall.unresolved import waiting_for
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.models import User
from crisis.staff.roles import Capability

SIGNALS_SHOWN = 12
CLOSED_SHOWN = 10


@requires(Capability.ENTER)
def home(request: StaffRequest) -> HttpResponse:
    context: dict[str, Any] = {"section": "home"}
    if request.user.can(Capability.VIEW_INCIDENT):
        context |= incidents_of(request.user)
    if request.user.can(Capability.VIEW_PERSON):
        context["cases"] = case_counts(cases_for(request.user))
    if request.user.can(Capability.RECORD):
        context["handed_to_me"] = waiting_for(request.user)
    if request.user.can(Capability.DECLARE):
        context["signals"] = HazardSignal.objects.all()[:SIGNALS_SHOWN]
    return render(request, "console/home.html", context)


def incidents_of(user: User) -> dict[str, Any]:
    """Open ones with their head figures, drafts that wait, and the last that were closed."""
    incidents = visible_incidents(user)
    return {
        "open": [
            {
                "incident": incident,
                "head": head_figures(counts(incident).as_dict() | {"left_out": left_out(incident)}),
            }
            for incident in incidents.filter(state=IncidentState.DECLARED)
        ],
        "drafts": incidents.filter(state=IncidentState.DRAFT),
        "closed": closed(incidents)[:CLOSED_SHOWN],
    }


def closed(incidents: Any) -> Any:
    return incidents.filter(state__in=(IncidentState.STOOD_DOWN, IncidentState.DISCARDED))
