"""The incident room: live counts, deliveries, events, the list of people."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit, legal
from config.kernel.errors import DomainError
from crisis.console.forms.board import EstimateForm
from crisis.console.forms.roster import StatusForm
from crisis.console.live import live_counts
from crisis.console.selectors import visible_incident
from crisis.console.views.board import board_context
from crisis.console.views.declare import show_draft
from crisis.console.views.inside import roster_context
from crisis.console.views.people import known_of
from crisis.incidents.models import Incident
from crisis.incidents.services import retract_incident_wave, send_all_clear
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services import record_status, release_to_contacts
from crisis.rollcall.states import Contact
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from notifications.models import DeliveryPerson, Reply, Wave
from notifications.selectors import contacted_persons
from registry.models import Person


@requires(Capability.VIEW_INCIDENT)
def room(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole page; a search by name comes by POST, so that no name stands in an address."""
    incident = visible_incident(request.user, pk)
    if incident.state == IncidentState.DRAFT:
        return show_draft(request, incident)
    context: dict[str, Any] = {"room": "board", "incident": incident}
    context["live"] = live_counts(incident)
    context |= board_context(incident)
    context["form"] = EstimateForm(None, incident=incident)
    context["points"] = reverse("console:incident-points", args=[pk])
    context["people_address"] = f"{reverse('console:incident', args=[pk])}people/"
    if request.user.can(Capability.VIEW_PERSON):
        context |= roster_context(request, incident)
        context["count"] = context["filter"].count(incident)
    return render(request, "console/incident.html", context)


@require_POST
@requires(Capability.DECLARE)
def all_clear(request: StaffRequest, pk: int) -> HttpResponse:
    send_all_clear(incident=visible_incident(request.user, pk), officer=request.user)
    messages.success(request, _("解除通知正在发出。"))
    return redirect("console:incident", pk)


@requires(Capability.DECLARE)
def retract(request: StaffRequest, pk: int, wave: int) -> HttpResponse:
    """GET shows whom the correction will reach; POST, with the wave's code typed, sends it."""
    incident = visible_incident(request.user, pk)
    retracted = get_object_or_404(Wave, pk=wave, source=incident.source)
    context = {"incident": incident, "wave": retracted, "error": ""}
    context["progress"] = live_counts(incident)["waves"][str(wave)]
    if request.method != "POST":
        return render(request, "console/retract.html", context)
    if request.POST.get("code", "").strip().upper() != retracted.code:
        context["error"] = _("核验码不符。请照上面的核验码输入。")
        return render(request, "console/retract.html", context, status=400)
    retract_incident_wave(incident=incident, wave=retracted, officer=request.user)
    messages.success(request, _("已撤回：未发的不再发送，更正正在优先发出。"))
    return redirect("console:incident", pk)


@requires(Capability.VIEW_PERSON)
def person(request: StaffRequest, pk: int, person: int) -> HttpResponse:
    """One person in one incident: their log, their answers, and a form for the officer's word."""
    incident = visible_incident(request.user, pk)
    standing = get_object_or_404(Standing, incident=incident, person_ref=person)
    form = StatusForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.user.can(Capability.RECORD) and form.is_valid():
        try:
            record_status(
                incident=incident, person_ref=person, officer=request.user, **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已记录。"))
            return redirect("console:incident-person", pk, person)
    audit.record(
        actor=request.user.username,
        act="person.viewed",
        subject=f"person:{person}",
        incident=incident.pk,
        basis=legal.IN_AN_INCIDENT,
    )
    context = person_context(incident, standing) | {"form": form}
    status = 400 if form.errors else 200
    return render(request, "console/incident_person.html", context, status=status)


@require_POST
@requires(Capability.RECORD)
def release_contacts(request: StaffRequest, pk: int, person: int) -> HttpResponse:
    """Let this person's emergency contacts be asked for news."""
    incident = visible_incident(request.user, pk)
    get_object_or_404(Standing, incident=incident, person_ref=person)
    try:
        release_to_contacts(incident=incident, person_ref=person, officer=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("正在询问此人的紧急联系人。"))
    return redirect("console:incident-person", pk, person)


def person_context(incident: Incident, standing: Standing) -> dict[str, Any]:
    refs = [standing.person_ref]
    if standing.same_as == standing.person_ref:
        merged = Standing.objects.filter(incident=incident, same_as=standing.person_ref)
        refs = list(merged.values_list("person_ref", flat=True))
    covering = DeliveryPerson.objects.filter(
        person_ref__in=refs, delivery__wave__source=incident.source
    )
    log = RollCallEvent.objects.filter(incident=incident, person_ref__in=refs)
    return known_of(Person.objects.filter(pk=standing.person_ref).first()) | {
        "incident": incident,
        "standing": standing,
        "log": log.order_by("-id"),
        "links": covering.select_related("delivery__wave").order_by("-delivery_id"),
        "replies": Reply.objects.filter(delivery__in=covering.values("delivery")).select_related(
            "delivery__wave"
        ),
        "may_release": incident.state == IncidentState.DECLARED
        and standing.contact != Contact.ANSWERED
        and standing.person_ref not in contacted_persons(incident.source),
    }
