"""/api/rollcall/…"""

from django.urls import path

from crisis.rollcall import api

app_name = "rollcall"
urlpatterns = [
    path("<int:incident>/counts/", api.Counts.as_view(), name="counts"),
    path("<int:incident>/standings/", api.Standings.as_view(), name="standings"),
    path("<int:incident>/estimates/", api.Estimates.as_view(), name="estimates"),
    path(
        "<int:incident>/emergency-contacts/",
        api.EmergencyContacts.as_view(),
        name="emergency-contacts",
    ),
]
