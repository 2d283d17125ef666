"""What is waiting, what is stuck, what is slow: one screen, read across a room."""

from django.http import HttpResponse
from django.shortcuts import render

from crisis.operations.judging import read_status
from crisis.operations.models import Page
from crisis.operations.wording import sentence
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from notifications.states import Outcome, Priority

PAGES_SHOWN = 6


@requires(Capability.VIEW_STATUS)
def overview(request: StaffRequest) -> HttpResponse:
    """Fetches itself again every five seconds."""
    status = read_status()
    context = {
        "section": "status",
        "status": status,
        "problems": [sentence(found) for found in status.found],
        "queues": [(Priority(queue.priority).label, queue) for queue in status.queues],
        "paces": [
            (pace, [(Outcome(name).label, n) for name, n in pace.outcomes.items()])
            for pace in status.paces
        ],
        "pages": Page.objects.order_by("-id")[:PAGES_SHOWN],
    }
    return render(request, "console/status.html", context)
