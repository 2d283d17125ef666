"""求助: the help button, with or without an incident. No log-in, no script, nothing looked up.

What somebody types here is kept before it is read, and nothing but an empty form is turned down:
a field that is wrong must not cost a call for help.
"""

import logging
import math
import uuid
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.kernel.clients import client_key
from config.kernel.errors import DomainError
from crisis.cases.models import Case
from crisis.cases.services.requests import Asked, keep_request, open_request
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from registry.countries import country_codes, country_name, is_country

log = logging.getLogger("guihang.help")
WORDS = ("person_name", "contact", "place", "landmark", "event", "steps_taken")
LONGEST = 4_000
# Half the globe: how vague is too vague is for whoever reads it.
LIMITS = {"latitude": 90.0, "longitude": 180.0, "accuracy_m": 20_004_000.0}


@login_not_required
@csrf_exempt  # whoever asks for help has no account and no cookie: there is nothing to ride on
@require_http_methods(["GET", "HEAD", "POST"])
@private
def ask_for_help(request: HttpRequest) -> HttpResponse:
    with speaking(language := language_of(request)):
        if request.method != "POST":
            return _form(request, language)
        asked = told(request)
        if not any((asked.contact, asked.event, asked.place, asked.person_name, asked.latitude)):
            return _form(request, language, empty=True)
        return _kept(request, language, asked)


def _form(request: HttpRequest, language: str, *, empty: bool = False) -> HttpResponse:
    context: dict[str, Any] = {
        "language": language,
        "key": form_key(request) if empty else str(uuid.uuid4()),
        "incident": _number(request.POST.get("incident", "") or request.GET.get("incident", "")),
        "countries": _countries(language),
        "country": request.GET.get("country", "").upper(),
        "empty": empty,
    }
    return render(request, "public/help.html", context, status=400 if empty else 200)


def _kept(request: HttpRequest, language: str, asked: Asked) -> HttpResponse:
    """Kept first, then opened. Where the second fails, the sweep does it in some seconds."""
    kept = keep_request(key=form_key(request), asked=asked, client=client_key(request))
    case: Case | None = None
    try:
        case = open_request(kept.pk)
    except (DomainError, DatabaseError) as failure:
        log.error("request %s waits for the sweep: %s", kept.pk, type(failure).__name__)
    context = {
        "language": language,
        "case": case,
        "held": kept.held and case is None,
        "post": case.post if case else None,
    }
    return render(request, "public/help_kept.html", context)


def told(request: HttpRequest) -> Asked:
    """What was typed. A country or a position that cannot be is left out."""
    words: dict[str, Any] = {name: request.POST.get(name, "").strip()[:LONGEST] for name in WORDS}
    country = request.POST.get("country", "").upper()
    return Asked(
        **words,
        **_position(request),
        country=country if is_country(country) else "",
        incident=_number(request.POST.get("incident", "")),
    )


def _position(request: HttpRequest) -> dict[str, Any]:
    found = {name: _measure(request.POST.get(name, ""), most) for name, most in LIMITS.items()}
    if found["latitude"] is None or found["longitude"] is None:
        return {}
    return {name: value for name, value in found.items() if value is not None}


def _measure(text: str, most: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= most else None


def form_key(request: HttpRequest) -> str:
    """One form is one request, however often it is pressed; a broken key is a new one."""
    try:
        return str(uuid.UUID(request.POST.get("key", "")))
    except ValueError:
        return str(uuid.uuid4())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _countries(language: str) -> list[tuple[str, str]]:
    """Without China: who calls from there calls 110, 119 or 120."""
    named = [(code, country_name(code, language)) for code in country_codes() if code != "CN"]
    return sorted(named, key=lambda pair: pair[1])
