"""Places, transports, corridors, and who leaves by themselves."""

from django.urls import path

from crisis.console.views import corridors, leavers, places, transports

_I = "incidents/<int:pk>/"
urlpatterns = [
    path(f"{_I}places/", places.listed, name="places"),
    path(f"{_I}places/new/", places.new, name="place-new"),
    path(f"{_I}places/<int:place>/", places.change, name="place"),
    path(f"{_I}places/<int:place>/retire/", places.retire, name="place-retire"),
    path(f"{_I}transports/", transports.listed, name="transports"),
    path(f"{_I}transports/new/", transports.new, name="transport-new"),
    path(f"{_I}transports/chain/", transports.chain, name="transport-chain"),
    path(f"{_I}transports/<int:transport>/", transports.change, name="transport"),
    path(f"{_I}transports/<int:transport>/status/", transports.status, name="transport-status"),
    path(f"{_I}corridors/", corridors.listed, name="corridors"),
    path(f"{_I}corridors/new/", corridors.new, name="corridor-new"),
    path(f"{_I}corridors/<int:corridor>/", corridors.change, name="corridor"),
    path(f"{_I}corridors/<int:corridor>/check/", corridors.check, name="corridor-check"),
    path(f"{_I}corridors/<int:corridor>/retire/", corridors.retire, name="corridor-retire"),
    path(f"{_I}leavers/", leavers.listed, name="leavers"),
    path(f"{_I}leavers/new/", leavers.file, name="leaver-new"),
    path(f"{_I}leavers/<int:filing>/act/", leavers.act, name="leaver-act"),
    path("expected/", leavers.expected, name="expected"),
    path("expected/<int:pk>/act/", leavers.act_of_receiver, name="expected-act"),
]
