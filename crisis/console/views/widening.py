"""More ground: who is newly inside, a typed number, and where needed a second officer."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel.errors import DomainError
from crisis.console.forms.declare import AreaForm
from crisis.console.selectors import visible_incident
from crisis.console.views.declare import type_the_number, typed_count
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.ground import ground_of, grounds_now
from crisis.incidents.models import Incident, Widening
from crisis.incidents.selectors import widening_for
from crisis.incidents.services import approve_widening, discard_widening, submit_widening
from crisis.incidents.widenings import alert_for_newcomers, preview_widening
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability


@requires(Capability.DECLARE)
def widen(request: StaffRequest, pk: int) -> HttpResponse:
    """The ground first, then who is newly inside; they are told when their number is typed."""
    incident = visible_incident(request.user, pk)
    alert_for_newcomers(incident)
    form = AreaForm(request.POST or None, officer=request.user)
    context: dict[str, Any] = {"incident": incident, "form": form, "grounds": grounds_now(incident)}
    if request.method == "POST" and form.is_valid():
        try:
            return previewed(request, incident, AreaDraft(**form.ground()), context)
        except DomainError as error:
            form.refuse(error)
    form.mark_invalid()
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "console/widen.html", context, status=status)


def previewed(
    request: StaffRequest, incident: Incident, area: AreaDraft, context: dict[str, Any]
) -> HttpResponse:
    """Sent where the number is right, else the preview. Raises what is wrong with the area."""
    context["preview"] = preview_widening(incident=incident, area=area, officer=request.user)
    context["widening_key"] = widening_key(request)
    typed = typed_count(request)
    if "send" in request.POST and typed is None:
        context["problem"] = type_the_number()
    elif "send" in request.POST:
        try:
            return send(request, incident, area, typed or 0, context["widening_key"])
        except DomainError as error:
            context["problem"] = str(error)
    status = 400 if "problem" in context else 200
    return render(request, "console/widen.html", context, status=status)


def send(
    request: StaffRequest, incident: Incident, area: AreaDraft, typed: int, key: str
) -> HttpResponse:
    widening = submit_widening(
        incident=incident,
        area=area,
        officer=request.user,
        widening_key=key,
        confirmed_count=typed,
    )
    if widening.waits:
        messages.warning(
            request, _("人数超过门槛：已成草案，等待第二位官员复核。尚未发出任何消息。")
        )
    else:
        messages.success(request, _("区域已扩大，正在告知新增的人。"))
    return redirect("console:incident", incident.pk)


def widening_key(request: StaffRequest) -> str:
    """The preview's own key; one that we did not make is replaced."""
    try:
        return str(uuid.UUID(request.POST.get("widening_key", "")))
    except ValueError:
        return str(uuid.uuid4())


@requires(Capability.DECLARE)
def show(request: StaffRequest, pk: int, widening: int) -> HttpResponse:
    """One that waits, as the second officer sees it."""
    incident = visible_incident(request.user, pk)
    return show_waiting(request, widening_for(incident, widening))


def show_waiting(request: StaffRequest, widening: Widening, problem: str = "") -> HttpResponse:
    """The counts are now's, the ground is as it was submitted."""
    context: dict[str, Any] = {
        "incident": widening.incident,
        "widening": widening,
        "grounds": [widening],
        "problem": problem,
        "may_approve": request.user != widening.submitted_by,
    }
    if widening.waits:
        context["preview"] = preview_widening(
            incident=widening.incident, area=ground_of(widening), officer=request.user
        )
    return render(request, "console/widening.html", context, status=400 if problem else 200)


@require_POST
@requires(Capability.APPROVE)
def approve(request: StaffRequest, pk: int, widening: int) -> HttpResponse:
    """`content_hash` names exactly what this officer saw, the typed number that they read it."""
    waiting = widening_for(visible_incident(request.user, pk), widening)
    typed = typed_count(request)
    if typed is None:
        return show_waiting(request, waiting, type_the_number())
    try:
        approve_widening(
            widening=waiting,
            officer=request.user,
            content_hash=request.POST.get("content_hash", ""),
            confirmed_count=typed,
        )
    except DomainError as error:
        return show_waiting(request, waiting, str(error))
    messages.success(request, _("区域已扩大，正在告知新增的人。"))
    return redirect("console:incident", pk)


@require_POST
@requires(Capability.DECLARE)
def discard(request: StaffRequest, pk: int, widening: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    discard_widening(widening=widening_for(incident, widening), officer=request.user)
    messages.success(request, _("草案已作废。"))
    return redirect("console:incident", pk)
