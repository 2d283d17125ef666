"""Cases of help."""

from django.urls import path

from crisis.console.views import case, case_handovers, cases

urlpatterns = [
    path("cases/", cases.overview, name="cases"),
    path("cases/new/", cases.new, name="case-new"),
    path("cases/requests/<int:pk>/open/", cases.release, name="help-request-open"),
    path("cases/hand-over/", case_handovers.overview, name="hand-overs"),
    path("cases/hand-over/<int:pk>/", case_handovers.show, name="hand-over"),
    path("cases/hand-over/<int:pk>/accept/", case_handovers.accept, name="hand-over-accept"),
    path("cases/hand-over/<int:pk>/withdraw/", case_handovers.withdraw, name="hand-over-withdraw"),
    path("cases/<int:pk>/", case.show, name="case"),
    path("cases/<int:pk>/merges/<int:merge>/undo/", case.undo_merge, name="case-merge-undo"),
    path("cases/<int:pk>/<slug:name>/", case.act, name="case-act"),
    path("incidents/<int:pk>/cases/", cases.of_incident, name="incident-cases"),
]
