"""The only address of the event-stream process."""

from django.urls import path

from crisis.console.stream import incident_stream

urlpatterns = [path("stream/incidents/<int:pk>/", incident_stream, name="incident-stream")]
handler404 = "crisis.console.stream.nothing_here"
