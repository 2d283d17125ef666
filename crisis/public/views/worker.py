"""The service worker of the check-in page: it keeps the page and sends answers that waited."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from crisis.public.publishing import published

# What a page needs to open and to answer without a network.
ASSETS = ("public/public.css", "public/queue.js", "public/answer.js", "public/share.js")


@login_not_required
@require_safe
@published
def worker(request: HttpRequest) -> HttpResponse:
    """Below /c/, because a worker rules over the addresses below its own."""
    context = {"assets": [static(name) for name in ASSETS], "version": _version()}
    return render(request, "public/worker.js", context, content_type="text/javascript")


@cache
def _version() -> str:
    """Changes when one of the files does, so that phones take the new ones."""
    digest = hashlib.sha256()
    for name in ASSETS:
        if found := finders.find(name):
            digest.update(Path(found).read_bytes())
    return digest.hexdigest()[:12]
