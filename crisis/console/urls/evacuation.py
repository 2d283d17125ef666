"""The planner's board of an evacuation, and the operation itself."""

from django.urls import path

from crisis.console.views import evacuation, operation

urlpatterns = [
    path("incidents/<int:pk>/evacuation/", evacuation.board, name="evacuation"),
    path("incidents/<int:pk>/evacuation/open/", operation.open_it, name="evacuation-open"),
    path("incidents/<int:pk>/evacuation/end/", operation.end, name="evacuation-end"),
    path("incidents/<int:pk>/evacuation/reopen/", operation.reopen, name="evacuation-reopen"),
    path("incidents/<int:pk>/evacuation/move/", evacuation.move, name="evacuation-move"),
    path(
        "incidents/<int:pk>/evacuation/<int:transport>/parties/",
        evacuation.parties,
        name="evacuation-parties",
    ),
    path(
        "incidents/<int:pk>/evacuation/<int:transport>/print/",
        evacuation.gate_list,
        name="evacuation-print",
    ),
]
