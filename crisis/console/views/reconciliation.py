"""核对: who is where, by name."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from config.kernel import audit
from crisis.arrivals.reconciling import Gap
from crisis.arrivals.services import reconcile
from crisis.console.arrivals import gap_lists, transport_lines
from crisis.console.selectors import visible_incident
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import Transport
from crisis.transports.selectors import operation_of


@requires(Capability.VIEW_PERSON)
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """All together, or one transport (`?transport=`): what does not agree, by name, or one list
    of that page by page (`?gap=`)."""
    incident = visible_incident(request.user, pk)
    operation = operation_of(incident)
    context: dict[str, Any] = {
        "incident": incident,
        "room": "evacuation",
        "part": "reconciliation",
        "operation": operation,
    }
    if operation is not None:
        found = reconcile(operation)
        transports = list(operation.transports.select_related("origin", "destination"))
        chosen = _chosen(request, transports)
        sides = found.of(chosen.pk) if chosen else found.all
        only = _gap(request)
        crossing = found.crossings[chosen.pk] if chosen else None
        lists = gap_lists(sides, crossing, only=only, number=request.GET.get("page", "1"))
        audit.record(
            actor=request.user.username,
            act="arrival.reconciled",
            subject=incident.source,
            transport=chosen and chosen.pk,
            list=only and only.value,
            page=lists[0].page.number if only else None,
            people=sum(len(one.lines) for one in lists),
        )
        context |= {
            "sides": sides,
            "chosen": chosen,
            "lists": lists,
            "only": only,
            "lines": [] if only else transport_lines(found, transports),
            "unassigned": len(found.unassigned),
        }
    return render(request, "console/reconciliation.html", context)


def _chosen(request: StaffRequest, transports: list[Transport]) -> Transport | None:
    wanted = request.GET.get("transport")
    if not wanted:
        return None
    found = [one for one in transports if str(one.pk) == wanted]
    if not found:
        raise Http404
    return found[0]


def _gap(request: StaffRequest) -> Gap | None:
    wanted = request.GET.get("gap")
    if not wanted:
        return None
    try:
        return Gap(wanted)
    except ValueError:
        raise Http404 from None
