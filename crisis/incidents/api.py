"""Incidents for programs: look, preview, declare, approve, retract, end."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel.api import validated
from crisis.hazards.models import HazardKind
from crisis.incidents.drafts import IncidentDraft
from crisis.incidents.models import Incident
from crisis.incidents.preview import Preview, preview_incident
from crisis.incidents.selectors import incident_for, incidents_for, wave_for
from crisis.incidents.services import (
    approve_incident,
    declare_incident,
    discard_incident,
    retract_incident_wave,
    send_all_clear,
)
from crisis.incidents.states import ResponseLevel
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from notifications.models import Wave
from registry.geography.inside import NearMiss

NEWEST = 100


class DraftIn(serializers.Serializer):
    """Degrees WGS-84, metres, time with its zone. A circle or a polygon (GeoJSON), countries, or
    both."""

    post = serializers.IntegerField(source="post_id")
    title = serializers.CharField(max_length=80)
    hazard = serializers.ChoiceField(choices=HazardKind.choices)
    response_level = serializers.ChoiceField(choices=ResponseLevel.choices)
    occurred_at = serializers.DateTimeField()
    latitude = serializers.FloatField(required=False, allow_null=True, default=None)
    longitude = serializers.FloatField(required=False, allow_null=True, default=None)
    radius_m = serializers.FloatField(required=False, allow_null=True, default=None)
    polygon = serializers.JSONField(required=False, allow_null=True, default=None)
    countries = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    follows = serializers.IntegerField(
        source="follows_id", required=False, allow_null=True, default=None
    )
    template = serializers.CharField(max_length=40)
    variables = serializers.DictField(child=serializers.CharField(max_length=60))
    signal = serializers.IntegerField(
        source="signal_id", required=False, allow_null=True, default=None
    )


class DeclareIn(DraftIn):
    """`declaration_key` (a UUID of yours) makes a repeated call the same incident.

    Where another officer has declared the same event the answer is 409 `already_declared` with the
    number of their `incident`; `another_than` names incidents that yours is not.
    """

    declaration_key = serializers.UUIDField()
    another_than = serializers.ListField(
        child=serializers.IntegerField(), required=False, default=list, max_length=50
    )
    confirmed_count = serializers.IntegerField(min_value=0)


class ApproveIn(serializers.Serializer):
    content_hash = serializers.CharField(max_length=64)
    confirmed_count = serializers.IntegerField(min_value=0)


class TextOut(serializers.Serializer):
    channel = serializers.CharField()
    language = serializers.CharField()
    text = serializers.CharField()
    length = serializers.IntegerField()
    segments = serializers.IntegerField()
    messages = serializers.IntegerField()


class GroupShareOut(serializers.Serializer):
    group_id = serializers.IntegerField()
    name = serializers.CharField()
    people = serializers.IntegerField()


class ExpectedPaceOut(serializers.Serializer):
    """Messages a second; `limit` is the gateway's, `observed` that of the last large wave, null
    where there is none; `assumed` stands in for both. `problem` is why nothing can leave."""

    channel = serializers.CharField()
    messages = serializers.IntegerField()
    limit = serializers.FloatField(allow_null=True)
    observed = serializers.FloatField(allow_null=True)
    assumed = serializers.FloatField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    problem = serializers.CharField()


class NearOut(serializers.Serializer):
    """Somebody near who is out. `distance_m` is null where only the country is known."""

    person_id = serializers.IntegerField()
    reason = serializers.SerializerMethodField()
    distance_m = serializers.FloatField(allow_null=True)

    def get_reason(self, miss: NearMiss) -> str:
        return miss.reason.name.lower()


class SameEventOut(serializers.ModelSerializer):
    """An open incident of the same event."""

    submitted_by = serializers.CharField(source="submitted_by.username")

    class Meta:
        model = Incident
        fields = ("id", "title", "state", "submitted_by", "submitted_at")


class PreviewOut(serializers.Serializer):
    total = serializers.IntegerField()
    certain = serializers.IntegerField()
    uncertain = serializers.IntegerField()
    unasked = serializers.IntegerField()
    unaddressed = serializers.IntegerField()
    addresses = serializers.IntegerField()
    by_country = serializers.DictField(child=serializers.IntegerField())
    by_city = serializers.DictField(child=serializers.IntegerField())
    elsewhere = serializers.IntegerField()
    by_group = GroupShareOut(many=True)
    ungrouped = serializers.IntegerField()
    by_channel = serializers.DictField(child=serializers.IntegerField())
    by_language = serializers.DictField(child=serializers.IntegerField())
    near = NearOut(many=True)
    more_near = serializers.BooleanField()
    texts = TextOut(many=True)
    paces = ExpectedPaceOut(many=True)
    takes_s = serializers.FloatField(allow_null=True)
    same = SameEventOut(many=True)
    needs_second_officer = serializers.BooleanField()
    content_hash = serializers.CharField()


class IncidentOut(serializers.ModelSerializer):
    submitted_by = serializers.CharField(source="submitted_by.username")
    approved_by = serializers.CharField(source="approved_by.username", default=None)
    post = serializers.CharField(source="post.code")

    class Meta:
        model = Incident
        fields = (
            "id", "post", "title", "hazard", "response_level", "state", "occurred_at",
            "latitude", "longitude", "radius_m", "polygon", "countries", "template", "follows",
            "audience_count", "certain_count", "content_hash", "submitted_by", "submitted_at",
            "approved_by", "declared_at", "stood_down_at",
        )  # fmt: skip


class WaveOut(serializers.ModelSerializer):
    class Meta:
        model = Wave
        fields = (
            "id", "kind", "code", "template", "texts", "created_at", "expires_at", "retracted_at",
        )  # fmt: skip


class Incidents(APIView):
    """The newest incidents of one's posts; declaring one."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.DECLARE}

    @extend_schema(responses=IncidentOut(many=True))
    def get(self, request: Request) -> Response:
        found = incidents_for(acting_user(request)).select_related("post", "submitted_by")
        return Response(IncidentOut(found[:NEWEST], many=True).data)

    @extend_schema(request=DeclareIn, responses={201: IncidentOut})
    def post(self, request: Request) -> Response:
        data = validated(DeclareIn(data=request.data))
        incident = declare_incident(
            declaration_key=str(data.pop("declaration_key")),
            confirmed_count=data.pop("confirmed_count"),
            another_than=data.pop("another_than"),
            draft=draft_from(data),
            officer=acting_user(request),
        )
        return Response(IncidentOut(incident).data, status=201)


