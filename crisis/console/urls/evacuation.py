"""The planner's board of an evacuation."""

from django.urls import path

from crisis.console.views import evacuation

urlpatterns = [
    path("incidents/<int:pk>/evacuation/", evacuation.board, name="evacuation"),
]
