"""后续: what was done after declaring, outages, the series, standing down and handing over."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from config.kernel import audit, legal
from config.kernel.errors import DomainError
from crisis.console.forms.after import MainshockForm, SuccessorForm
from crisis.console.forms.declare import AreaForm
from crisis.console.selectors import visible_incident, with_names
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.models import Incident
from crisis.incidents.series import asks_everybody, magnitude_of, series_of
from crisis.incidents.services import end_outage, flag_outage, link_incident
from crisis.incidents.services.outages import preview_outage
from crisis.rollcall.services import (
    accept_handover,
    close_incident,
    hand_over,
    reopen_closed_incident,
)
from crisis.rollcall.unresolved import OPEN, handover_of, unresolved, unresolved_counts
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability

PEOPLE_A_PAGE, PEOPLE_PRINTED = 100, 5000
WORDS = {
    "needs_help": gettext_lazy("需要协助或受伤"),
    "identity_pending": gettext_lazy("身份待核"),
    "possible_help": gettext_lazy("可能求助"),
    "missing": gettext_lazy("失联"),
    "evacuating": gettext_lazy("撤离途中"),
    "silent": gettext_lazy("未答复"),
}


@requires(Capability.VIEW_INCIDENT)
def after(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything that was changed since the declaration, and what may be changed now."""
    incident = visible_incident(request.user, pk)
    return render(request, "console/after.html", after_context(request, incident))


def after_context(request: StaffRequest, incident: Incident) -> dict[str, Any]:
    shocks = [
        {"incident": shock, "magnitude": magnitude_of(shock),
         "everybody": shock.follows and asks_everybody(shock, shock.follows)}
        for shock in series_of(incident).select_related("follows")
    ]  # fmt: skip
    return {
        "incident": incident,
        "room": "after",
        "shocks": shocks,
        "reshapings": incident.reshapings.select_related("submitted_by", "approved_by"),
        "widenings": incident.widenings.select_related("submitted_by", "approved_by"),
        "announcements": incident.announcements.select_related("submitted_by", "wave"),
        "outages": incident.outages.select_related("flagged_by", "ended_by"),
        "handovers": incident.handovers.select_related("officer", "handed_by"),
        "outage_form": AreaForm(officer=request.user),
        "mainshock_form": MainshockForm(
            incident=incident, initial={"follows": incident.follows_id}
        ),
    }


# -- Outages ----------------------------------------------------------------------------


@require_POST
@requires(Capability.RECORD)
def outage(request: StaffRequest, pk: int) -> HttpResponse:
    """Without ground the whole incident; with `preview` only how many it would hold up."""
    incident = visible_incident(request.user, pk)
    form = AreaForm(request.POST, officer=request.user)
    context = after_context(request, incident) | {"outage_form": form}
    if form.is_valid():
        ground = AreaDraft(**form.ground())
        area = None if ground == AreaDraft() else ground
        try:
            if "send" in request.POST:
                flag_outage(incident=incident, area=area, officer=request.user)
                messages.warning(request, _("已标记通信中断：提醒和“暂未联系上”暂停。"))
                return redirect("console:incident-after", pk)
            context["outage_preview"] = preview_outage(
                incident=incident, area=area, officer=request.user
            )
        except DomainError as error:
            form.refuse(error)
    form.mark_invalid()
    status = 400 if form.errors else 200
    return render(request, "console/after.html", context, status=status)


@require_POST
@requires(Capability.RECORD)
def outage_over(request: StaffRequest, pk: int, outage: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    end_outage(outage=get_object_or_404(incident.outages, pk=outage), officer=request.user)
    messages.success(request, _("已标记恢复：到期时间顺延，未送达的人将再次收到通知。"))
    return redirect("console:incident-after", pk)


# -- The series -------------------------------------------------------------------------


@require_POST
@requires(Capability.DECLARE)
def link(request: StaffRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    form = MainshockForm(request.POST, incident=incident)
    if not form.is_valid():
        context = after_context(request, incident) | {"mainshock_form": form}
        return render(request, "console/after.html", context, status=400)
    link_incident(incident=incident, mainshock=form.cleaned_data["follows"], officer=request.user)
    messages.success(request, _("序列已更新，没有发出任何消息。"))
    return redirect("console:incident-after", pk)


# -- Standing down ----------------------------------------------------------------------


@requires(Capability.DECLARE)
def stand_down(request: StaffRequest, pk: int) -> HttpResponse:
    """Who would be left, and who takes them over; POST stands the incident down."""
    incident = visible_incident(request.user, pk)
    form = SuccessorForm(request.POST if request.method == "POST" else None, incident=incident)
    if request.method == "POST" and form.is_valid():
        try:
            close_incident(
                incident=incident, officer=request.user, successor=form.cleaned_data["successor"]
            )
        except DomainError as error:
            form.add_error(error.extra.get("field"), str(error))
        else:
            messages.success(request, _("已解除。不再发送提醒，点名记录保留。"))
            return redirect("console:incident-after", pk)
    context = {"incident": incident, "room": "after", "form": form, "words": counted(incident)}
    return render(request, "console/stand_down.html", context, status=400 if form.errors else 200)


def counted(incident: Incident) -> list[tuple[str, Any, int]]:
    """(what, its words, how many) of the unresolved, and all of them first."""
    counts = unresolved_counts(incident)
    return [("", _("未了结"), counts["all"]), *((k, WORDS[k], counts[k]) for k in OPEN)]


@require_POST
@requires(Capability.DECLARE)
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    reopen_closed_incident(incident=visible_incident(request.user, pk), officer=request.user)
    messages.success(request, _("已重新打开，没有再次发出告警。"))
    return redirect("console:incident", pk)


@requires(Capability.VIEW_PERSON)
def left_open(request: StaffRequest, pk: int) -> HttpResponse:
    """The unresolved by name; `print` shows all of them on paper. The look is on record."""
    incident = visible_incident(request.user, pk)
    what = request.GET.get("what", "")
    size = PEOPLE_PRINTED if "print" in request.GET else PEOPLE_A_PAGE
    page = Paginator(unresolved(incident, what=what), size).get_page(request.GET.get("page"))
    page.object_list = with_names(list(page.object_list))
    handover = handover_of(incident)
    audit.record(
        actor=request.user.username,
        act="rollcall.unresolved.viewed",
        subject=incident.source,
        people=len(page.object_list),
        basis=legal.IN_AN_INCIDENT,
    )
    context = {
        "incident": incident, "room": "after", "page": page, "what": what,
        "words": counted(incident), "handover": handover, "printed": "print" in request.GET,
        "mine": handover and handover.officer_id == request.user.pk and not handover.accepted_at,
        "form": SuccessorForm(incident=incident),
    }  # fmt: skip
    return render(request, "console/unresolved.html", context)


@require_POST
@requires(Capability.RECORD)
def hand_on(request: StaffRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    form = SuccessorForm(request.POST, incident=incident)
    successor = form.cleaned_data["successor"] if form.is_valid() else None
    try:
        hand_over(incident=incident, officer=request.user, successor=successor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已交接。"))
    return redirect("console:unresolved", pk)


@require_POST
@requires(Capability.RECORD)
def accept(request: StaffRequest, pk: int, handover: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    found = get_object_or_404(incident.handovers, pk=handover)
    try:
        accept_handover(handover=found, officer=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已接手。"))
    return redirect("console:unresolved", pk)
