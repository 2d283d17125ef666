"""Manifests: draft, look through, compare, seal, hand out."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.console.forms.manifests import ExportForm
from crisis.console.selectors import visible_incident, visible_manifest
from crisis.evacuation.exports import FORMATS
from crisis.evacuation.labels import HEADINGS, Labels
from crisis.evacuation.models import Manifest
from crisis.evacuation.rows import Row, entries_of, row_of
from crisis.evacuation.selectors import Difference, difference, is_intact, transports_of, what, who
from crisis.evacuation.services import PLANNABLE, draft_manifest, export_manifest, seal_manifest
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import Transport

ROWS_A_PAGE = 100
# Of more people, the hash and the difference are computed when somebody asks: they open every row.
AT_ONCE = 2_000
# What fits a screen; the files hold every column.
COLUMNS = (
    "position", "party", "priority", "name", "document_number", "needs", "place_class", "legs",
    "reasons",
)  # fmt: skip


@requires(Capability.VIEW_INCIDENT)
def overview(request: StaffRequest, pk: int) -> HttpResponse:
    """All versions, the newest first."""
    incident = visible_incident(request.user, pk)
    context = {
        "incident": incident,
        "manifests": incident.manifests.select_related("drafted_by", "sealed_by", "plan").annotate(
            people=Count("entries")
        ),
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
    """`transport` shows who takes one; `check` computes a large version's hash."""
    manifest = visible_manifest(request.user, pk)
    return show_manifest(request, manifest, ExportForm(manifest=manifest))


def show_manifest(request: StaffRequest, manifest: Manifest, form: ExportForm) -> HttpResponse:
    transports = transports_of(manifest)
    transport = _chosen(request, transports)
    entries = entries_of(manifest)
    if transport is not None:
        entries = entries.filter(legs__transport=transport)
    page = Paginator(entries, ROWS_A_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    _record(request, manifest, "manifest.viewed", people=len(shown))
    labels = Labels()
    context: dict[str, Any] = {
        "manifest": manifest,
        "incident": manifest.incident,
        "room": "evacuation",
        "part": "manifests",
        "form": form,
        "formats": [(name, one.label or name.upper()) for name, one in FORMATS.items()],
        "page": page,
        "transports": transports,
        "transport": transport,
        "headings": [HEADINGS[name] for name in COLUMNS],
        "rows": [_cells(row_of(entry), labels) for entry in shown],
    }
    context |= _judged(request, manifest)
    return render(request, "console/manifest.html", context, status=400 if form.errors else 200)


def _cells(row: Row, labels: Labels) -> list[str]:
    """What fits a line: of the journey the numbers alone."""
    legs = " → ".join(leg["number"] for leg in row.data.get("legs", []))
    return [legs if name == "legs" else labels.cell(row, name) for name in COLUMNS]


def _chosen(request: StaffRequest, transports: list[Transport]) -> Transport | None:
    asked = request.GET.get("transport", "")
    return next((one for one in transports if str(one.pk) == asked), None)


def _judged(request: StaffRequest, manifest: Manifest) -> dict[str, Any]:
    """Whether the seal holds, and what differs from the version before."""
    few = manifest.entries.count() <= AT_ONCE
    before = _former(manifest)
    change = difference(before, manifest) if before and few else None
    checked = few or "check" in request.GET
    return {
        "former": before,
        "changes": change and _told(change),
        "checked": checked,
        "intact": checked and is_intact(manifest),
    }


def _former(manifest: Manifest) -> Manifest | None:
    earlier = Manifest.objects.filter(incident=manifest.incident_id, version__lt=manifest.version)
    return earlier.order_by("-version").first()


def _told(change: Difference) -> dict[str, Any]:
    """A difference for a page: who came and went, who sits elsewhere, and what else changed."""
    return {
        "old": change.old,
        "summary": change.summary(),
        "any": bool(change),
        "rescheduled": change.rescheduled,
        "added": [who(row) for row in change.added],
        "removed": [who(row) for row in change.removed],
        "moved": [(who(one.after), what(one)) for one in change.moved],
        "other": [(who(one.after), what(one)) for one in change.changed if not one.moved],
    }


@requires(Capability.PLAN)
def changes(request: StaffRequest, pk: int) -> HttpResponse:
    """What differs from an earlier version, `since`; from the one before, where none is named."""
    manifest = visible_manifest(request.user, pk)
    asked = request.GET.get("since", "")
    earlier = Manifest.objects.filter(incident=manifest.incident_id, version__lt=manifest.version)
    since = (
        get_object_or_404(earlier, version=int(asked)) if asked.isdecimal() else _former(manifest)
    )
    context: dict[str, Any] = {
        "manifest": manifest,
        "incident": manifest.incident,
        "room": "evacuation",
        "part": "manifests",
        "earlier": earlier.order_by("-version"),
    }
    if since is not None:
        _record(request, manifest, "manifest.compared", since=since.version)
        context["changes"] = _told(difference(since, manifest))
    return render(request, "console/manifest_changes.html", context)


def _record(request: StaffRequest, manifest: Manifest, act: str, **detail: object) -> None:
    audit.record(actor=request.user.username, act=act, subject=f"manifest:{manifest.pk}", **detail)


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
    form = ExportForm(request.POST, manifest=manifest)
    if not form.is_valid():
        return show_manifest(request, manifest, form)
    try:
        export = export_manifest(
            manifest=manifest,
            user=request.user,
            format=request.POST.get("format", ""),
            receiver=form.receiver_given(),
            transport=form.cleaned_data["transport"],
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return show_manifest(request, manifest, form)
    response = StreamingHttpResponse(export.chunks(), content_type=export.content_type)
    response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    response["Cache-Control"] = "no-store"
    return response
