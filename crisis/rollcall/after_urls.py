"""/api/incidents/N/…: what follows a declaration, and needs the roll call."""

from django.urls import path

from crisis.rollcall import after_api as api

app_name = "after"
urlpatterns = [
    path("<int:pk>/reshapings/", api.Reshapings.as_view(), name="reshapings"),
    path("<int:pk>/reshapings/preview/", api.PreviewReshaping.as_view(), name="reshaping-preview"),
    path(
        "<int:pk>/reshapings/<int:reshaping>/approve/",
        api.ApproveReshaping.as_view(),
        name="reshaping-approve",
    ),
    path(
        "<int:pk>/reshapings/<int:reshaping>/discard/",
        api.DiscardReshaping.as_view(),
        name="reshaping-discard",
    ),
    path("<int:pk>/outages/", api.Outages.as_view(), name="outages"),
    path("<int:pk>/outages/<int:outage>/end/", api.EndOutage.as_view(), name="outage-end"),
    path("<int:pk>/series/", api.Series.as_view(), name="series"),
    path("<int:pk>/stand-down/", api.StandDown.as_view(), name="stand-down"),
    path("<int:pk>/reopen/", api.Reopen.as_view(), name="reopen"),
    path("<int:pk>/unresolved/", api.Unresolved.as_view(), name="unresolved"),
    path("<int:pk>/handovers/", api.Handovers.as_view(), name="handovers"),
    path(
        "<int:pk>/handovers/<int:handover>/accept/",
        api.AcceptHandover.as_view(),
        name="handover-accept",
    ),
]
