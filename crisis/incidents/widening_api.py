"""Widening an incident's area, for programs: look, preview, submit, approve, discard."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel.api import validated
from crisis.incidents.api import ApproveIn, TextOut
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.models import Widening
from crisis.incidents.selectors import incident_for, widening_for
from crisis.incidents.services import approve_widening, discard_widening, submit_widening
from crisis.incidents.widenings import preview_widening
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user


class AreaIn(serializers.Serializer):
    """Degrees WGS-84, metres. A circle or a polygon (GeoJSON), countries, or both."""

    latitude = serializers.FloatField(required=False, allow_null=True, default=None)
    longitude = serializers.FloatField(required=False, allow_null=True, default=None)
    radius_m = serializers.FloatField(required=False, allow_null=True, default=None)
    polygon = serializers.JSONField(required=False, allow_null=True, default=None)
    countries = serializers.ListField(child=serializers.CharField(), required=False, default=list)


class WidenIn(AreaIn):
    """`widening_key` (a UUID of yours) makes a repeated call the same widening; `confirmed_count`
    is the number of newcomers in the preview."""

    widening_key = serializers.UUIDField()
    confirmed_count = serializers.IntegerField(min_value=0)


class WideningPreviewOut(serializers.Serializer):
    total = serializers.IntegerField()
    certain = serializers.IntegerField()
    uncertain = serializers.IntegerField()
    known = serializers.IntegerField()
    unaddressed = serializers.IntegerField()
    addresses = serializers.IntegerField()
    texts = TextOut(many=True)
    needs_second_officer = serializers.BooleanField()
    content_hash = serializers.CharField()


class WideningOut(serializers.ModelSerializer):
    """`widened_at` is empty while it waits for a second officer."""

    submitted_by = serializers.CharField(source="submitted_by.username")
    approved_by = serializers.CharField(source="approved_by.username", default=None)

    class Meta:
        model = Widening
        fields = (
            "id", "latitude", "longitude", "radius_m", "polygon", "countries", "content_hash",
            "people_previewed", "people", "submitted_by", "submitted_at", "approved_by",
            "widened_at", "discarded_at",
        )  # fmt: skip


class Widenings(APIView):
    """What was added to the area, newest first; adding more."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.DECLARE}

    @extend_schema(responses=WideningOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        found = incident_for(acting_user(request), pk).widenings
        return Response(
            WideningOut(found.select_related("submitted_by", "approved_by"), many=True).data
        )

    @extend_schema(request=WidenIn, responses={201: WideningOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        data = validated(WidenIn(data=request.data))
        widening = submit_widening(
            incident=incident_for(officer, pk),
            officer=officer,
            widening_key=str(data.pop("widening_key")),
            confirmed_count=data.pop("confirmed_count"),
            area=ground_from(data),
        )
        return Response(WideningOut(widening).data, status=201)


class PreviewWidening(APIView):
    """Who would be newly inside. Changes nothing."""

    capability = Capability.DECLARE

    @extend_schema(request=AreaIn, responses=WideningPreviewOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        found = preview_widening(
            incident=incident_for(officer, pk),
            area=ground_from(validated(AreaIn(data=request.data))),
            officer=officer,
        )
        return Response(WideningPreviewOut(found).data)


class ApproveWidening(APIView):
    """The second officer."""

    capability = Capability.APPROVE

    @extend_schema(request=ApproveIn, responses=WideningOut)
    def post(self, request: Request, pk: int, widening: int) -> Response:
        officer = acting_user(request)
        approved = approve_widening(
            widening=widening_for(incident_for(officer, pk), widening),
            officer=officer,
            **validated(ApproveIn(data=request.data)),
        )
        return Response(WideningOut(approved).data)


class DiscardWidening(APIView):
    capability = Capability.DECLARE

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int, widening: int) -> Response:
        officer = acting_user(request)
        discard_widening(
            widening=widening_for(incident_for(officer, pk), widening), officer=officer
        )
        return Response(status=204)


def ground_from(data: dict[str, Any]) -> AreaDraft:
    """What a valid AreaIn says."""
    return AreaDraft(**data | {"countries": tuple(data["countries"])})
