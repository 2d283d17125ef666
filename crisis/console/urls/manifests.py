"""Manifests of an evacuation."""

from django.urls import path

from crisis.console.views import manifests

urlpatterns = [
    path("incidents/<int:pk>/manifests/", manifests.overview, name="manifests"),
    path("incidents/<int:pk>/manifests/draft/", manifests.draft, name="manifest-draft"),
    path("manifests/<int:pk>/", manifests.show, name="manifest"),
    path("manifests/<int:pk>/seal/", manifests.seal, name="manifest-seal"),
    path("manifests/<int:pk>/download/", manifests.download, name="manifest-download"),
]
