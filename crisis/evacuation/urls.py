"""/api/evacuation/"""

from django.urls import path

from crisis.evacuation import api

app_name = "evacuation"
urlpatterns = [
    path("incidents/<int:incident>/manifests/", api.IncidentManifests.as_view(), name="manifests"),
    path("manifests/<int:pk>/", api.OneManifest.as_view(), name="manifest"),
    path("manifests/<int:pk>/rows/", api.ManifestRows.as_view(), name="rows"),
    path("manifests/<int:pk>/difference/", api.ManifestDifference.as_view(), name="difference"),
    path("manifests/<int:pk>/seal/", api.SealManifest.as_view(), name="seal"),
    path("manifests/<int:pk>/export/", api.ExportManifest.as_view(), name="export"),
]
