"""对外提供授权: who outside the mainland may get what of an incident's manifests."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.console.forms.manifests import ReleaseForm
from crisis.console.selectors import visible_incident
from crisis.evacuation.models import Release
from crisis.evacuation.profiles import PROFILES
from crisis.evacuation.services import (
    ask_release,
    decide_release,
    review_release,
    revoke_release,
)
from crisis.incidents.models import Incident
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.staff.selectors import within_jurisdiction


@requires(Capability.VIEW_INCIDENT)
def overview(request: StaffRequest, pk: int) -> HttpResponse:
    """All that was asked for, the newest first, and the form to ask."""
    incident = visible_incident(request.user, pk)
    return _page(request, incident, ReleaseForm(incident=incident))


@require_POST
@requires(Capability.EXPORT)
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    form = ReleaseForm(request.POST, incident=incident)
    if form.is_valid():
        try:
            ask_release(incident=incident, officer=request.user, wanted=form.wanted())
        except DomainError as refusal:
            form.add_error(refusal.extra.get("field"), str(refusal))
        else:
            messages.success(request, _("已提交，等待决定。"))
            return redirect("console:releases", pk)
    return _page(request, incident, form)


@require_POST
@requires(Capability.APPROVE)
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """`agree` is the pressed button."""
    release = _visible(request, pk)
    agree = request.POST.get("agree") == "yes"
    decide_release(release=release, officer=request.user, agree=agree)
    messages.success(request, _("已授权。") if agree else _("已记录：不同意。"))
    return redirect("console:releases", release.incident_id)


@require_POST
@requires(Capability.APPROVE)
def revoke(request: StaffRequest, pk: int) -> HttpResponse:
    release = revoke_release(release=_visible(request, pk), officer=request.user)
    messages.success(request, _("已收回，此后不能再凭它导出。"))
    return redirect("console:releases", release.incident_id)


@require_POST
@requires(Capability.APPROVE)
def review(request: StaffRequest, pk: int) -> HttpResponse:
    release = review_release(release=_visible(request, pk), officer=request.user)
    messages.success(request, _("已复核。"))
    return redirect("console:releases", release.incident_id)


def _visible(request: StaffRequest, pk: int) -> Release:
    releases = within_jurisdiction(Release.objects.all(), request.user, "incident__post")
    return get_object_or_404(releases.select_related("incident__post"), pk=pk)


def _page(request: StaffRequest, incident: Incident, form: ReleaseForm) -> HttpResponse:
    releases = incident.releases.select_related(
        "transport", "asked_by", "decided_by", "reviewed_by", "revoked_by"
    )
    now = clock.now()
    context = {
        "incident": incident,
        "room": "evacuation",
        "part": "manifests",
        "form": form,
        "rows": [
            {
                "release": one,
                "profile": PROFILES[one.profile].label,
                "live": one.state == "released" and one.valid_until > now,
                "to_review": one.is_alone
                and one.reviewed_at is None
                and one.decided_by_id != request.user.pk,
            }
            for one in releases
        ],
    }
    return render(request, "console/releases.html", context, status=400 if form.errors else 200)
