"""/api/seats/"""

from django.urls import path

from crisis.seats import api

app_name = "seats"
urlpatterns = [
    path("incidents/<int:incident>/", api.SeatCounts.as_view(), name="counts"),
    path("incidents/<int:incident>/gather/", api.Gather.as_view(), name="gather"),
    path("incidents/<int:incident>/travellers/", api.IncidentTravellers.as_view(), name="all"),
    path("incidents/<int:incident>/waiting/", api.WaitingList.as_view(), name="waiting"),
    path("incidents/<int:incident>/wishes/", api.Wishes.as_view(), name="wishes"),
    path("incidents/<int:incident>/offers/", api.IncidentOffers.as_view(), name="offers"),
    path("incidents/<int:incident>/join/", api.JoinParties.as_view(), name="join"),
    path("parties/<int:pk>/split/", api.SplitParty.as_view(), name="split"),
    path("travellers/<int:pk>/", api.OneTraveller.as_view(), name="traveller"),
    path("travellers/<int:pk>/priority/", api.TravellerPriority.as_view(), name="priority"),
    path("travellers/<int:pk>/papers/", api.TravellerPapers.as_view(), name="papers"),
    path("travellers/<int:pk>/place-class/", api.TravellerPlaceClass.as_view(), name="place-class"),
    path("travellers/<int:pk>/kept-back/", api.TravellerKeptBack.as_view(), name="kept-back"),
    path("travellers/<int:pk>/let-go/", api.TravellerLetGo.as_view(), name="let-go"),
    path("offers/<int:pk>/answer/", api.AnswerOffer.as_view(), name="answer"),
    path("offers/<int:pk>/withdraw/", api.WithdrawOffer.as_view(), name="withdraw"),
]
