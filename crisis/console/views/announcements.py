"""Saying something new to an incident's audience: an update, or a correction."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel.errors import DomainError
from crisis.console.forms.announcements import AnnouncementForm
from crisis.console.selectors import visible_incident
from crisis.incidents.announcements import Kind, preview_alert_again, preview_announcement
from crisis.incidents.models import Announcement
from crisis.incidents.preview import needs_second_officer
from crisis.incidents.selectors import announcement_for, standing_alert
from crisis.incidents.services import (
    approve_announcement,
    discard_announcement,
    submit_announcement,
)
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability


@requires(Capability.DECLARE)
def announce(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """Words first, then their preview; they leave when the standing alert's code is typed."""
    if kind not in Kind.values:
        raise Http404
    incident = visible_incident(request.user, pk)
    form = AnnouncementForm(request.POST or None, incident=incident, kind=kind)
    context: dict[str, Any] = {
        "incident": incident,
        "kind": Kind(kind),
        "form": form,
        "alert": standing_alert(incident),
        "needs_second": needs_second_officer(incident.audience_count),
    }
    if request.method == "POST" and form.is_valid():
        try:
            if "send" in request.POST and typed_code(request) == context["alert"].code:
                return send(request, incident_pk=pk, kind=kind, form=form)
            context["texts"] = preview_announcement(incident, kind, form.cleaned_data)
            context["again"] = preview_alert_again(incident, kind, form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        if "send" in request.POST and not form.errors:
            context["problem"] = wrong_code()
    status = 400 if form.errors or "problem" in context else 200
    return render(request, "console/announce.html", context, status=status)


def send(
    request: StaffRequest, *, incident_pk: int, kind: str, form: AnnouncementForm
) -> HttpResponse:
    announcement = submit_announcement(
        incident=visible_incident(request.user, incident_pk),
        kind=kind,
        words=form.cleaned_data,
        officer=request.user,
    )
    if announcement.waits:
        messages.warning(
            request, _("人数超过门槛：已成草案，等待第二位官员复核。尚未发出任何消息。")
        )
    else:
        messages.success(request, _("正在发出。尚未发完的旧通知已停发。"))
    return redirect("console:incident", incident_pk)


def typed_code(request: StaffRequest) -> str:
    return request.POST.get("code", "").strip().upper()


def wrong_code() -> str:
    return _("核验码不符。请照上面的核验码输入。")


@requires(Capability.DECLARE)
def show(request: StaffRequest, pk: int, announcement: int) -> HttpResponse:
    """One that waits, as the second officer sees it."""
    incident = visible_incident(request.user, pk)
    return show_waiting(request, announcement_for(incident, announcement))


def show_waiting(
    request: StaffRequest, announcement: Announcement, problem: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "incident": announcement.incident,
        "announcement": announcement,
        "problem": problem,
        "may_approve": request.user != announcement.submitted_by,
    }
    if announcement.waits:
        context["alert"] = standing_alert(announcement.incident)
        said = (announcement.incident, announcement.kind, announcement.words)
        context["texts"] = preview_announcement(*said)
        context["again"] = preview_alert_again(*said)
    return render(request, "console/announcement.html", context, status=400 if problem else 200)


@require_POST
@requires(Capability.APPROVE)
def approve(request: StaffRequest, pk: int, announcement: int) -> HttpResponse:
    """`content_hash` names exactly what this officer saw, the typed code that they read it."""
    incident = visible_incident(request.user, pk)
    waiting = announcement_for(incident, announcement)
    if typed_code(request) != standing_alert(incident).code:
        return show_waiting(request, waiting, wrong_code())
    try:
        approve_announcement(
            announcement=waiting,
            officer=request.user,
            content_hash=request.POST.get("content_hash", ""),
        )
    except DomainError as error:
        return show_waiting(request, waiting, str(error))
    messages.success(request, _("正在发出。尚未发完的旧通知已停发。"))
    return redirect("console:incident", pk)


@require_POST
@requires(Capability.DECLARE)
def discard(request: StaffRequest, pk: int, announcement: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    discard_announcement(
        announcement=announcement_for(incident, announcement), officer=request.user
    )
    messages.success(request, _("草案已作废。"))
    return redirect("console:incident", pk)
