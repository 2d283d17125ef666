"""Every staff page; one module for each part of the house."""

from crisis.console.urls import (
    board,
    calls,
    cases,
    duty,
    general,
    incidents,
    knowledge,
    registry,
    tracing,
)

app_name = "console"
urlpatterns = [
    *board.urlpatterns,
    *calls.urlpatterns,
    *cases.urlpatterns,
    *duty.urlpatterns,
    *general.urlpatterns,
    *incidents.urlpatterns,
    *knowledge.urlpatterns,
    *registry.urlpatterns,
    *tracing.urlpatterns,
]
