"""The live board of an incident: figures, map, wall, list and print."""

from django.urls import path

from crisis.console.views import board, inside

urlpatterns = [
    path("incidents/<int:pk>/live/", board.live, name="incident-live"),
    path("incidents/<int:pk>/parts/<slug:part>/", board.part, name="incident-part"),
    path("incidents/<int:pk>/points/", board.points, name="incident-points"),
    path("incidents/<int:pk>/wall/", board.wall, name="incident-wall"),
    path("incidents/<int:pk>/estimate/", board.estimate, name="incident-estimate"),
    path("incidents/<int:pk>/roster/", inside.roster, name="incident-roster"),
    path("incidents/<int:pk>/print/", inside.printed, name="incident-print"),
]
