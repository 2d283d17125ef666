"""Narrowing or moving the area: who is left out, who is newly inside, one typed number."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel.errors import DomainError
from crisis.console.forms.after import ReshapeForm
from crisis.console.selectors import visible_incident, with_names
from crisis.console.views.declare import type_the_number, typed_count
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.ground import ground_of
from crisis.incidents.models import Incident, Reshaping
from crisis.incidents.reshapings import preview_reshaping
from crisis.incidents.selectors import reshaping_for
from crisis.incidents.services import approve_reshaping, discard_reshaping, submit_reshaping
from crisis.incidents.states import IncidentState
from crisis.rollcall.selectors import how_they_stand, standings
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability

PEOPLE_SHOWN = 50


@requires(Capability.DECLARE)
def reshape(request: StaffRequest, pk: int) -> HttpResponse:
    """The ground as it shall be first, then whom it concerns; it holds when their number is
    typed."""
    incident = visible_incident(request.user, pk)
    if incident.state != IncidentState.DECLARED:
        raise DomainError("wrong_state", _("事件未在进行中，不能调整区域。"), status=409)
    form = ReshapeForm(request.POST or None, officer=request.user)
    context: dict[str, Any] = {"incident": incident, "form": form, "room": "after"}
    if request.method == "POST" and form.is_valid():
        try:
            return previewed(request, incident, form, context)
        except DomainError as error:
            form.refuse(error)
    form.mark_invalid()
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "console/reshape.html", context, status=status)


def previewed(
    request: StaffRequest, incident: Incident, form: ReshapeForm, context: dict[str, Any]
) -> HttpResponse:
    """Done where the number is right, else the preview. Raises what is wrong with the form."""
    area = AreaDraft(**form.ground())
    context |= preview_context(request, incident, area, form.words())
    context["reshaping_key"] = reshaping_key(request)
    typed = typed_count(request)
    if "send" in request.POST and typed is None:
        context["problem"] = type_the_number()
    elif "send" in request.POST:
        try:
            return send(request, incident, area, form.words(), context["reshaping_key"])
        except DomainError as error:
            context["problem"] = str(error)
    status = 400 if "problem" in context else 200
    return render(request, "console/reshape.html", context, status=status)


def preview_context(
    request: StaffRequest, incident: Incident, area: AreaDraft, words: dict[str, str]
) -> dict[str, Any]:
    """Whom it concerns; those left out who ask for something are named to whoever may see it."""
    preview = preview_reshaping(incident=incident, area=area, words=words, officer=request.user)
    context: dict[str, Any] = {
        "preview": preview,
        "left": how_they_stand(incident, preview.released_ids),
    }
    if request.user.can(Capability.VIEW_PERSON):
        left = standings(incident).filter(person_ref__among=preview.released_ids)
        context["left_people"] = with_names(list(left.order_by("urgency", "pk")[:PEOPLE_SHOWN]))
    return context


def send(
    request: StaffRequest, incident: Incident, area: AreaDraft, words: dict[str, str], key: str
) -> HttpResponse:
    reshaping = submit_reshaping(
        incident=incident,
        area=area,
        words=words,
        officer=request.user,
        reshaping_key=key,
        confirmed_count=typed_count(request) or 0,
    )
    if reshaping.waits:
        messages.warning(request, _("人数超过门槛：已成草案，等待第二位官员复核。尚未作任何更改。"))
    else:
        messages.success(request, _("区域已调整。移出的人保留在名册中，不再提醒。"))
    return redirect("console:incident-after", incident.pk)


def reshaping_key(request: StaffRequest) -> str:
    """The preview's own key; one that we did not make is replaced."""
    try:
        return str(uuid.UUID(request.POST.get("reshaping_key", "")))
    except ValueError:
        return str(uuid.uuid4())


@requires(Capability.DECLARE)
def show(request: StaffRequest, pk: int, reshaping: int) -> HttpResponse:
    """One that waits, as the second officer sees it."""
    incident = visible_incident(request.user, pk)
    return show_waiting(request, reshaping_for(incident, reshaping))


def show_waiting(request: StaffRequest, reshaping: Reshaping, problem: str = "") -> HttpResponse:
    """The counts are now's, the ground and the words are as they were submitted."""
    incident = reshaping.incident
    context: dict[str, Any] = {
        "incident": incident,
        "room": "after",
        "reshaping": reshaping,
        "problem": problem,
        "may_approve": request.user != reshaping.submitted_by,
    }
    if reshaping.waits:
        context |= preview_context(request, incident, ground_of(reshaping), reshaping.words)
    return render(request, "console/reshaping.html", context, status=400 if problem else 200)


@require_POST
@requires(Capability.APPROVE)
def approve(request: StaffRequest, pk: int, reshaping: int) -> HttpResponse:
    """`content_hash` names exactly what this officer saw, the typed number that they read it."""
    waiting = reshaping_for(visible_incident(request.user, pk), reshaping)
    typed = typed_count(request)
    if typed is None:
        return show_waiting(request, waiting, type_the_number())
    try:
        approve_reshaping(
            reshaping=waiting,
            officer=request.user,
            content_hash=request.POST.get("content_hash", ""),
            confirmed_count=typed,
        )
    except DomainError as error:
        return show_waiting(request, waiting, str(error))
    messages.success(request, _("区域已调整。移出的人保留在名册中，不再提醒。"))
    return redirect("console:incident-after", pk)


@require_POST
@requires(Capability.DECLARE)
def discard(request: StaffRequest, pk: int, reshaping: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    discard_reshaping(reshaping=reshaping_for(incident, reshaping), officer=request.user)
    messages.success(request, _("草案已作废。"))
    return redirect("console:incident-after", pk)
