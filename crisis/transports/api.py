"""Evacuations for programs: places, transports and corridors, by the same services."""

from dataclasses import replace

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel.api import validated
from config.kernel.errors import DomainError
from crisis.incidents.selectors import incident_for
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from crisis.transports import services
from crisis.transports.models import Corridor, EvacuationOperation, Place, Transport
from crisis.transports.selectors import (
    corridor_for,
    corridors_of,
    journeys_of,
    operation_for,
    place_for,
    transport_for,
    transports_of,
)
from crisis.transports.states import (
    CorridorStatus,
    Disclosure,
    PlaceKind,
    TransportKind,
    TransportStatus,
)
from registry.models import Post

READ_PLAN = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.PLAN}


class OperationOut(serializers.ModelSerializer):
    opened_by = serializers.CharField(source="opened_by.username")

    class Meta:
        model = EvacuationOperation
        fields = ("id", "incident", "name", "state", "opened_by", "opened_at", "ended_at")


class OperationIn(serializers.Serializer):
    name = serializers.CharField(max_length=80)


class EvacuationPlaceOut(serializers.ModelSerializer):
    """Without the people who work there."""

    post = serializers.CharField(source="post.code", default=None)

    class Meta:
        model = Place
        fields = (
            "id", "kind", "name_zh", "name_en", "country", "code", "latitude", "longitude",
            "time_zone", "directions", "beds", "post", "disclosure", "retired_at",
        )  # fmt: skip


class EvacuationPlaceIn(serializers.Serializer):
    """Without `time_zone` that of the nearest known town counts. `post` is a post's code."""

    kind = serializers.ChoiceField(choices=PlaceKind.choices)
    name_zh = serializers.CharField(max_length=80)
    name_en = serializers.CharField(max_length=80, allow_blank=True, default="")
    country = serializers.CharField(max_length=2)
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    disclosure = serializers.ChoiceField(choices=Disclosure.choices)
    code = serializers.CharField(max_length=5, allow_blank=True, default="")
    time_zone = serializers.CharField(max_length=40, allow_blank=True, default="")
    directions = serializers.CharField(max_length=300, allow_blank=True, default="")
    contact = serializers.CharField(max_length=300, allow_blank=True, default="")
    beds = serializers.IntegerField(min_value=0, default=0)
    post = serializers.SlugRelatedField(
        slug_field="code", queryset=Post.objects.all(), allow_null=True, default=None
    )

    def draft(self) -> services.PlaceDraft:
        return services.PlaceDraft(**validated(self))


class TransportOut(serializers.ModelSerializer):
    class Meta:
        model = Transport
        fields = (
            "id", "kind", "number", "carrier", "carrier_code", "origin", "destination", "stops",
            "departs_at", "arrives_at", "seats", "wheelchairs", "stretchers", "laps", "baggage_kg",
            "payload_kg", "status", "status_at", "note",
        )  # fmt: skip


class TransportIn(serializers.Serializer):
    """`origin` and `destination` are numbers of places of this operation; moments carry their
    offset."""

    kind = serializers.ChoiceField(choices=TransportKind.choices)
    number = serializers.CharField(max_length=20)
    origin = serializers.IntegerField()
    destination = serializers.IntegerField()
    departs_at = serializers.DateTimeField()
    arrives_at = serializers.DateTimeField()
    seats = serializers.IntegerField(min_value=0)
    wheelchairs = serializers.IntegerField(min_value=0, default=0)
    stretchers = serializers.IntegerField(min_value=0, default=0)
    laps = serializers.IntegerField(min_value=0, default=0)
    carrier = serializers.CharField(max_length=60, allow_blank=True, default="")
    carrier_code = serializers.CharField(max_length=3, allow_blank=True, default="")
    stops = serializers.ListField(child=serializers.CharField(max_length=5), default=list)
    baggage_kg = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    payload_kg = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    note = serializers.CharField(max_length=300, allow_blank=True, default="")

    def draft(self, operation: EvacuationOperation) -> services.TransportDraft:
        data = validated(self)
        places = operation.places.in_bulk([data["origin"], data["destination"]])
        for field in ("origin", "destination"):
            if data[field] not in places:
                raise DomainError(
                    "bad_place", _("此地点不属于本次行动，或已停用。"), {"field": field}
                )
            data[field] = places[data[field]]
        return services.TransportDraft(**data)


