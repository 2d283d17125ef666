"""Every staff page."""

from django.urls import path

from crisis.console.views import (
    advisories,
    announcements,
    audit,
    declare,
    home,
    incident,
    manifests,
    people,
    session,
    status,
    triage,
)

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("login/", session.log_in, name="login"),
    path("logout/", session.log_out, name="logout"),
    path("language/", session.language, name="language"),
    path("incidents/declare/", declare.declare, name="declare"),
    path("incidents/declare/confirm/", declare.confirm, name="declare-confirm"),
    path("incidents/<int:pk>/", incident.room, name="incident"),
    path("incidents/<int:pk>/panel/", incident.panel, name="incident-panel"),
    path("incidents/<int:pk>/approve/", declare.approve, name="incident-approve"),
    path("incidents/<int:pk>/discard/", declare.discard, name="incident-discard"),
    path("incidents/<int:pk>/stand-down/", incident.stand_down, name="incident-stand-down"),
    path("incidents/<int:pk>/reopen/", incident.reopen, name="incident-reopen"),
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
    path("incidents/<int:pk>/people/<int:person>/", incident.person, name="incident-person"),
    path(
        "incidents/<int:pk>/people/<int:person>/contacts/",
        incident.release_contacts,
        name="release-contacts",
    ),
    path("incidents/<int:pk>/manifests/draft/", manifests.draft, name="manifest-draft"),
    path("manifests/<int:pk>/", manifests.show, name="manifest"),
    path("manifests/<int:pk>/seal/", manifests.seal, name="manifest-seal"),
    path("manifests/<int:pk>/download/", manifests.download, name="manifest-download"),
    path("people/", people.search, name="people"),
    path("people/<int:pk>/", people.show, name="person"),
    path("triage/", triage.waiting, name="triage"),
    path("triage/<int:pk>/", triage.decide, name="triage-reply"),
    path("triage/<int:pk>/noted/", triage.note, name="triage-note"),
    path("advisories/", advisories.in_force, name="advisories"),
    path("advisories/issue/", advisories.issue, name="advisory-issue"),
    path("advisories/<int:pk>/withdraw/", advisories.withdraw, name="advisory-withdraw"),
    path("audit/", audit.entries, name="audit"),
    path("status/", status.overview, name="status"),
]
