"""登乘: gates, their packs, who passed, and people who are on no list."""

from django.urls import path

from crisis.console.views import boarding

_ROOT = "incidents/<int:pk>/boarding/"
urlpatterns = [
    path(_ROOT, boarding.overview, name="boarding"),
    path(f"{_ROOT}transports/<int:transport>/", boarding.passages, name="boarding-transport"),
    path(f"{_ROOT}transports/<int:transport>/packs/", boarding.issue, name="boarding-issue"),
    path(f"{_ROOT}transports/<int:transport>/scans/", boarding.record, name="boarding-record"),
    path(f"{_ROOT}transports/<int:transport>/rest/", boarding.rest, name="boarding-rest"),
    path(f"{_ROOT}packs/<int:pack>/revoke/", boarding.revoke, name="boarding-revoke"),
    path(f"{_ROOT}packs/<int:pack>/accept/", boarding.accept, name="boarding-accept"),
    path(f"{_ROOT}walk-ins/", boarding.walk_ins, name="boarding-walk-ins"),
    path(f"{_ROOT}walk-ins/<int:walk_in>/", boarding.match, name="boarding-match"),
]