class JourneyOut(serializers.Serializer):
    """`transports` in order; `wrong` says why they no longer fit each other, or is empty."""

    id = serializers.IntegerField()
    transports = serializers.ListField(child=serializers.IntegerField())
    wrong = serializers.CharField()


class ChainIn(serializers.Serializer):
    transports = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=8)


class TransportStatusIn(serializers.Serializer):
    status = serializers.ChoiceField(choices=TransportStatus.choices)


class CorridorOut(serializers.ModelSerializer):
    near_post = serializers.CharField(source="near_post.code")
    far_post = serializers.CharField(source="far_post.code")
    checked_by = serializers.CharField(source="checked_by.username")
    under_way = serializers.IntegerField()

    class Meta:
        model = Corridor
        fields = (
            "id", "name", "from_country", "to_country", "latitude", "longitude", "hours",
            "visa_rule", "advice", "near_post", "far_post", "status", "disclosure", "checked_at",
            "checked_by", "under_way",
        )  # fmt: skip


class CorridorIn(serializers.Serializer):
    name = serializers.CharField(max_length=80)
    from_country = serializers.CharField(max_length=2)
    to_country = serializers.CharField(max_length=2)
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    hours = serializers.CharField(max_length=200)
    visa_rule = serializers.CharField(max_length=300)
    advice = serializers.CharField(max_length=500, allow_blank=True, default="")
    near_post = serializers.SlugRelatedField(slug_field="code", queryset=Post.objects.all())
    far_post = serializers.SlugRelatedField(slug_field="code", queryset=Post.objects.all())
    status = serializers.ChoiceField(choices=CorridorStatus.choices)
    disclosure = serializers.ChoiceField(choices=Disclosure.choices)

    def draft(self) -> services.CorridorDraft:
        return services.CorridorDraft(**validated(self))


class CorridorStatusIn(serializers.Serializer):
    status = serializers.ChoiceField(choices=CorridorStatus.choices)


class Operation(APIView):
    """The evacuation of an incident; POST opens it."""

    capability = READ_PLAN

    @extend_schema(responses=OperationOut)
    def get(self, request: Request, incident: int) -> Response:
        return Response(OperationOut(operation_for(acting_user(request), incident)).data)

    @extend_schema(request=OperationIn, responses={201: OperationOut})
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        found = incident_for(user, incident)
        data = validated(OperationIn(data=request.data))
        operation = services.open_operation(incident=found, planner=user, **data)
        return Response(OperationOut(operation).data, status=201)


