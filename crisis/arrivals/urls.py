"""/api/arrivals/"""

from django.urls import path

from crisis.arrivals import api

app_name = "arrivals"
urlpatterns = [
    path(
        "incidents/<int:incident>/reconciliation/",
        api.OperationReconciliation.as_view(),
        name="reconciliation",
    ),
    path("havens/<int:pk>/", api.Haven.as_view(), name="haven"),
    path("havens/<int:pk>/arrivals/", api.HavenArrivals.as_view(), name="record"),
    path("arrivals/<int:pk>/undo/", api.UndoArrival.as_view(), name="undo"),
    path("stays/<int:pk>/", api.OneStay.as_view(), name="stay"),
    path("stays/<int:pk>/guardian/", api.StayGuardian.as_view(), name="guardian"),
    path("stays/<int:pk>/leave/", api.LeaveStay.as_view(), name="leave"),
    path("stays/<int:pk>/readmit/", api.ReadmitStay.as_view(), name="readmit"),
]
