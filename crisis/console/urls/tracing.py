"""Relatives who ask after somebody."""

from django.urls import path

from crisis.console.views import tracing

urlpatterns = [
    path("enquiries/", tracing.overview, name="enquiries"),
    path("enquiries/new/", tracing.new, name="enquiry-new"),
    path("enquiries/<int:pk>/", tracing.show, name="enquiry"),
    path("enquiries/<int:pk>/match/", tracing.match, name="enquiry-match"),
    path("enquiries/<int:pk>/undo/", tracing.undo, name="enquiry-undo"),
    path("enquiries/<int:pk>/tell/", tracing.tell, name="enquiry-tell"),
    path("enquiries/<int:pk>/answer/", tracing.answer, name="enquiry-answer"),
    path("enquiries/<int:pk>/asker/", tracing.asker, name="enquiry-asker"),
    path("enquiries/<int:pk>/permission/", tracing.permission, name="enquiry-permission"),
    path("enquiries/<int:pk>/case/", tracing.case, name="enquiry-case"),
    path("enquiries/<int:pk>/close/", tracing.close, name="enquiry-close"),
    path("enquiries/<int:pk>/reopen/", tracing.reopen, name="enquiry-reopen"),
    path("incidents/<int:pk>/enquiries/", tracing.of_incident, name="incident-enquiries"),
]
