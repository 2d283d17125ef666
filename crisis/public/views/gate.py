"""登乘口: the page for a phone at a gate, with or without a network, and what it asks the server.

The page itself is the same for everybody and holds nothing. A pack's link has its token behind
the #, which no browser sends; the script posts it together with the word that was told by another
way. How it is kept on the phone: docs/decisions/a-gate-opens-with-a-link-and-a-word.md.
"""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from crisis.boarding import contents, wire
from crisis.boarding.services import enter, open_pack, take_scans
from crisis.public.gate_words import gate_words
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from crisis.public.publishing import published

# What the page needs to open and to work without a network.
ASSETS = (
    "public/public.css", "public/gate/gate.css", "public/gate/app.js", "public/gate/camera.js",
    "public/gate/find.js", "public/gate/fold.js", "public/gate/qr.js",
    "public/gate/qr_correct.js", "public/gate/qr_locate.js", "public/gate/screen.js",
    "public/gate/store.js", "public/gate/sync.js", "public/gate/zone.js",
    "public/gate/icon.svg", "public/gate/icon-192.png", "public/gate/icon-512.png",
)  # fmt: skip


@login_not_required
@require_safe
@published
def page(request: HttpRequest) -> HttpResponse:
    with speaking(language := language_of(request)):
        context = {"language": language, "words": gate_words()}
        return render(request, "public/gate.html", context)


@login_not_required
@require_safe
@published
def worker(request: HttpRequest) -> HttpResponse:
    """Below /gate/, because a worker rules over the addresses below its own."""
    context = {"assets": [static(name) for name in ASSETS], "version": _version()}
    return render(request, "public/gate_worker.js", context, content_type="text/javascript")


@login_not_required
@require_safe
@published
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install the page."""
    with speaking(language := language_of(request)):
        home = reverse("public:gate")
        told = {
            "name": _("归航登乘口"),
            "short_name": _("登乘口"),
            "lang": language,
            "id": home,
            "start_url": f"{home}?lang={language}",
            "scope": home,
            "display": "standalone",
            "background_color": "#f3f5f7",
            "theme_color": "#0b4f8a",
            "icons": [
                _icon("icon-192.png", "192x192", "image/png"),
                _icon("icon-512.png", "512x512", "image/png"),
                _icon("icon.svg", "any", "image/svg+xml"),
            ],
        }
    return JsonResponse(told, content_type="application/manifest+json")


@login_not_required
@csrf_exempt  # the two secrets in the body are the authority; there is no cookie to ride on
@require_POST
@private
def pack(request: HttpRequest) -> HttpResponse:
    """A gate's people, to a phone that knows both secrets."""
    told = wire.read_body(request.body)
    return JsonResponse(contents.contents(open_pack(**wire.secrets_of(told))))


@login_not_required
@csrf_exempt  # as above
@require_POST
@private
def scans(request: HttpRequest) -> HttpResponse:
    """What a phone recorded; it hears what became of each, and what the other gates did since."""
    told = wire.read_body(request.body)
    opened = enter(**wire.secrets_of(told))
    taken = take_scans(pack=opened, scans=wire.read_scans(told, opened))
    return JsonResponse(
        {
            "written": taken.written,
            "known": taken.known,
            "held": taken.held,
            "refused": taken.refused,
            **contents.news(opened),
        }
    )


def _icon(name: str, sizes: str, kind: str) -> dict[str, str]:
    return {"src": static(f"public/gate/{name}"), "sizes": sizes, "type": kind}


@cache
def _version() -> str:
    """Changes when one of the files does, so that phones take the new ones."""
    digest = hashlib.sha256()
    for name in ASSETS:
        if found := finders.find(name):
            digest.update(Path(found).read_bytes())
    return digest.hexdigest()[:12]
