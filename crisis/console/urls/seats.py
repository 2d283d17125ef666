"""意愿与席位: who wants to go, and what they were offered."""

from django.urls import path

from crisis.console.views import seats, traveller

urlpatterns = [
    path("incidents/<int:pk>/seats/", seats.overview, name="seats"),
    path("incidents/<int:pk>/seats/gather/", seats.gather, name="seats-gather"),
    path("incidents/<int:pk>/seats/offer/", seats.offer, name="seats-offer"),
    path("incidents/<int:pk>/seats/join/", seats.join, name="seats-join"),
    path("incidents/<int:pk>/seats/offers/<int:offer>/", seats.decide, name="seats-decide"),
    path("incidents/<int:pk>/seats/people/<int:person>/", traveller.show, name="seats-person"),
]
