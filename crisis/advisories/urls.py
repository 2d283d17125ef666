"""/api/advisories/"""

from django.urls import path

from crisis.advisories import api

app_name = "advisories"
urlpatterns = [
    path("", api.Advisories.as_view(), name="advisories"),
    path("in-force/", api.AdvisoriesInForce.as_view(), name="in-force"),
    path("<int:pk>/withdraw/", api.WithdrawAdvisory.as_view(), name="withdraw"),
]
