"""What follows a declaration, for programs: another area, outages, the series, standing down."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel.api import validated
from crisis.incidents.api import ApproveIn, IncidentOut, TextOut
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.models import Outage, Reshaping
from crisis.incidents.reshapings import preview_reshaping
from crisis.incidents.selectors import incident_for, incidents_for, reshaping_for
from crisis.incidents.series import magnitude_of, series_of
from crisis.incidents.services import (
    approve_reshaping,
    discard_reshaping,
    end_outage,
    flag_outage,
    link_incident,
    submit_reshaping,
)
from crisis.incidents.widening_api import AreaIn, ground_from
from crisis.rollcall.api import ByNumber, StandingOut
from crisis.rollcall.models import Handover
from crisis.rollcall.selectors import how_they_stand
from crisis.rollcall.services import (
    accept_handover,
    close_incident,
    hand_over,
    reopen_closed_incident,
)
from crisis.rollcall.unresolved import OPEN, unresolved
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user


class ReshapeIn(AreaIn):
    """The area as it shall be. `words` (news, news_en): what those left out are told, if at all."""

    words = serializers.DictField(
        child=serializers.CharField(max_length=120, allow_blank=True), required=False, default=dict
    )


class ReshapeNowIn(ReshapeIn):
    """`reshaping_key` (a UUID of yours) makes a repeated call the same; `confirmed_count` is
    `affected` of the preview."""

    reshaping_key = serializers.UUIDField()
    confirmed_count = serializers.IntegerField(min_value=0)


class ReshapingPreviewOut(serializers.Serializer):
    added = serializers.IntegerField()
    returning = serializers.IntegerField()
    released = serializers.IntegerField()
    released_answered = serializers.IntegerField()
    released_needs_help = serializers.IntegerField()
    staying = serializers.IntegerField()
    affected = serializers.IntegerField()
    unaddressed = serializers.IntegerField()
    addresses = serializers.IntegerField()
    texts = TextOut(many=True)
    release_texts = TextOut(many=True)
    needs_second_officer = serializers.BooleanField()
    content_hash = serializers.CharField()


class ReshapingOut(serializers.ModelSerializer):
    """`reshaped_at` is empty while it waits for a second officer."""

    submitted_by = serializers.CharField(source="submitted_by.username")
    approved_by = serializers.CharField(source="approved_by.username", default=None)

    class Meta:
        model = Reshaping
        fields = (
            "id", "latitude", "longitude", "radius_m", "polygon", "countries", "words",
            "content_hash", "people_previewed", "added", "returned", "released", "submitted_by",
            "submitted_at", "approved_by", "reshaped_at", "discarded_at",
        )  # fmt: skip


class Reshapings(APIView):
    """How the area was narrowed or moved, newest first; narrowing or moving it."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.DECLARE}

    @extend_schema(responses=ReshapingOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        found = incident_for(acting_user(request), pk).reshapings
        rows = found.select_related("submitted_by", "approved_by")
        return Response(ReshapingOut(rows, many=True).data)

    @extend_schema(request=ReshapeNowIn, responses={201: ReshapingOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        incident = incident_for(officer, pk)
        data = validated(ReshapeNowIn(data=request.data))
        reshaping = submit_reshaping(
            incident=incident,
            officer=officer,
            reshaping_key=str(data.pop("reshaping_key")),
            confirmed_count=data.pop("confirmed_count"),
            words=data.pop("words"),
            area=ground_from(data),
        )
        return Response(ReshapingOut(reshaping).data, status=201)


class PreviewReshaping(APIView):
    """Who would be left out, how they are, and who would be newly inside. Changes nothing."""

    capability = Capability.DECLARE

    @extend_schema(request=ReshapeIn, responses=ReshapingPreviewOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        incident = incident_for(officer, pk)
        data = validated(ReshapeIn(data=request.data))
        words = data.pop("words")
        found: Any = preview_reshaping(
            incident=incident, area=ground_from(data), words=words, officer=officer
        )
        stand = how_they_stand(incident, found.released_ids)
        names = [str(name) for name in ReshapingPreviewOut().fields]
        shown = {name: getattr(found, name) for name in names if hasattr(found, name)}
        shown |= {
            "released_answered": stand.answered,
            "released_needs_help": stand.needs_help,
        }
        return Response(ReshapingPreviewOut(shown).data)


class ApproveReshaping(APIView):
    """The second officer."""

    capability = Capability.APPROVE

    @extend_schema(request=ApproveIn, responses=ReshapingOut)
    def post(self, request: Request, pk: int, reshaping: int) -> Response:
        officer = acting_user(request)
        approved = approve_reshaping(
            reshaping=reshaping_for(incident_for(officer, pk), reshaping),
            officer=officer,
            **validated(ApproveIn(data=request.data)),
        )
        return Response(ReshapingOut(approved).data)


class DiscardReshaping(APIView):
    capability = Capability.DECLARE

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int, reshaping: int) -> Response:
        officer = acting_user(request)
        found = reshaping_for(incident_for(officer, pk), reshaping)
        discard_reshaping(reshaping=found, officer=officer)
        return Response(status=204)


class OutageOut(serializers.ModelSerializer):
    """Without ground it holds for the whole incident."""

    flagged_by = serializers.CharField(source="flagged_by.username")
    ended_by = serializers.CharField(source="ended_by.username", default=None)

    class Meta:
        model = Outage
        fields = (
            "id", "latitude", "longitude", "radius_m", "polygon", "countries", "people",
            "began_at", "flagged_by", "ended_at", "ended_by",
        )  # fmt: skip


class Outages(APIView):
    """Outages, newest first; flagging one, of the whole incident where no ground is given."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.RECORD}

    @extend_schema(responses=OutageOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        found = incident_for(acting_user(request), pk).outages
        return Response(OutageOut(found.select_related("flagged_by", "ended_by"), many=True).data)

    @extend_schema(request=AreaIn, responses={201: OutageOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        ground = ground_from(validated(AreaIn(data=request.data)))
        outage = flag_outage(
            incident=incident_for(officer, pk),
            area=None if ground == AreaDraft() else ground,
            officer=officer,
        )
        return Response(OutageOut(outage).data, status=201)


class EndOutage(APIView):
    """Networks are back."""

    capability = Capability.RECORD

    @extend_schema(request=None, responses=OutageOut)
    def post(self, request: Request, pk: int, outage: int) -> Response:
        officer = acting_user(request)
        found = get_object_or_404(incident_for(officer, pk).outages, pk=outage)
        return Response(OutageOut(end_outage(outage=found, officer=officer)).data)


class LinkIn(serializers.Serializer):
    """`follows` is the mainshock's incident; null takes this one out of its series."""

    follows = serializers.IntegerField(allow_null=True)


class InSeriesOut(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    magnitude = serializers.FloatField(allow_null=True)
    follows = serializers.IntegerField(allow_null=True, source="follows_id")


class Series(APIView):
    """The series this incident belongs to, the mainshock first; linking it, or taking it out."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.DECLARE}

    @extend_schema(responses=InSeriesOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        found: Any = list(series_of(incident_for(acting_user(request), pk)))
        for incident in found:
            incident.magnitude = magnitude_of(incident)
        return Response(InSeriesOut(found, many=True).data)

    @extend_schema(request=LinkIn, responses=IncidentOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        incident = incident_for(officer, pk)
        follows = validated(LinkIn(data=request.data))["follows"]
        mainshock = get_object_or_404(incidents_for(officer), pk=follows) if follows else None
        linked = link_incident(incident=incident, mainshock=mainshock, officer=officer)
        return Response(IncidentOut(linked).data)


class SuccessorIn(serializers.Serializer):
    """The user name of the officer who takes over whoever is unresolved."""

    successor = serializers.CharField(required=False, allow_blank=True, default="")


class HandoverOut(serializers.ModelSerializer):
    officer = serializers.CharField(source="officer.username")
    handed_by = serializers.CharField(source="handed_by.username")

    class Meta:
        model = Handover
        fields = ("id", "officer", "handed_by", "handed_at", "counts", "accepted_at", "ended_at")


def successor_from(request: Request) -> User | None:
    name = validated(SuccessorIn(data=request.data))["successor"]
    return User.objects.filter(username=name, is_active=True).first() if name else None


class StandDown(APIView):
    """解除. Where somebody is unresolved, `successor` has to be named."""

    capability = Capability.DECLARE

    @extend_schema(request=SuccessorIn, responses=IncidentOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        closed = close_incident(
            incident=incident_for(officer, pk), officer=officer, successor=successor_from(request)
        )
        return Response(IncidentOut(closed).data)


class Reopen(APIView):
    capability = Capability.DECLARE

    @extend_schema(request=None, responses=IncidentOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        found = incident_for(officer, pk)
        return Response(IncidentOut(reopen_closed_incident(incident=found, officer=officer)).data)


class UnresolvedIn(serializers.Serializer):
    what = serializers.ChoiceField(choices=sorted(OPEN), required=False, default="")


class Unresolved(APIView):
    """Of whom something is still open, the most urgent first, page by page."""

    capability = Capability.VIEW_PERSON

    @extend_schema(parameters=[UnresolvedIn], responses=StandingOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        asked = validated(UnresolvedIn(data=request.query_params))
        found = unresolved(incident_for(acting_user(request), pk), **asked)
        pages = ByNumber()
        page = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(StandingOut(page, many=True).data)


class Handovers(APIView):
    """Who was handed the unresolved, newest first; handing them to another officer."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.RECORD}

    @extend_schema(responses=HandoverOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        found = incident_for(acting_user(request), pk).handovers
        return Response(HandoverOut(found.select_related("officer", "handed_by"), many=True).data)

    @extend_schema(request=SuccessorIn, responses={201: HandoverOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        handover = hand_over(
            incident=incident_for(officer, pk), officer=officer, successor=successor_from(request)
        )
        return Response(HandoverOut(handover).data, status=201)


class AcceptHandover(APIView):
    """The officer who was named takes it on."""

    capability = Capability.RECORD

    @extend_schema(request=None, responses=HandoverOut)
    def post(self, request: Request, pk: int, handover: int) -> Response:
        officer = acting_user(request)
        found = get_object_or_404(incident_for(officer, pk).handovers, pk=handover)
        return Response(HandoverOut(accept_handover(handover=found, officer=officer)).data)
