"""报平安: the page behind a personal link. Looking changes nothing; answering needs a press."""

import math
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.kernel.errors import DomainError
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from notifications.models import Delivery
from notifications.selectors import what_ended
from notifications.services.replies import delivery_of_token, record_link_reply
from notifications.states import Meaning

CHOICES = {
    "safe": Meaning.SAFE,
    "all_safe": Meaning.ALL_SAFE,
    "needs_help": Meaning.NEEDS_HELP,
    "left_area": Meaning.LEFT_AREA,
    "wants_out": Meaning.WANTS_OUT,
}


@login_not_required
@csrf_exempt  # the token in the address is the authority; there is no cookie to ride on
@require_http_methods(["GET", "HEAD", "POST"])
@private
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    try:
        delivery = delivery_of_token(token)
    except DomainError:
        return unknown(request)
    with speaking(language := language_of(request, delivery.language)):
        context = page_context(delivery, language)
        if request.method != "POST":
            return render(request, "public/check_in.html", context)
        return answer(request, token, context)


def answer(request: HttpRequest, token: str, context: dict[str, Any]) -> HttpResponse:
    meaning = chosen(request)
    if meaning is None:
        return render(request, "public/check_in.html", context | {"nothing": True}, status=400)
    try:
        record_link_reply(token=token, meaning=meaning, **position(request))
    except DomainError:
        return unknown(request)
    return render(request, "public/check_in.html", context | {"answered": meaning})


def chosen(request: HttpRequest) -> Meaning | None:
    """The pressed button; «safe» pressed for the whole family says all are safe."""
    meaning = CHOICES.get(request.POST.get("choice", ""))
    if meaning == Meaning.SAFE and request.POST.get("who") == "all":
        return Meaning.ALL_SAFE
    return meaning


def position(request: HttpRequest) -> dict[str, float]:
    """The shared position, WGS-84 degrees and metres; one that cannot be is left out.

    A broken position must not cost the answer that came with it.
    """
    latitude = number(request, "latitude", 90)
    longitude = number(request, "longitude", 180)
    if latitude is None or longitude is None:
        return {}
    # Half the globe: how vague is too vague is the registry's business.
    accuracy = number(request, "accuracy_m", 20_004_000)
    found = {"latitude": latitude, "longitude": longitude}
    return found if accuracy is None else found | {"accuracy_m": abs(accuracy)}


def number(request: HttpRequest, name: str, limit: float) -> float | None:
    try:
        value = float(request.POST.get(name, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= limit else None


def page_context(delivery: Delivery, language: str) -> dict[str, Any]:
    """What may be shown to whoever holds the link: the alert's words, never the person."""
    wave = delivery.wave
    ended = what_ended(wave)
    return {
        "wave": wave,
        "ended": ended,
        "text": (ended or wave).texts["sms"][language],
        "family": delivery.covers > 1,
        "language": language,
    }


def unknown(request: HttpRequest) -> HttpResponse:
    """Wrong and expired tokens answer alike."""
    with speaking(language := language_of(request)):
        context = {"language": language}
        return render(request, "public/unknown_link.html", context, status=404)
