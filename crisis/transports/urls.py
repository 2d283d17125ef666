"""/api/operations/…"""

from django.urls import path

from crisis.transports import api, leavers_api

app_name = "transports"
urlpatterns = [
    path("expected/", leavers_api.Expected.as_view(), name="expected"),
    path("expected/<int:pk>/crossed/", leavers_api.CrossedHere.as_view(), name="crossed-here"),
    path("<int:incident>/", api.Operation.as_view(), name="operation"),
    path("<int:incident>/end/", api.EndOperation.as_view(), name="end"),
    path("<int:incident>/places/", api.Places.as_view(), name="places"),
    path("<int:incident>/places/<int:pk>/", api.OnePlace.as_view(), name="place"),
    path("<int:incident>/transports/", api.Transports.as_view(), name="transports"),
    path("<int:incident>/transports/<int:pk>/", api.OneTransport.as_view(), name="transport"),
    path(
        "<int:incident>/transports/<int:pk>/status/",
        api.StatusOfTransport.as_view(),
        name="transport-status",
    ),
    path("<int:incident>/journeys/", api.Journeys.as_view(), name="journeys"),
    path("<int:incident>/corridors/", api.Corridors.as_view(), name="corridors"),
    path("<int:incident>/corridors/<int:pk>/", api.OneCorridor.as_view(), name="corridor"),
    path("<int:incident>/corridors/<int:pk>/check/", api.CheckCorridor.as_view(), name="check"),
    path("<int:incident>/leavers/", leavers_api.Filings.as_view(), name="leavers"),
    path("<int:incident>/leavers/<int:pk>/crossed/", leavers_api.Crossed.as_view(), name="crossed"),
]
