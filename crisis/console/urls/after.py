"""What follows a declaration: another area, outages, the series, standing down."""

from django.urls import path

from crisis.console.views import after, reshaping

urlpatterns = [
    path("incidents/<int:pk>/after/", after.after, name="incident-after"),
    path("incidents/<int:pk>/reshape/", reshaping.reshape, name="reshape"),
    path("incidents/<int:pk>/reshapings/<int:reshaping>/", reshaping.show, name="reshaping"),
    path(
        "incidents/<int:pk>/reshapings/<int:reshaping>/approve/",
        reshaping.approve,
        name="reshaping-approve",
    ),
    path(
        "incidents/<int:pk>/reshapings/<int:reshaping>/discard/",
        reshaping.discard,
        name="reshaping-discard",
    ),
    path("incidents/<int:pk>/outages/", after.outage, name="outage"),
    path("incidents/<int:pk>/outages/<int:outage>/over/", after.outage_over, name="outage-over"),
    path("incidents/<int:pk>/series/", after.link, name="series"),
    path("incidents/<int:pk>/stand-down/", after.stand_down, name="incident-stand-down"),
    path("incidents/<int:pk>/reopen/", after.reopen, name="incident-reopen"),
    path("incidents/<int:pk>/unresolved/", after.left_open, name="unresolved"),
    path("incidents/<int:pk>/handovers/", after.hand_on, name="hand-on"),
    path(
        "incidents/<int:pk>/handovers/<int:handover>/accept/",
        after.accept,
        name="handover-accept",
    ),
]
