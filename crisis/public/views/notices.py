"""公告: every message of open and recent incidents, so that whoever has one can find it here."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crisis.public.language import language_of, speaking
from crisis.public.publishing import published
from crisis.public.selectors import Notice, notices

A_PAGE = 30


@login_not_required
@require_safe
@published
def listed(request: HttpRequest) -> HttpResponse:
    with speaking(language := language_of(request)):
        page = Paginator(notices(), A_PAGE).get_page(request.GET.get("page"))
        rows = [{"notice": n, "text": n.wave.texts["sms"].get(language, "")} for n in page]
        context = {"language": language, "page": page, "rows": rows}
        return render(request, "public/notices.html", context)


@login_not_required
@require_safe
@published
def as_json(request: HttpRequest) -> JsonResponse:
    """The same for programs; times are UTC."""
    return JsonResponse({"notices": [_row(notice) for notice in notices()]})


def _row(notice: Notice) -> dict[str, Any]:
    wave = notice.wave
    return {
        "code": wave.code,
        "mode": wave.mode_id,
        "kind": wave.kind,
        "sender": wave.signature,
        "at": wave.created_at.isoformat(),
        "texts": wave.texts["sms"],
        "standing": notice.standing,
        "ended_at": wave.retracted_at.isoformat() if wave.retracted_at else None,
        "now": notice.ended.code if notice.ended else None,
        "about": wave.retracts.code if wave.retracts else None,
    }
