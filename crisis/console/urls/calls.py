"""Telephoning the silent: the list of an incident, and one call."""

from django.urls import path

from crisis.console.views import calls

urlpatterns = [
    path("incidents/<int:pk>/calls/", calls.overview, name="calls"),
    path("incidents/<int:pk>/calls/next/", calls.take, name="call-next"),
    path("incidents/<int:pk>/calls/<int:call>/", calls.show, name="call"),
    path("incidents/<int:pk>/calls/<int:call>/renew/", calls.renew, name="call-renew"),
    path("incidents/<int:pk>/calls/<int:call>/leave/", calls.leave, name="call-leave"),
    path("incidents/<int:pk>/calls/<int:call>/release/", calls.release, name="call-release"),
    path("incidents/<int:pk>/calls/<int:call>/undo/", calls.undo, name="call-undo"),
    path("incidents/<int:pk>/calls/<int:call>/contacts/", calls.ask_contacts, name="call-contacts"),
]
