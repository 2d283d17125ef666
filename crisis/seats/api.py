"""Wishes, order, papers and places for programs, by the services of the pages.

People are references; names are read in the registry. Officers' reasons are taken, and shown on
the pages alone.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from crisis.seats import services
from crisis.seats.models import Traveller
from crisis.seats.selectors import (
    counts,
    offer_for,
    offers_of,
    party_for,
    traveller_for,
    travellers_of,
    waiting,
    waiting_parties,
)
from crisis.seats.serializers import (
    AfterIn,
    AnswerIn,
    GatheredOut,
    JoinIn,
    KeepBackIn,
    OfferIn,
    OfferOut,
    PageIn,
    PapersIn,
    PartyOut,
    PlaceClassIn,
    PriorityIn,
    ReasonIn,
    SeatCountsOut,
    SplitIn,
    TravellerOut,
    TravellersOut,
    WaitingOut,
    WishIn,
)
from crisis.seats.states import Wish
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from crisis.transports.models import EvacuationOperation
from crisis.transports.selectors import operation_for, transport_for
from crisis.transports.services.journeys import journey_of

ROWS_A_PAGE = 500


class SeatCounts(APIView):
    capability = Capability.VIEW_INCIDENT

    @extend_schema(responses=SeatCountsOut)
    def get(self, request: Request, incident: int) -> Response:
        return Response(SeatCountsOut(counts(operation_for(acting_user(request), incident))).data)


class Gather(APIView):
    """Bring the travellers up to date with the roll call now."""

    capability = Capability.SEAT

    @extend_schema(request=None, responses=GatheredOut)
    def post(self, request: Request, incident: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        return Response({"changed": services.gather_travellers(operation=operation)})


class IncidentTravellers(APIView):
    """By number, some hundreds at a time: `after` is the last traveller already seen."""

    capability = Capability.VIEW_PERSON

    @extend_schema(parameters=[AfterIn], responses=TravellersOut)
    def get(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation, wanted = operation_for(user, incident), validated(AfterIn(data=request.GET))
        found = travellers_of(user, operation).filter(pk__gt=wanted["after"]).order_by("pk")
        if "wish" in wanted:
            found = found.filter(wish=wanted["wish"])
        rows = list(found[:ROWS_A_PAGE])
        _listed(request, operation, "travellers", len(rows))
        page = {"rows": rows, "next_after": rows[-1].pk if len(rows) == ROWS_A_PAGE else None}
        return Response(TravellersOut(page).data)


class WaitingList(APIView):
    """Who wants to go and holds no place, in order."""

    capability = Capability.VIEW_PERSON

    @extend_schema(parameters=[PageIn], responses=WaitingOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        rows = waiting(_page(request, waiting_parties(operation)))
        _listed(request, operation, "waiting", len(rows))
        return Response(WaitingOut(rows, many=True).data)


class Wishes(APIView):
    """What somebody of the audience told an officer."""

    capability = Capability.SEAT

    @extend_schema(request=WishIn, responses={200: TravellerOut, 204: None})
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        wanted = validated(WishIn(data=request.data))
        row = services.set_wish(
            operation=operation,
            person_ref=wanted["person_ref"],
            wish=Wish(wanted["wish"]),
            officer=user,
            reason=wanted["reason"],
        )
        return Response(TravellerOut(row).data) if row else Response(status=204)


class IncidentOffers(APIView):
    """Offers, those that need somebody first; POST offers places to parties, to all or to none."""

    capability = {"GET": Capability.VIEW_PERSON, "POST": Capability.SEAT}

    @extend_schema(parameters=[PageIn], responses=OfferOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        rows = list(_page(request, offers_of(operation)))
        _listed(request, operation, "offers", len(rows))
        return Response(OfferOut(rows, many=True).data)

    @extend_schema(request=OfferIn, responses={201: OfferOut(many=True)})
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation, wanted = operation_for(user, incident), validated(OfferIn(data=request.data))
        legs = [transport_for(operation, number) for number in wanted["transports"]]
        parties = [
            get_object_or_404(operation.parties, pk=number) for number in set(wanted["parties"])
        ]
        offers = services.make_offers(
            parties=parties,
            journey=journey_of(operation=operation, transports=legs),
            deadline_at=wanted["deadline_at"],
            officer=user,
        )
        return Response(OfferOut(offers, many=True).data, status=201)


class AnswerOffer(APIView):
    """What the party told an officer."""

    capability = Capability.SEAT

    @extend_schema(request=AnswerIn, responses=OfferOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        offer = services.answer_offer(
            offer=offer_for(user, pk),
            takes=validated(AnswerIn(data=request.data))["takes"],
            officer=user,
        )
        return Response(OfferOut(offer).data)


class WithdrawOffer(APIView):
    capability = Capability.SEAT

    @extend_schema(request=ReasonIn, responses=OfferOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        reason = validated(ReasonIn(data=request.data))["reason"]
        offer = services.withdraw_offer(offer=offer_for(user, pk), officer=user, reason=reason)
        return Response(OfferOut(offer).data)


class JoinParties(APIView):
    capability = Capability.SEAT

    @extend_schema(request=JoinIn, responses=PartyOut)
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation, wanted = operation_for(user, incident), validated(JoinIn(data=request.data))
        parties = [
            get_object_or_404(operation.parties, pk=number) for number in set(wanted["parties"])
        ]
        party = services.join_parties(parties=parties, officer=user, reason=wanted["reason"])
        return Response(PartyOut(party).data)


class SplitParty(APIView):
    """Part these travellers into a party of their own; the answer is the new one."""

    capability = Capability.SEAT

    @extend_schema(request=SplitIn, responses=PartyOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        party, wanted = party_for(user, pk), validated(SplitIn(data=request.data))
        chosen = list(party.travellers.filter(pk__in=wanted["travellers"]))
        new = services.split_party(
            party=party, travellers=chosen, officer=user, reason=wanted["reason"]
        )
        return Response(PartyOut(new).data)


class OneTraveller(APIView):
    capability = Capability.VIEW_PERSON

    @extend_schema(responses=TravellerOut)
    def get(self, request: Request, pk: int) -> Response:
        row = traveller_for(acting_user(request), pk)
        audit.record(
            actor=acting_user(request).username,
            act="seat.viewed",
            subject=row.operation.incident.source,
            person=row.person_ref,
        )
        return Response(TravellerOut(row).data)


class TravellerPriority(APIView):
    capability = Capability.SEAT

    @extend_schema(request=PriorityIn, responses=TravellerOut)
    def put(self, request: Request, pk: int) -> Response:
        return _done(request, pk, PriorityIn, services.order_priority)


class TravellerPapers(APIView):
    capability = Capability.SEAT

    @extend_schema(request=PapersIn, responses=TravellerOut)
    def put(self, request: Request, pk: int) -> Response:
        return _done(request, pk, PapersIn, services.set_papers)


class TravellerPlaceClass(APIView):
    capability = Capability.SEAT

    @extend_schema(request=PlaceClassIn, responses=TravellerOut)
    def put(self, request: Request, pk: int) -> Response:
        return _done(request, pk, PlaceClassIn, services.set_place_class)


class TravellerKeptBack(APIView):
    capability = Capability.SEAT

    @extend_schema(request=KeepBackIn, responses=TravellerOut)
    def put(self, request: Request, pk: int) -> Response:
        return _done(request, pk, KeepBackIn, services.keep_back)


class TravellerLetGo(APIView):
    capability = Capability.SEAT

    @extend_schema(request=ReasonIn, responses=TravellerOut)
    def put(self, request: Request, pk: int) -> Response:
        return _done(request, pk, ReasonIn, services.let_go)


def _done(
    request: Request,
    pk: int,
    shape: type[serializers.Serializer],
    act: Callable[..., Traveller],
) -> Response:
    """One act on a traveller; the answer is the traveller after it."""
    user = acting_user(request)
    row = act(
        traveller=traveller_for(user, pk), officer=user, **validated(shape(data=request.data))
    )
    return Response(TravellerOut(row).data)


def _page(request: Request, found: QuerySet[Any]) -> QuerySet[Any]:
    start = (validated(PageIn(data=request.GET))["page"] - 1) * ROWS_A_PAGE
    return found[start : start + ROWS_A_PAGE]


def _listed(request: Request, operation: EvacuationOperation, what: str, shown: int) -> None:
    audit.record(
        actor=acting_user(request).username,
        act="seat.listed",
        subject=operation.incident.source,
        list=what,
        shown=shown,
    )
