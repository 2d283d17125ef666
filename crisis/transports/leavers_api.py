"""Who leaves by themselves, for programs. Names are personal data: reading them is audited."""

from collections.abc import Sequence
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
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from crisis.transports import services
from crisis.transports.models import EvacuationOperation, SelfEvacuation
from crisis.transports.selectors import (
    corridor_for,
    expected_for,
    filing_for,
    filings_of,
    operation_for,
    parties_of,
)

MOST = 1_000


class LeaverOut(serializers.Serializer):
    """`person_ref` is null for who is not registered."""

    person_ref = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()


class FilingOut(serializers.Serializer):
    """`post` is the code of the post that waits, null where none serves that country."""

    id = serializers.IntegerField()
    incident = serializers.IntegerField()
    corridor = serializers.IntegerField(allow_null=True)
    to_country = serializers.CharField()
    post = serializers.CharField(allow_null=True)
    state = serializers.CharField()
    expected_at = serializers.DateTimeField()
    arrived_at = serializers.DateTimeField(allow_null=True)
    filed_at = serializers.DateTimeField()
    route = serializers.CharField()
    contact = serializers.CharField()
    people = LeaverOut(many=True)


class FilingIn(serializers.Serializer):
    """`key` is the program's own name for the filing: sent again it files nothing. Either a
    corridor or a country; people by number where they are registered, else by name."""

    key = serializers.CharField(max_length=40)
    expected_at = serializers.DateTimeField()
    corridor = serializers.IntegerField(allow_null=True, default=None)
    to_country = serializers.CharField(max_length=2, allow_blank=True, default="")
    route = serializers.CharField(max_length=1000, allow_blank=True, default="")
    contact = serializers.CharField(max_length=200, allow_blank=True, default="")
    person_refs = serializers.ListField(child=serializers.IntegerField(min_value=1), default=list)
    names = serializers.ListField(child=serializers.CharField(max_length=80), default=list)


class CrossedIn(serializers.Serializer):
    at = serializers.DateTimeField()


class Filings(APIView):
    """The parties of one operation; POST writes down one that an officer was told of."""

    capability = Capability.VIEW_PERSON  # to write, the service asks for planning or recording

    @extend_schema(responses=FilingOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        return Response(_listed(user, filings_of(operation), f"operation:{operation.pk}"))

    @extend_schema(request=FilingIn, responses={201: FilingOut})
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        data = validated(FilingIn(data=request.data))
        key = data.pop("key")
        filing = services.file_for(
            operation=operation, draft=_draft(operation, data), key=key, officer=user
        )
        return Response(_out([filing])[0], status=201)


def _draft(operation: EvacuationOperation, data: dict[str, Any]) -> services.FilingDraft:
    number = data.pop("corridor")
    corridor = corridor_for(operation, number) if number is not None else None
    return services.FilingDraft(corridor=corridor, **data)


class Crossed(APIView):
    """POST records that the party is across, DELETE takes that back."""

    capability = Capability.RECORD

    @extend_schema(request=CrossedIn, responses=FilingOut)
    def post(self, request: Request, incident: int, pk: int) -> Response:
        user = acting_user(request)
        filing = filing_for(operation_for(user, incident), pk)
        data = validated(CrossedIn(data=request.data))
        return Response(_out([services.record_crossing(filing=filing, officer=user, **data)])[0])

    @extend_schema(request=None, responses=FilingOut)
    def delete(self, request: Request, incident: int, pk: int) -> Response:
        user = acting_user(request)
        filing = filing_for(operation_for(user, incident), pk)
        return Response(_out([services.take_back_crossing(filing=filing, officer=user)])[0])


class Expected(APIView):
    """Everybody who is due at one's own posts by themselves, whichever post's incident it is."""

    capability = Capability.VIEW_PERSON

    @extend_schema(responses=FilingOut(many=True))
    def get(self, request: Request) -> Response:
        user = acting_user(request)
        return Response(_listed(user, expected_for(user), "expected"))


class CrossedHere(APIView):
    """The post that waits records that a party is across."""

    capability = Capability.RECORD

    @extend_schema(request=CrossedIn, responses=FilingOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        filing = get_object_or_404(expected_for(user), pk=pk)
        data = validated(CrossedIn(data=request.data))
        return Response(_out([services.record_crossing(filing=filing, officer=user, **data)])[0])


def _listed(user: User, filings: QuerySet[SelfEvacuation], subject: str) -> Sequence[Any]:
    found = _out(list(filings[:MOST]))
    if people := sum(len(one["people"]) for one in found):
        audit.record(
            actor=user.username, act="selfevacuation.listed", subject=subject, people=people
        )
    return found


def _out(filings: Sequence[SelfEvacuation]) -> list[Any]:
    parties = parties_of(filings)
    rows = [
        {
            "id": one.pk,
            "incident": one.operation.incident_id,
            "corridor": one.corridor_id,
            "to_country": one.to_country,
            "post": one.receiving_post.code if one.receiving_post else None,
            "people": [{"person_ref": ref, "name": name} for ref, name in parties[one.pk]],
            "state": one.state,
            "expected_at": one.expected_at,
            "arrived_at": one.arrived_at,
            "filed_at": one.filed_at,
            "route": one.route,
            "contact": one.contact,
        }
        for one in filings
    ]
    return list(FilingOut(rows, many=True).data)
