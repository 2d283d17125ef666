"""Every page that needs no log-in."""

from django.urls import path

from crisis.public.views import advisories, countries, front, gate, notices, ways_out
from crisis.public.views.check_in import check_in
from crisis.public.views.health import health
from crisis.public.views.help import ask_for_help
from crisis.public.views.verify import verify
from crisis.public.views.worker import worker

app_name = "public"
urlpatterns = [
    path("c/worker.js", worker, name="worker"),
    path("c/<str:token>/", check_in, name="check-in"),
    path("v/", verify, name="verify"),
    path("gate/", gate.page, name="gate"),
    path("gate/worker.js", gate.worker, name="gate-worker"),
    path("gate/manifest.webmanifest", gate.manifest, name="gate-manifest"),
    path("gate/pack/", gate.pack, name="gate-pack"),
    path("gate/scans/", gate.scans, name="gate-scans"),
    path("n/", notices.listed, name="notices"),
    path("n/notices.json", notices.as_json, name="notices-json"),
    path("citizens/", front.front, name="front"),
    path("citizens/guide/<slug:slug>/", front.guide, name="guide"),
    path("citizens/advisories/", advisories.in_force, name="advisories"),
    path("citizens/advisories.json", advisories.as_json, name="advisories-json"),
    path("citizens/advisories/<str:code>/", advisories.of_country, name="advisory-country"),
    path("citizens/countries/", countries.listed, name="countries"),
    path("citizens/countries/<str:code>/", countries.country, name="country"),
    path("help/", ask_for_help, name="help"),
    path("citizens/evacuation/", ways_out.ways_out, name="ways-out"),
    path("healthz", health, name="health"),
]