class EndOperation(APIView):
    """POST ends it, DELETE takes the end back."""

    capability = Capability.PLAN

    @extend_schema(request=None, responses=OperationOut)
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        return Response(
            OperationOut(services.end_operation(operation=operation, planner=user)).data
        )

    @extend_schema(request=None, responses=OperationOut)
    def delete(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        reopened = services.reopen_operation(operation=operation, planner=user)
        return Response(OperationOut(reopened).data)


class Places(APIView):
    capability = READ_PLAN

    @extend_schema(responses=EvacuationPlaceOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        places = operation.places.select_related("post").defer("contact")
        return Response(EvacuationPlaceOut(places, many=True).data)

    @extend_schema(request=EvacuationPlaceIn, responses={201: EvacuationPlaceOut})
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        draft = EvacuationPlaceIn(data=request.data).draft()
        place = services.add_place(operation=operation, draft=draft, planner=user)
        return Response(EvacuationPlaceOut(place).data, status=201)


class OnePlace(APIView):
    """PUT writes it anew (an empty `contact` keeps the one there is), DELETE retires it."""

    capability = Capability.PLAN

    @extend_schema(request=EvacuationPlaceIn, responses=EvacuationPlaceOut)
    def put(self, request: Request, incident: int, pk: int) -> Response:
        user = acting_user(request)
        place = place_for(operation_for(user, incident), pk)
        draft = EvacuationPlaceIn(data=request.data).draft()
        draft = replace(draft, contact=draft.contact or place.contact)
        return Response(
            EvacuationPlaceOut(services.change_place(place=place, draft=draft, planner=user)).data
        )

    @extend_schema(request=None, responses=EvacuationPlaceOut)
    def delete(self, request: Request, incident: int, pk: int) -> Response:
        user = acting_user(request)
        place = place_for(operation_for(user, incident), pk)
        return Response(EvacuationPlaceOut(services.retire_place(place=place, planner=user)).data)


class Transports(APIView):
    capability = READ_PLAN

    @extend_schema(responses=TransportOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        return Response(TransportOut(transports_of(operation), many=True).data)

    @extend_schema(request=TransportIn, responses={201: TransportOut})
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        draft = TransportIn(data=request.data).draft(operation)
        added = services.add_transport(operation=operation, draft=draft, planner=user)
        return Response(TransportOut(added).data, status=201)


class OneTransport(APIView):
    capability = {"GET": Capability.VIEW_INCIDENT, "PUT": Capability.PLAN}

    @extend_schema(responses=TransportOut)
    def get(self, request: Request, incident: int, pk: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        return Response(TransportOut(transport_for(operation, pk)).data)

    @extend_schema(request=TransportIn, responses=TransportOut)
    def put(self, request: Request, incident: int, pk: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        transport = transport_for(operation, pk)
        draft = TransportIn(data=request.data).draft(operation)
        changed = services.change_transport(transport=transport, draft=draft, planner=user)
        return Response(TransportOut(changed).data)


class StatusOfTransport(APIView):
    """One step of its life: planned, confirmed, boarding, departed, arrived, or cancelled."""

    capability = Capability.PLAN

    @extend_schema(request=TransportStatusIn, responses=TransportOut)
    def post(self, request: Request, incident: int, pk: int) -> Response:
        user = acting_user(request)
        transport = transport_for(operation_for(user, incident), pk)
        status = TransportStatus(validated(TransportStatusIn(data=request.data))["status"])
        changed = services.set_status(transport=transport, status=status, planner=user)
        return Response(TransportOut(changed).data)


class Journeys(APIView):
    """Chains of transports that people take one after the other; POST chains some by hand."""

    capability = READ_PLAN

    @extend_schema(responses=JourneyOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        rows = [
            {"id": journey.pk, "transports": [leg.pk for leg in legs], "wrong": wrong}
            for journey, legs, wrong in journeys_of(operation)
        ]
        return Response(JourneyOut(rows, many=True).data)

    @extend_schema(request=ChainIn, responses={201: JourneyOut})
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        wanted = validated(ChainIn(data=request.data))["transports"]
        legs = [transport_for(operation, pk) for pk in wanted]
        journey = services.chain_transports(operation=operation, transports=legs, planner=user)
        row = {"id": journey.pk, "transports": wanted, "wrong": ""}
        return Response(JourneyOut(row).data, status=201)


class Corridors(APIView):
    capability = READ_PLAN

    @extend_schema(responses=CorridorOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        return Response(CorridorOut(corridors_of(operation), many=True).data)

    @extend_schema(request=CorridorIn, responses={201: CorridorOut})
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        draft = CorridorIn(data=request.data).draft()
        added = services.add_corridor(operation=operation, draft=draft, planner=user)
        return Response(_corridor(operation, added), status=201)


class OneCorridor(APIView):
    capability = Capability.PLAN

    @extend_schema(request=CorridorIn, responses=CorridorOut)
    def put(self, request: Request, incident: int, pk: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        corridor = corridor_for(operation, pk)
        draft = CorridorIn(data=request.data).draft()
        services.change_corridor(corridor=corridor, draft=draft, planner=user)
        return Response(_corridor(operation, corridor))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, incident: int, pk: int) -> Response:
        user = acting_user(request)
        corridor = corridor_for(operation_for(user, incident), pk)
        services.retire_corridor(corridor=corridor, planner=user)
        return Response(status=204)


class CheckCorridor(APIView):
    """How it is at this moment, as somebody has just found out."""

    capability = Capability.VIEW_INCIDENT  # the service asks for planning or for recording

    @extend_schema(request=CorridorStatusIn, responses=CorridorOut)
    def post(self, request: Request, incident: int, pk: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        corridor = corridor_for(operation, pk)
        status = CorridorStatus(validated(CorridorStatusIn(data=request.data))["status"])
        services.check_corridor(corridor=corridor, status=status, user=user)
        return Response(_corridor(operation, corridor))


def _corridor(operation: EvacuationOperation, corridor: Corridor) -> object:
    return CorridorOut(get_object_or_404(corridors_of(operation), pk=corridor.pk)).data
