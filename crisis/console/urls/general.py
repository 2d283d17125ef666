"""What belongs to no incident: log-in, the replies, advisories, the audit, the state of things."""

from django.urls import path

from crisis.console.views import advisories, audit, home, map, session, status, triage

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", session.log_in, name="login"),
    path("logout/", session.log_out, name="logout"),
    path("language/", session.language, name="language"),
    path("triage/", triage.waiting, name="triage"),
    path("triage/<int:pk>/", triage.decide, name="triage-reply"),
    path("triage/words/<int:pk>/<int:person>/", triage.judge, name="triage-judge"),
    path("triage/<int:pk>/noted/", triage.note, name="triage-note"),
    path("advisories/", advisories.in_force, name="advisories"),
    path("advisories/issue/", advisories.issue, name="advisory-issue"),
    path("advisories/<int:pk>/withdraw/", advisories.withdraw, name="advisory-withdraw"),
    path("audit/", audit.entries, name="audit"),
    path("map/places/", map.places, name="map-places"),
    path("status/", status.overview, name="status"),
]
