"""/api/incidents/…"""

from django.urls import path

from crisis.incidents import announcement_api, api, widening_api

app_name = "incidents"
urlpatterns = [
    path("", api.Incidents.as_view(), name="list"),
    path("preview/", api.PreviewIncident.as_view(), name="preview"),
    path("<int:pk>/", api.OneIncident.as_view(), name="one"),
    path("<int:pk>/approve/", api.ApproveIncident.as_view(), name="approve"),
    *(
        path(f"<int:pk>/{move}/", api.MoveIncident.as_view(move=move), name=move)
        for move in api.MOVES
    ),
    path("<int:pk>/all-clear/", api.AllClear.as_view(), name="all-clear"),
    path("<int:pk>/announcements/", announcement_api.Announcements.as_view(), name="announcements"),
    path(
        "<int:pk>/announcements/preview/",
        announcement_api.PreviewAnnouncement.as_view(),
        name="announcement-preview",
    ),
    path(
        "<int:pk>/announcements/<int:announcement>/approve/",
        announcement_api.ApproveAnnouncement.as_view(),
        name="announcement-approve",
    ),
    path(
        "<int:pk>/announcements/<int:announcement>/discard/",
        announcement_api.DiscardAnnouncement.as_view(),
        name="announcement-discard",
    ),
    path("<int:pk>/widenings/", widening_api.Widenings.as_view(), name="widenings"),
    path(
        "<int:pk>/widenings/preview/",
        widening_api.PreviewWidening.as_view(),
        name="widening-preview",
    ),
    path(
        "<int:pk>/widenings/<int:widening>/approve/",
        widening_api.ApproveWidening.as_view(),
        name="widening-approve",
    ),
    path(
        "<int:pk>/widenings/<int:widening>/discard/",
        widening_api.DiscardWidening.as_view(),
        name="widening-discard",
    ),
    path("<int:pk>/waves/<int:wave>/retract/", api.RetractWave.as_view(), name="retract"),
]
