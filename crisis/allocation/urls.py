"""/api/allocation/"""

from django.urls import path

from crisis.allocation import api

app_name = "allocation"
urlpatterns = [
    path("incidents/<int:incident>/plans/", api.IncidentPlans.as_view(), name="plans"),
    path("plan-runs/<int:pk>/", api.OnePlanRun.as_view(), name="run"),
    path("plans/<int:pk>/", api.OnePlan.as_view(), name="plan"),
    path("plans/<int:pk>/placements/", api.PlanPlacements.as_view(), name="placements"),
    path("plans/<int:pk>/moved/", api.PlanMoves.as_view(), name="moved"),
    path("plans/<int:pk>/adopt/", api.AdoptPlan.as_view(), name="adopt"),
    path("plans/<int:pk>/discard/", api.DiscardPlan.as_view(), name="discard"),
    path("plans/<int:pk>/move/", api.MoveParty.as_view(), name="move"),
    path("plans/<int:pk>/release/", api.ReleaseParty.as_view(), name="release"),
]
