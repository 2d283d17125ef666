"""Manifests of an evacuation."""

from django.urls import path

from crisis.console.views import manifests, releases

urlpatterns = [
    path("incidents/<int:pk>/manifests/", manifests.overview, name="manifests"),
    path("incidents/<int:pk>/manifests/draft/", manifests.draft, name="manifest-draft"),
    path("manifests/<int:pk>/", manifests.show, name="manifest"),
    path("manifests/<int:pk>/changes/", manifests.changes, name="manifest-changes"),
    path("manifests/<int:pk>/seal/", manifests.seal, name="manifest-seal"),
    path("manifests/<int:pk>/download/", manifests.download, name="manifest-download"),
    path("incidents/<int:pk>/releases/", releases.overview, name="releases"),
    path("incidents/<int:pk>/releases/ask/", releases.ask, name="release-ask"),
    path("releases/<int:pk>/decide/", releases.decide, name="release-decide"),
    path("releases/<int:pk>/revoke/", releases.revoke, name="release-revoke"),
    path("releases/<int:pk>/review/", releases.review, name="release-review"),
]