class PreviewIncident(APIView):
    """What declaring would do. Changes nothing."""

    capability = Capability.DECLARE

    @extend_schema(request=DraftIn, responses=PreviewOut)
    def post(self, request: Request) -> Response:
        found: Preview = preview_incident(
            draft=draft_from(validated(DraftIn(data=request.data))), officer=acting_user(request)
        )
        return Response(PreviewOut(found).data)


class OneIncident(APIView):
    capability = Capability.VIEW_INCIDENT

    @extend_schema(responses=IncidentOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(IncidentOut(incident_for(acting_user(request), pk)).data)


class ApproveIncident(APIView):
    """The second officer."""

    capability = Capability.APPROVE

    @extend_schema(request=ApproveIn, responses=IncidentOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        incident = approve_incident(
            incident=incident_for(officer, pk),
            officer=officer,
            **validated(ApproveIn(data=request.data)),
        )
        return Response(IncidentOut(incident).data)


class MoveIncident(APIView):
    """discard, by the route's `move`."""

    capability = Capability.DECLARE
    move: Any = None

    @extend_schema(request=None, responses=IncidentOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        incident = MOVES[self.move](incident=incident_for(officer, pk), officer=officer)
        return Response(IncidentOut(incident).data)


MOVES = {
    "discard": discard_incident,
}


class AllClear(APIView):
    capability = Capability.DECLARE

    @extend_schema(request=None, responses={201: WaveOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        wave = send_all_clear(incident=incident_for(officer, pk), officer=officer)
        return Response(WaveOut(wave).data, status=201)


class RetractWave(APIView):
    """Take a wave back: nothing of it leaves any more, and whoever got it is told."""

    capability = Capability.DECLARE

    @extend_schema(request=None, responses={201: WaveOut})
    def post(self, request: Request, pk: int, wave: int) -> Response:
        officer = acting_user(request)
        incident = incident_for(officer, pk)
        retraction = retract_incident_wave(
            incident=incident, wave=wave_for(incident, wave), officer=officer
        )
        return Response(WaveOut(retraction).data, status=201)


def draft_from(data: dict[str, Any]) -> IncidentDraft:
    """What a valid DraftIn says."""
    return IncidentDraft(**data | {"countries": tuple(data["countries"])})
