"""The audit log, for those who read it."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from config.kernel import audit
from config.kernel.models import AuditEntry
from config.kernel.text import clean
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability

ENTRIES_A_PAGE = 50


@requires(Capability.VIEW_AUDIT)
def entries(request: StaffRequest) -> HttpResponse:
    """Newest first; `?verify=1` walks the whole chain, which takes a second per 100,000 entries."""
    rows = AuditEntry.objects.order_by("-number")
    actor, act = clean(request.GET.get("actor", "")), clean(request.GET.get("act", ""))
    if actor:
        rows = rows.filter(actor=actor)
    if act:
        rows = rows.filter(act__startswith=act)
    verified = "verify" in request.GET
    number, digest = audit.head()
    context = {
        "section": "audit",
        "page": Paginator(rows, ENTRIES_A_PAGE).get_page(request.GET.get("page")),
        "actor": actor,
        "act": act,
        "head_number": number,
        "head_digest": digest,
        "verified": verified,
        "broken_at": audit.first_broken() if verified else None,
    }
    return render(request, "console/audit.html", context)
