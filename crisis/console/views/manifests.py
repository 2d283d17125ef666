"""Manifests: draft, look through, seal, hand out."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit
from crisis.console.forms.manifests import ExportForm
from crisis.console.selectors import visible_incident, visible_manifest
from crisis.evacuation.labels import HEADINGS, Labels
from crisis.evacuation.models import Manifest
from crisis.evacuation.rows import row_of
from crisis.evacuation.selectors import difference, is_intact
from crisis.evacuation.services import PLANNABLE, draft_manifest, export_manifest, seal_manifest
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability

ROWS_A_PAGE = 100
# What fits a screen; the files hold every column.
COLUMNS = ("position", "party", "priority", "name", "document_number", "needs", "reasons")


@requires(Capability.VIEW_INCIDENT)
def overview(request: StaffRequest, pk: int) -> HttpResponse:
    """All versions, the newest first."""
    incident = visible_incident(request.user, pk)
    context = {
        "incident": incident,
        "manifests": incident.manifests.select_related("drafted_by", "sealed_by"),
        "is_open": incident.state in PLANNABLE,
        "room": "evacuation",
        "part": "manifests",
    }
    return render(request, "console/manifests.html", context)


@require_POST
@requires(Capability.PLAN)
def draft(request: StaffRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    manifest = draft_manifest(incident=incident, planner=request.user)
    return redirect("console:manifest", manifest.pk)


@requires(Capability.PLAN)
def show(request: StaffRequest, pk: int) -> HttpResponse:
    manifest = visible_manifest(request.user, pk)
    return show_manifest(request, manifest, ExportForm())


def show_manifest(request: StaffRequest, manifest: Manifest, form: ExportForm) -> HttpResponse:
    entries = manifest.entries.select_related("own_key").order_by("position")
    page = Paginator(entries, ROWS_A_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    audit.record(
        actor=request.user.username,
        act="manifest.viewed",
        subject=f"manifest:{manifest.pk}",
        people=len(shown),
    )
    labels = Labels()
    context: dict[str, Any] = {
        "manifest": manifest,
        "incident": manifest.incident,
        "room": "evacuation",
        "part": "manifests",
        "form": form,
        "page": page,
        "headings": [HEADINGS[name] for name in COLUMNS],
        "rows": [[labels.cell(row_of(entry), name) for name in COLUMNS] for entry in shown],
        "changes": changes_since_last(manifest),
        "intact": is_intact(manifest),
    }
    return render(request, "console/manifest.html", context, status=400 if form.errors else 200)


def changes_since_last(manifest: Manifest) -> list[str]:
    """In words, what differs from the version before."""
    earlier = Manifest.objects.filter(incident=manifest.incident_id, version__lt=manifest.version)
    before = earlier.order_by("-version").first()
    return difference(before, manifest).lines() if before else []


@require_POST
@requires(Capability.PLAN)
def seal(request: StaffRequest, pk: int) -> HttpResponse:
    seal_manifest(manifest=visible_manifest(request.user, pk), planner=request.user)
    messages.success(request, _("已封存，不能再改；更正请编制新版。"))
    return redirect("console:manifest", pk)


@require_POST
@requires(Capability.EXPORT)
def download(request: StaffRequest, pk: int) -> HttpResponseBase:
    """`format` is the pressed button; the file is streamed after the export is on record."""
    manifest = visible_manifest(request.user, pk)
    form = ExportForm(request.POST)
    if not form.is_valid():
        return show_manifest(request, manifest, form)
    export = export_manifest(
        manifest=manifest,
        user=request.user,
        format=request.POST.get("format", ""),
        **form.cleaned_data,
    )
    response = StreamingHttpResponse(export.chunks(), content_type=export.content_type)
    response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    response["Cache-Control"] = "no-store"
    return response
