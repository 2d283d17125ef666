"""登乘: what the gates do, for the planner; giving them their lists, and finding out who came."""

import base64
import io
import uuid
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.boarding.models import GatePack
from crisis.boarding.selectors import candidates, listed, newest_sealed, tallies
from crisis.boarding.services import (
    Scan,
    accept_held,
    issue_pack,
    mark_no_shows,
    match_walk_in,
    record_scans,
    revoke_pack,
)
from crisis.boarding.states import RefusalReason, ScanKind
from crisis.console.forms.boarding import MatchForm, PackForm, RestForm, ScanForm
from crisis.console.selectors import visible_incident, with_names
from crisis.evacuation.rows import row_of
from crisis.incidents.models import Incident
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import EvacuationOperation, Transport
from crisis.transports.selectors import operation_for, operation_of


@require_safe
@requires(Capability.VIEW_INCIDENT)
def overview(request: StaffRequest, pk: int) -> HttpResponse:
    """Every transport in figures, and the packs."""
    incident = visible_incident(request.user, pk)
    operation = operation_of(incident)
    context = _context(incident, operation)
    if operation is not None:
        context |= {
            "tallies": tallies(operation),
            "packs": _packs(operation),
            "now": clock.now(),
            "strangers": operation.walk_ins.filter(person_ref=None).count(),
        }
    return render(request, "console/boarding.html", context)


@require_safe
@requires(Capability.VIEW_PERSON)
def passages(request: StaffRequest, pk: int, transport: int) -> HttpResponse:
    """Everybody on one transport by name, as the newest sealed version lists them."""
    operation = operation_for(request.user, pk)
    return _passages(request, operation, _transport(operation, transport), PackForm())


def _passages(
    request: StaffRequest, operation: EvacuationOperation, transport: Transport, form: PackForm
) -> HttpResponse:
    manifest = newest_sealed(transport)
    rows = [row_of(entry) for entry in listed(manifest, transport)] if manifest else []
    stands = {row.person_ref: row for row in transport.passages.filter(walk_in=None)}
    unlisted = {ref for ref in stands if ref} - {row.person_ref for row in rows}
    people = [(row, stands.get(row.person_ref)) for row in rows]
    audit.record(
        actor=request.user.username,
        act="boarding.viewed",
        subject=f"transport:{transport.pk}",
        people=len(rows),
    )
    context = _context(operation.incident, operation) | {
        "transport": transport,
        "manifest": manifest,
        "people": people,
        "unlisted": with_names([stands[ref] for ref in sorted(unlisted)]),
        "strangers": transport.passages.filter(walk_in__isnull=False).select_related("walk_in"),
        "open_count": sum(passage is None for _row, passage in people),
        "form": form,
        "reasons": RefusalReason.choices,
    }
    status = 400 if form.errors else 200
    return render(request, "console/boarding_transport.html", context, status=status)


