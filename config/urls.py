"""Every address of the web process."""

from django.contrib import admin
from django.urls import include, path

from crisis.staff.schema import DocsView, SchemaView

urlpatterns = [
    # First, because pushes come by the thousand and every pattern before them is tried.
    path("", include("notifications.urls")),
    path("", include("crisis.public.urls")),
    path("", include("crisis.citizens.urls")),
    path("", include("crisis.console.urls")),
    path("", include("crisis.operations.urls")),
    path("admin/", admin.site.urls),
    path("api/advisories/", include("crisis.advisories.urls")),
    path("api/allocation/", include("crisis.allocation.urls")),
    path("api/arrivals/", include("crisis.arrivals.urls")),
    path("api/boarding/", include("crisis.boarding.urls")),
    path("api/calls/", include("crisis.calls.urls")),
    path("api/cases/", include("crisis.cases.urls")),
    path("api/evacuation/", include("crisis.evacuation.urls")),
    path("api/incidents/", include("crisis.incidents.urls")),
    path("api/incidents/", include("crisis.rollcall.after_urls")),
    path("api/operations/", include("crisis.transports.urls")),
    path("api/seats/", include("crisis.seats.urls")),
    path("api/registry/", include("crisis.console.api.urls")),
    path("api/rollcall/", include("crisis.rollcall.urls")),
    path("api/self-reports/", include("crisis.console.api.selfreport_urls")),
    path("api/tracing/", include("crisis.tracing.urls")),
    path("api/tracing/", include("crisis.console.api.tracing_urls")),
    path("api/schema/", SchemaView.as_view(), name="api-schema"),
    path("api/", DocsView.as_view(url_name="api-schema"), name="api-docs"),
]
