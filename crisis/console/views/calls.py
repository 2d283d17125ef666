"""Telephoning: the list of an incident, and one call with its script, keys and correction."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit, legal
from config.kernel.errors import DomainError
from crisis.calls.models import Call
from crisis.calls.selectors import call_for
from crisis.calls.services import (
    leave_call,
    record_outcome,
    release_call,
    renew_call,
    take_next,
    undo_outcome,
)
from crisis.calls.states import Outcome
from crisis.console.calls import call_context, lease_context, list_context
from crisis.console.forms.calls import OutcomeForm
from crisis.console.selectors import visible_incident
from crisis.rollcall.services import release_to_contacts
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability


@requires(Capability.RECORD)
def overview(request: StaffRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    return render(request, "console/calls.html", list_context(incident, request.user))


@require_POST
@requires(Capability.RECORD)
def take(request: StaffRequest, pk: int) -> HttpResponse:
    """The next person, or the call that this officer has not ended."""
    call = take_next(incident=visible_incident(request.user, pk), officer=request.user)
    if call is None:
        messages.info(request, _("现在没有要打的电话。"))
        return redirect("console:calls", pk)
    return redirect("console:call", call.incident_id, call.pk)


@requires(Capability.RECORD)
def show(request: StaffRequest, pk: int, call: int) -> HttpResponse:
    """One call; POST writes what it came to."""
    found = call_for(visible_incident(request.user, pk), call)
    context = call_context(found)
    phones = [row["phone"].contact_id for row in context["phones"]]
    form = OutcomeForm(
        request.POST if request.method == "POST" else None, call=found, phones=phones
    )
    if request.method == "POST" and form.is_valid() and write(request, found, form):
        return redirect("console:calls", pk)
    audit.record(
        actor=request.user.username,
        act="person.viewed",
        subject=f"person:{found.lead_ref}",
        incident=pk,
        call=found.pk,
        basis=legal.IN_AN_INCIDENT,
    )
    context |= {"form": form, "own": found.officer_id == request.user.pk}
    return render(request, "console/call.html", context, status=400 if form.errors else 200)


def write(request: StaffRequest, call: Call, form: OutcomeForm) -> bool:
    """What was keyed, in words; False where a rule refused it, which then stands by its field."""
    result = form.result()
    try:
        record_outcome(call=call, officer=request.user, result=result)
    except DomainError as error:
        field = error.extra.get("field")
        form.add_error(field if field in form.fields else None, str(error))
        return False
    said = _("已记录：%(outcome)s（%(count)d 人）。")
    words = {"outcome": result.outcome.label, "count": len(result.people or call.people)}
    messages.success(request, said % words)
    if result.outcome == Outcome.NEEDS_HELP:
        messages.warning(request, _("已按求助登记，请在求助个案中继续处理。"))
    return True


@require_POST
@requires(Capability.RECORD)
def renew(request: StaffRequest, pk: int, call: int) -> HttpResponse:
    """The page is still open, each minute."""
    found = call_for(visible_incident(request.user, pk), call)
    held = renew_call(call=found, officer=request.user)
    found.refresh_from_db()
    return render(request, "console/_call_lease.html", lease_context(found, held=held))


@require_POST
@requires(Capability.RECORD)
def leave(request: StaffRequest, pk: int, call: int) -> HttpResponse:
    """The page was left; nobody reads the answer."""
    leave_call(call=call_for(visible_incident(request.user, pk), call), officer=request.user)
    return HttpResponse(status=204)


@require_POST
@requires(Capability.RECORD)
def release(request: StaffRequest, pk: int, call: int) -> HttpResponse:
    found = call_for(visible_incident(request.user, pk), call)
    if release_call(call=found, officer=request.user):
        messages.success(request, _("已放回名单。"))
    return redirect("console:calls", pk)


@require_POST
@requires(Capability.RECORD)
def undo(request: StaffRequest, pk: int, call: int) -> HttpResponse:
    """Take back what was keyed; the call opens again where nothing stands against it."""
    found = call_for(visible_incident(request.user, pk), call)
    try:
        opened = undo_outcome(call=found, officer=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("console:calls", pk)
    if opened:
        messages.success(request, _("已撤销，请重新选择结果。"))
        return redirect("console:call", pk, call)
    messages.success(request, _("已撤销，此人已回到名单。"))
    return redirect("console:calls", pk)


@require_POST
@requires(Capability.RECORD)
def ask_contacts(request: StaffRequest, pk: int, call: int) -> HttpResponse:
    """Release the emergency contacts, by the rule of the roll call."""
    incident = visible_incident(request.user, pk)
    found = call_for(incident, call)
    try:
        release_to_contacts(incident=incident, person_ref=found.lead_ref, officer=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("正在询问此人的紧急联系人。"))
    return redirect("console:call", pk, call)
