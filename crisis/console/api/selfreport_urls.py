"""Self-reports for programs."""

from django.urls import path

from crisis.console.api import selfreports

app_name = "selfreports-api"
urlpatterns = [
    path("<int:incident>/", selfreports.Reports.as_view(), name="reports"),
    path("<int:incident>/presence/", selfreports.PresenceView.as_view(), name="presence"),
    path("<int:incident>/<int:pk>/", selfreports.OneReport.as_view(), name="report"),
    path("<int:incident>/<int:pk>/matches/", selfreports.Matching.as_view(), name="match"),
    path(
        "<int:incident>/<int:pk>/matches/<int:person>/",
        selfreports.Parting.as_view(),
        name="part",
    ),
    path(
        "<int:incident>/<int:pk>/verified/<int:person>/",
        selfreports.Verifying.as_view(),
        name="verify",
    ),
    path("<int:incident>/<int:pk>/set-aside/", selfreports.SettingAside.as_view(), name="aside"),
    path("<int:incident>/<int:pk>/admit/", selfreports.Admitting.as_view(), name="admit"),
]
