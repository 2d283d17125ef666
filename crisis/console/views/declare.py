"""Declaring: a form, a preview with counts first, a typed confirmation, and the second officer."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.console.forms.declare import DeclareForm, from_signal
from crisis.console.selectors import visible_incident
from crisis.hazards.models import HazardSignal
from crisis.incidents.drafts import draft_of
from crisis.incidents.ground import grounds_now
from crisis.incidents.models import Incident
from crisis.incidents.preview import preview_incident
from crisis.incidents.services import approve_incident, declare_incident, discard_incident
from crisis.incidents.states import IncidentState
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import posts_of


@requires(Capability.DECLARE)
def declare(request: StaffRequest) -> HttpResponse:
    """GET: the form, filled from a hazard signal where one is named. POST: the preview."""
    if request.method != "POST":
        form = DeclareForm(officer=request.user, initial=initial_values(request))
        return show_form(request, form)
    form = DeclareForm(request.POST, officer=request.user)
    if not form.is_valid() or "edit" in request.POST:
        return show_form(request, form)
    return show_preview(request, form, key=str(uuid.uuid4()))


@require_POST
@requires(Capability.DECLARE)
def confirm(request: StaffRequest) -> HttpResponse:
    """The officer has typed how many people this is about; a repeated submit is one incident."""
    form = DeclareForm(request.POST, officer=request.user)
    if not form.is_valid():
        return show_form(request, form)
    key, typed = declaration_key(request), typed_count(request)
    if typed is None:
        return show_preview(request, form, key=key, problem=type_the_number())
    try:
        incident = declare_incident(
            draft=form.draft(),
            officer=request.user,
            declaration_key=key,
            confirmed_count=typed,
            another_than=another_than(request),
        )
    except DomainError as error:
        if error.code == "already_declared":
            messages.warning(request, str(error))
            return redirect("console:incident", error.extra["incident"])
        return show_preview(request, form, key=key, problem=str(error))
    if incident.state == IncidentState.DRAFT:
        messages.warning(
            request, _("人数超过门槛：已成草案，等待第二位官员复核。尚未发出任何消息。")
        )
    else:
        messages.success(request, _("已宣布，告警正在发出。"))
    return redirect("console:incident", incident.pk)


def declaration_key(request: StaffRequest) -> str:
    """The preview's own key; one that we did not make is replaced."""
    try:
        return str(uuid.UUID(request.POST.get("declaration_key", "")))
    except ValueError:
        return str(uuid.uuid4())


def another_than(request: StaffRequest) -> list[int]:
    """The incidents that this officer has seen and says theirs is not."""
    numbers = request.POST.getlist("another_than")
    return [int(number) for number in numbers if number.isdecimal() and len(number) < 19]


def typed_count(request: StaffRequest) -> int | None:
    """The number of people the officer typed, or None where it is no such number."""
    typed = request.POST.get("confirmed_count", "").strip()
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


def type_the_number() -> str:
    return _("请输入预览中的人数（阿拉伯数字），以确认您看过它。")


def initial_values(request: StaffRequest) -> dict[str, Any]:
    zone = post_zone(request.user)
    initial: dict[str, Any] = {"local_time": clock.now().astimezone(zone).replace(tzinfo=None)}
    number = request.GET.get("signal", "")
    signal = HazardSignal.objects.filter(pk=number).first() if number.isdecimal() else None
    follows = request.GET.get("follows", "")
    if follows.isdecimal():
        initial["follows"] = int(follows)
    return initial | (from_signal(signal, zone) if signal else {})


def post_zone(user: User) -> ZoneInfo:
    post = user.posts.first()
    return ZoneInfo(post.time_zone if post else "UTC")


def show_form(request: StaffRequest, form: DeclareForm) -> HttpResponse:
    context = {"section": "declare", "form": form, "zone": post_zone(request.user)}
    return render(request, "console/declare.html", context, status=400 if form.errors else 200)


def show_preview(
    request: StaffRequest, form: DeclareForm, *, key: str, problem: str = ""
) -> HttpResponse:
    """Counts first. What the services refuse goes back to the form, with everything typed."""
    try:
        preview = preview_incident(draft=form.draft(), officer=request.user)
    except DomainError as error:
        form.refuse(error)
        return show_form(request, form)
    context = {
        "section": "declare",
        "form": form,
        "grounds": [form.draft()],
        "preview": preview,
        "declaration_key": key,
        "chosen": another_than(request),
        "problem": problem,
    }
    return render(request, "console/preview.html", context, status=400 if problem else 200)


# -- The second officer -----------------------------------------------------------------


def show_draft(request: StaffRequest, incident: Incident, problem: str = "") -> HttpResponse:
    """What was submitted, previewed afresh: the counts are now's, the content is frozen."""
    own_post = posts_of(request.user).filter(pk=incident.post_id).exists()
    officer = own_post and request.user.can(Capability.APPROVE)
    context: dict[str, Any] = {
        "incident": incident,
        "problem": problem,
        "grounds": grounds_now(incident),
    }
    if officer:
        context["preview"] = preview_incident(
            draft=draft_of(incident), officer=request.user, own=incident.pk
        )
        context["may_approve"] = request.user != incident.submitted_by
    return render(request, "console/draft.html", context, status=400 if problem else 200)


@require_POST
@requires(Capability.APPROVE)
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    """`content_hash` names exactly what this officer saw, the typed number that they read it."""
    incident = visible_incident(request.user, pk)
    typed = typed_count(request)
    if typed is None:
        return show_draft(request, incident, type_the_number())
    try:
        approve_incident(
            incident=incident,
            officer=request.user,
            content_hash=request.POST.get("content_hash", ""),
            confirmed_count=typed,
        )
    except DomainError as error:
        if error.code != "count_changed":
            raise
        return show_draft(request, incident, str(error))
    messages.success(request, _("已复核并宣布，告警正在发出。"))
    return redirect("console:incident", pk)


@require_POST
@requires(Capability.DECLARE)
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    discard_incident(incident=visible_incident(request.user, pk), officer=request.user)
    messages.success(request, _("草案已作废，没有发出任何消息。"))
    return redirect("console:home")
