"""What the pages of an upload show, for liaisons and officers alike."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.rosters.models import RosterUpload
from crisis.rosters.selectors import errors_of, has_file, notes_of, refusals_of
from registry.rosters.columns import heading_of
from registry.rosters.errors import CONTENT_TYPES
from registry.rosters.template import template

REFUSALS_SHOWN = 50
REFRESH_S = 2


def upload_context(upload: RosterUpload) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    refusals = list(refusals_of(upload)[:REFUSALS_SHOWN])
    for refusal in refusals:
        refusal.heading = heading_of(refusal.column, language)  # type: ignore[attr-defined]
    return {
        "upload": upload,
        "group": upload.group,
        "notes": notes_of(upload),
        "refusals": refusals,
        "more": upload.refused - len(refusals),
        "correctable": upload.is_over and bool(upload.refused) and has_file(upload),
    }


def refreshed(response: HttpResponse, upload: RosterUpload) -> HttpResponse:
    """Until it is over the page asks again by itself, without a script."""
    if not upload.is_over:
        response["Refresh"] = str(REFRESH_S)
    return response


def errors_response(upload: RosterUpload, actor: str) -> HttpResponse:
    """The refused rows; that they were handed out is in the audit log."""
    content = errors_of(upload)
    subject = f"group:{upload.group_id}"
    audit.record(actor=actor, act="roster.errors", subject=subject, upload=upload.pk)
    return _file(content, upload.kind, f"roster-{upload.pk}-errors")


def template_response(kind: str) -> HttpResponse:
    """Raises DomainError not_found (404) for anything but xlsx and csv."""
    if kind not in CONTENT_TYPES:
        raise DomainError("not_found", _("未找到。"), status=404)
    return _file(template(kind), kind, "roster")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response
