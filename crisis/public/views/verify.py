"""核验: anybody may check whether a message is ours, and whether it still holds."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from notifications.codes import normalise
from notifications.models import Wave
from notifications.selectors import shown_texts, what_ended


@login_not_required
@require_safe
@private
def verify(request: HttpRequest) -> HttpResponse:
    """`?code=` is public, so it may stand in an address; one look-up by a unique key."""
    code = normalise(request.GET.get("code", ""))[:20]
    wave = Wave.objects.filter(code=code).select_related("retracts").first() if code else None
    with speaking(language := language_of(request)):
        context: dict[str, Any] = {"code": code, "wave": wave, "language": language}
        if wave:
            context["texts"] = shown_texts(wave)
            context["ended"] = what_ended(wave)
        status = 404 if code and wave is None else 200
        return render(request, "public/verify.html", context, status=status)
