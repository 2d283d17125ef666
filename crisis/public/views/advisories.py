"""安全提醒 for citizens: what is in force, country by country, and what was said before."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.kernel import clock
from crisis.advisories.models import Advisory, Level
from crisis.advisories.selectors import history, in_force_everywhere, level_text, standing_at
from crisis.knowledge.selectors import is_abroad
from crisis.public.language import language_of, speaking
from crisis.public.publishing import published
from registry.countries import country_name

A_PAGE = 60
HISTORY_A_PAGE = 20
# So many reasons of up to two thousand characters are shown whole; a page stays below 60 kB.
WHOLE = 5


@login_not_required
@require_safe
@published
def in_force(request: HttpRequest) -> HttpResponse:
    with speaking(language := language_of(request)):
        page = Paginator(in_force_everywhere(clock.now()), A_PAGE).get_page(request.GET.get("page"))
        context = {
            "language": language,
            "page": page,
            "levels": sorted(Level, reverse=True),
            "none": level_text(None),
            "countries": [(row, country_name(row.country, language)) for row in page],
        }
        return render(request, "public/advisories.html", context)


@login_not_required
@require_safe
@published
def of_country(request: HttpRequest, code: str) -> HttpResponse:
    """One country: what holds, or that nothing does, and everything that ever held."""
    if not is_abroad(code):
        raise Http404
    with speaking(language := language_of(request)):
        now = clock.now()
        standing = list(standing_at(now).filter(country=code).order_by("-level", "region", "pk"))
        page = Paginator(history(code), HISTORY_A_PAGE).get_page(request.GET.get("page"))
        context = {
            "language": language,
            "code": code,
            "country": country_name(code, language),
            "standing": standing,
            "whole": len(standing) <= WHOLE,
            "none": level_text(None),
            "now": now,
            "page": page,
        }
        return render(request, "public/advisory_country.html", context)


@login_not_required
@require_safe
@published
def as_json(request: HttpRequest) -> JsonResponse:
    """What is in force; a country that is not named has no level. Times are UTC."""
    now = clock.now()
    rows = [_row(advisory) for advisory in in_force_everywhere(now)]
    return JsonResponse({"in_force": rows, "not_named": level_text(None)})


def _row(advisory: Advisory) -> dict[str, Any]:
    """Who issued it stays inside."""
    return {
        "country": advisory.country,
        "region": advisory.region,
        "level": advisory.level,
        "level_name": advisory.get_level_display(),
        "reason": advisory.reason,
        "starts_at": advisory.starts_at.isoformat(),
        "expires_at": advisory.expires_at.isoformat(),
    }