@require_POST
@requires(Capability.PLAN)
def issue(request: StaffRequest, pk: int, transport: int) -> HttpResponse:
    """A pack for a gate, with its two secrets: shown once, on this page alone."""
    operation = operation_for(request.user, pk)
    found = _transport(operation, transport)
    form = PackForm(request.POST)
    manifest = newest_sealed(found)
    if manifest is None:
        raise DomainError("not_sealed", _("名单尚未封存，不能发给登乘口。"), status=409)
    if not form.is_valid():
        return _passages(request, operation, found, form)
    issued = issue_pack(
        manifest=manifest, transport=found, gate=form.cleaned_data["gate"], planner=request.user
    )
    link = f"{settings.PUBLIC_URL}{reverse('public:gate')}#{issued.token}"
    context = _context(operation.incident, operation) | {
        "pack": issued.pack,
        "transport": found,
        "link": link,
        "picture": _qr(link),
        "word": f"{issued.word[:5]}-{issued.word[5:]}",
    }
    response = render(request, "console/boarding_pack.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@requires(Capability.PLAN)
def record(request: StaffRequest, pk: int, transport: int) -> HttpResponse:
    """One act that an officer at a desk heard of."""
    found = _transport(operation_for(request.user, pk), transport)
    form = ScanForm(request.POST)
    if form.is_valid():
        scan = Scan(key=uuid.uuid4().hex, at=clock.now(), **form.cleaned_data)
        taken = record_scans(transport=found, scans=[scan], planner=request.user)
        if taken.refused:
            raise DomainError("not_listed", _("此人不在最新封存的名单上。"), status=409)
        messages.success(request, _("已记录：%(state)s") % {"state": ScanKind(scan.kind).label})
    else:
        messages.error(request, _("请选择状态；未予登乘须选择原因。"))
    return redirect("console:boarding-transport", pk, transport)


@require_POST
@requires(Capability.PLAN)
def rest(request: StaffRequest, pk: int, transport: int) -> HttpResponse:
    """Everybody of whom no gate has said anything did not come; the number typed says how many."""
    found = _transport(operation_for(request.user, pk), transport)
    form = RestForm(request.POST)
    if form.is_valid() and form.cleaned_data["number"] == form.cleaned_data["of"]:
        count = len(mark_no_shows(transport=found, planner=request.user).written)
        messages.success(
            request,
            ngettext("已将 %(n)d 人记为未到。", "已将 %(n)d 人记为未到。", count) % {"n": count},
        )
    else:
        messages.error(request, _("输入的人数与待记录的人数不符，没有改动。"))
    return redirect("console:boarding-transport", pk, transport)


@require_POST
@requires(Capability.PLAN)
def revoke(request: StaffRequest, pk: int, pack: int) -> HttpResponse:
    revoke_pack(pack=_pack(request, pk, pack), planner=request.user)
    messages.success(request, _("已收回。此后收到的记录要由您确认后才算数。"))
    return redirect("console:boarding", pk)


@require_POST
@requires(Capability.PLAN)
def accept(request: StaffRequest, pk: int, pack: int) -> HttpResponse:
    count = accept_held(pack=_pack(request, pk, pack), planner=request.user)
    messages.success(
        request, ngettext("已确认 %(n)d 条记录。", "已确认 %(n)d 条记录。", count) % {"n": count}
    )
    return redirect("console:boarding", pk)


@require_safe
@requires(Capability.VIEW_PERSON)
def walk_ins(request: StaffRequest, pk: int) -> HttpResponse:
    """Who stood on no list, those first of whom nobody has said who they are."""
    operation = operation_for(request.user, pk)
    found = operation.walk_ins.select_related("matched_by", "operation").order_by("pk")
    rows = list(found.prefetch_related("passages__transport"))
    audit.record(
        actor=request.user.username,
        act="boarding.walk_ins_viewed",
        subject=operation.incident.source,
        people=len(rows),
    )
    matched = with_names([row for row in rows if row.person_ref])
    context = _context(operation.incident, operation) | {
        "waiting": [(row, candidates(row)) for row in rows if not row.person_ref],
        "matched": matched,
    }
    return render(request, "console/boarding_walk_ins.html", context)


@require_POST
@requires(Capability.PLAN)
def match(request: StaffRequest, pk: int, walk_in: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    found = get_object_or_404(operation.walk_ins, pk=walk_in)
    form = MatchForm(request.POST)
    if form.is_valid():
        match_walk_in(
            walk_in=found, person_ref=form.cleaned_data["person_ref"], planner=request.user
        )
        messages.success(request, _("已记录。"))
    return redirect("console:boarding-walk-ins", pk)


def _context(incident: Incident, operation: EvacuationOperation | None) -> dict[str, Any]:
    return {
        "incident": incident,
        "operation": operation,
        "room": "evacuation",
        "part": "boarding",
    }


def _transport(operation: EvacuationOperation, pk: int) -> Transport:
    rows = operation.transports.select_related("operation__incident", "origin", "destination")
    return get_object_or_404(rows, pk=pk)


def _pack(request: StaffRequest, incident: int, pk: int) -> GatePack:
    operation = operation_for(request.user, incident)
    rows = GatePack.objects.filter(transport__operation=operation)
    return get_object_or_404(rows.select_related("manifest__incident__post"), pk=pk)


def _packs(operation: EvacuationOperation) -> Any:
    packs = GatePack.objects.filter(transport__operation=operation)
    return packs.select_related("manifest", "transport", "issued_by").annotate(
        sent=Count("scans"), held=Count("scans", filter=Q(scans__held=True))
    )


def _qr(link: str) -> str:
    picture = io.BytesIO()
    segno.make(link, micro=False, error="m").save(picture, kind="png", scale=8, border=4)
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()
