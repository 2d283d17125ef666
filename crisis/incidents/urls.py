"""/api/incidents/…"""

from django.urls import path

from crisis.incidents import api

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
    path("<int:pk>/waves/<int:wave>/retract/", api.RetractWave.as_view(), name="retract"),
]
