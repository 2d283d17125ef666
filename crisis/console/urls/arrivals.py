"""Who is where, and what a safe haven does with whoever arrives."""

from django.urls import path

from crisis.console.views import arrivals, reconciliation, stays

urlpatterns = [
    path("incidents/<int:pk>/reconciliation/", reconciliation.show, name="reconciliation"),
    path("incidents/<int:pk>/havens/", arrivals.of_incident, name="incident-havens"),
    path("havens/", arrivals.havens, name="havens"),
    path("havens/<int:pk>/", arrivals.haven, name="haven"),
    path("havens/<int:pk>/arrived/<int:transport>/", arrivals.arrived, name="haven-arrived"),
    path("havens/<int:pk>/stranger/", arrivals.stranger, name="haven-stranger"),
    path("havens/<int:pk>/print/", arrivals.printed, name="haven-print"),
    path("havens/<int:pk>/leave/", arrivals.leave, name="haven-leave"),
    path("arrivals/<int:pk>/undo/", arrivals.undo, name="arrival-undo"),
    path("stays/<int:pk>/", stays.show, name="stay"),
    path("stays/<int:pk>/change/", stays.change, name="stay-change"),
    path("stays/<int:pk>/guardian/", stays.guardian, name="stay-guardian"),
    path("stays/<int:pk>/leave/", stays.leave, name="stay-leave"),
    path("stays/<int:pk>/readmit/", stays.readmit, name="stay-readmit"),
    path("stays/<int:pk>/consent/", stays.consent, name="stay-consent"),
]
