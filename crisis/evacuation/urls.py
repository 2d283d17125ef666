"""/api/evacuation/"""

from django.urls import path

from crisis.evacuation import api, api_releases

app_name = "evacuation"
urlpatterns = [
    path("incidents/<int:incident>/manifests/", api.IncidentManifests.as_view(), name="manifests"),
    path("manifests/<int:pk>/", api.OneManifest.as_view(), name="manifest"),
    path("manifests/<int:pk>/rows/", api.ManifestRows.as_view(), name="rows"),
    path("manifests/<int:pk>/difference/", api.ManifestDifference.as_view(), name="difference"),
    path("manifests/<int:pk>/seal/", api.SealManifest.as_view(), name="seal"),
    path("manifests/<int:pk>/export/", api.ExportManifest.as_view(), name="export"),
    path(
        "incidents/<int:incident>/releases/",
        api_releases.IncidentReleases.as_view(),
        name="releases",
    ),
    path("releases/<int:pk>/decide/", api_releases.DecideRelease.as_view(), name="decide"),
    path("releases/<int:pk>/revoke/", api_releases.RevokeRelease.as_view(), name="revoke"),
    path("releases/<int:pk>/review/", api_releases.ReviewRelease.as_view(), name="review"),
]
