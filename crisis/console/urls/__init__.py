"""Every staff page; one module for each part of the house."""

from crisis.console.urls import (
    after,
    arrivals,
    board,
    boarding,
    calls,
    cases,
    duty,
    evacuation,
    general,
    incidents,
    knowledge,
    manifests,
    plans,
    registry,
    seats,
    selfreports,
    tracing,
    transports,
)

app_name = "console"
urlpatterns = [
    *after.urlpatterns,
    *arrivals.urlpatterns,
    *board.urlpatterns,
    *boarding.urlpatterns,
    *calls.urlpatterns,
    *cases.urlpatterns,
    *duty.urlpatterns,
    *evacuation.urlpatterns,
    *general.urlpatterns,
    *incidents.urlpatterns,
    *knowledge.urlpatterns,
    *manifests.urlpatterns,
    *plans.urlpatterns,
    *registry.urlpatterns,
    *seats.urlpatterns,
    *selfreports.urlpatterns,
    *tracing.urlpatterns,
    *transports.urlpatterns,
]
