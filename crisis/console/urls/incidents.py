"""The rooms of an incident, from its declaration on."""

from django.urls import path

from crisis.console.views import announcements, declare, incident, widening

urlpatterns = [
    path("incidents/declare/", declare.declare, name="declare"),
    path("incidents/declare/confirm/", declare.confirm, name="declare-confirm"),
    path("incidents/<int:pk>/", incident.room, name="incident"),
    path("incidents/<int:pk>/approve/", declare.approve, name="incident-approve"),
    path("incidents/<int:pk>/discard/", declare.discard, name="incident-discard"),
    path("incidents/<int:pk>/all-clear/", incident.all_clear, name="incident-all-clear"),
    path("incidents/<int:pk>/waves/<int:wave>/retract/", incident.retract, name="wave-retract"),
    path("incidents/<int:pk>/announce/<slug:kind>/", announcements.announce, name="announce"),
    path(
        "incidents/<int:pk>/announcements/<int:announcement>/",
        announcements.show,
        name="announcement",
    ),
    path(
        "incidents/<int:pk>/announcements/<int:announcement>/approve/",
        announcements.approve,
        name="announcement-approve",
    ),
    path(
        "incidents/<int:pk>/announcements/<int:announcement>/discard/",
        announcements.discard,
        name="announcement-discard",
    ),
    path("incidents/<int:pk>/widen/", widening.widen, name="widen"),
    path("incidents/<int:pk>/widenings/<int:widening>/", widening.show, name="widening"),
    path(
        "incidents/<int:pk>/widenings/<int:widening>/approve/",
        widening.approve,
        name="widening-approve",
    ),
    path(
        "incidents/<int:pk>/widenings/<int:widening>/discard/",
        widening.discard,
        name="widening-discard",
    ),
    path("incidents/<int:pk>/people/<int:person>/", incident.person, name="incident-person"),
    path(
        "incidents/<int:pk>/people/<int:person>/contacts/",
        incident.release_contacts,
        name="release-contacts",
    ),
]
