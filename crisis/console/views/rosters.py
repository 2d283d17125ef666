"""Rosters that officers hand in for a group, and what became of those of liaisons."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from crisis.console.selectors import visible_group
from crisis.rosters.forms import RosterForm
from crisis.rosters.models import RosterUpload
from crisis.rosters.selectors import uploads_of
from crisis.rosters.showing import errors_response, refreshed, template_response, upload_context
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from registry.services.groups import officer

UPLOADS_SHOWN = 50


@requires(Capability.REGISTER)
def roster(request: StaffRequest, pk: int) -> HttpResponse:
    """The form and the last uploads. POST hands one in."""
    group = visible_group(request.user, pk)
    form = RosterForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_bound and (upload := form.take(group, officer(request.user.username))):
        return redirect("console:roster-upload", group.pk, upload.pk)
    uploads = uploads_of(group)[:UPLOADS_SHOWN]
    context = {"section": "groups", "group": group, "form": form, "uploads": uploads}
    return render(request, "console/roster_form.html", context, status=400 if form.errors else 200)


@require_safe
@requires(Capability.REGISTER)
def show(request: StaffRequest, pk: int, upload: int) -> HttpResponse:
    found = _upload(request, pk, upload)
    context = upload_context(found) | {"section": "groups"}
    return refreshed(render(request, "console/roster_upload.html", context), found)


@require_safe
@requires(Capability.REGISTER)
def errors(request: StaffRequest, pk: int, upload: int) -> HttpResponse:
    """The refused rows as a file."""
    return errors_response(_upload(request, pk, upload), request.user.username)


@require_safe
@requires(Capability.REGISTER)
def template(request: StaffRequest, kind: str) -> HttpResponse:
    return template_response(kind)


def _upload(request: StaffRequest, pk: int, upload: int) -> RosterUpload:
    return get_object_or_404(uploads_of(visible_group(request.user, pk)), pk=upload)
