"""/api/boarding/…"""

from django.urls import path

from crisis.boarding import api

app_name = "boarding"
urlpatterns = [
    path("incidents/<int:incident>/walk-ins/", api.IncidentWalkIns.as_view(), name="walk-ins"),
    path("transports/<int:transport>/packs/", api.TransportPacks.as_view(), name="packs"),
    path("transports/<int:transport>/passages/", api.TransportPassages.as_view(), name="passages"),
    path("transports/<int:transport>/scans/", api.TransportScans.as_view(), name="scans"),
    path("packs/<int:pk>/revoke/", api.RevokePack.as_view(), name="revoke"),
    path("packs/<int:pk>/accept/", api.AcceptHeld.as_view(), name="accept"),
    path("walk-ins/<int:pk>/match/", api.MatchWalkIn.as_view(), name="match"),
]
