"""对外提供授权 for programs: ask, decide, take back, review."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel.api import validated
from crisis.evacuation.models import Release
from crisis.evacuation.profiles import PROFILES
from crisis.evacuation.services import (
    Wanted,
    ask_release,
    decide_release,
    review_release,
    revoke_release,
)
from crisis.evacuation.services.releasing import LONGEST_H
from crisis.evacuation.states import LegalGround
from crisis.incidents.models import Incident
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user, within_jurisdiction
from crisis.transports.models import Transport


class ReleaseOut(serializers.ModelSerializer):
    asked_by = serializers.CharField(source="asked_by.username")
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, default=None)
    reviewed_by = serializers.CharField(
        source="reviewed_by.username", allow_null=True, default=None
    )
    revoked_by = serializers.CharField(source="revoked_by.username", allow_null=True, default=None)

    class Meta:
        model = Release
        fields = (
            "id", "incident", "profile", "receiver", "country", "transport", "basis", "grounds",
            "state", "people", "asked_by", "asked_at", "valid_until", "decided_by", "decided_at",
            "reviewed_by", "reviewed_at", "revoked_by", "revoked_at",
        )  # fmt: skip


class ReleaseIn(serializers.Serializer):
    """What is asked for. `hours` from now; `transport` limits it to one."""

    profile = serializers.ChoiceField(
        choices=[code for code, profile in PROFILES.items() if profile.abroad]
    )
    receiver = serializers.CharField(max_length=200)
    country = serializers.CharField(max_length=2, help_text="ISO 3166-1, two letters.")
    basis = serializers.ChoiceField(choices=LegalGround.choices)
    grounds = serializers.CharField(max_length=200)
    hours = serializers.IntegerField(min_value=1, max_value=LONGEST_H, default=72)
    transport = serializers.IntegerField(required=False)


class DecisionIn(serializers.Serializer):
    agree = serializers.BooleanField()


class IncidentReleases(APIView):
    """What was asked for in an incident; a new request."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.EXPORT}

    @extend_schema(responses=ReleaseOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        found = _incident(request, incident).releases.select_related(
            "asked_by", "decided_by", "reviewed_by", "revoked_by"
        )
        return Response(ReleaseOut(found, many=True).data)

    @extend_schema(request=ReleaseIn, responses={201: ReleaseOut})
    def post(self, request: Request, incident: int) -> Response:
        found = _incident(request, incident)
        wanted = validated(ReleaseIn(data=request.data))
        transports = Transport.objects.filter(operation__incident=found)
        if pk := wanted.pop("transport", None):
            wanted["transport"] = get_object_or_404(transports, pk=pk)
        release = ask_release(incident=found, officer=acting_user(request), wanted=Wanted(**wanted))
        return Response(ReleaseOut(release).data, status=201)


class DecideRelease(APIView):
    capability = Capability.APPROVE

    @extend_schema(request=DecisionIn, responses=ReleaseOut)
    def post(self, request: Request, pk: int) -> Response:
        release = _release(request, pk)
        agree = validated(DecisionIn(data=request.data))["agree"]
        decided = decide_release(release=release, officer=acting_user(request), agree=agree)
        return Response(ReleaseOut(decided).data)


class RevokeRelease(APIView):
    capability = Capability.APPROVE

    @extend_schema(request=None, responses=ReleaseOut)
    def post(self, request: Request, pk: int) -> Response:
        revoked = revoke_release(release=_release(request, pk), officer=acting_user(request))
        return Response(ReleaseOut(revoked).data)


class ReviewRelease(APIView):
    capability = Capability.APPROVE

    @extend_schema(request=None, responses=ReleaseOut)
    def post(self, request: Request, pk: int) -> Response:
        reviewed = review_release(release=_release(request, pk), officer=acting_user(request))
        return Response(ReleaseOut(reviewed).data)


def _incident(request: Request, pk: int) -> Incident:
    return get_object_or_404(within_jurisdiction(Incident.objects.all(), request.user), pk=pk)


def _release(request: Request, pk: int) -> Release:
    releases = within_jurisdiction(Release.objects.all(), request.user, "incident__post")
    return get_object_or_404(releases.select_related("incident__post"), pk=pk)
