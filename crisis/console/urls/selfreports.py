"""People who reported themselves in an incident."""

from django.urls import path

from crisis.console.views import selfreports

urlpatterns = [
    path("incidents/<int:pk>/self-reports/", selfreports.overview, name="selfreports"),
    path("incidents/<int:pk>/self-reports/poster/", selfreports.poster, name="selfreport-poster"),
    path("incidents/<int:pk>/self-reports/<int:report>/", selfreports.show, name="selfreport"),
]
