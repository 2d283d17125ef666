"""Updates and corrections for programs: look, preview, submit, approve, discard."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel.api import validated
from crisis.incidents.announcements import preview_announcement
from crisis.incidents.api import TextOut
from crisis.incidents.models import Announcement
from crisis.incidents.selectors import announcement_for, incident_for
from crisis.incidents.services import (
    approve_announcement,
    discard_announcement,
    submit_announcement,
)
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user


class AnnouncementIn(serializers.Serializer):
    """`words` of an update: news, news_en. Of a correction: subject, subject_en, value, value_en,
    and those of the alert's own words that were wrong (place, place_en, event, …)."""

    kind = serializers.ChoiceField(choices=Announcement.Kind.choices)
    words = serializers.DictField(child=serializers.CharField(max_length=120))


class AnnouncementOut(serializers.ModelSerializer):
    """`wave` is empty while it waits for a second officer."""

    submitted_by = serializers.CharField(source="submitted_by.username")
    approved_by = serializers.CharField(source="approved_by.username", default=None)

    class Meta:
        model = Announcement
        fields = (
            "id", "kind", "words", "content_hash", "submitted_by", "submitted_at", "approved_by",
            "wave", "discarded_at",
        )  # fmt: skip


class HashIn(serializers.Serializer):
    content_hash = serializers.CharField(max_length=64)


class Announcements(APIView):
    """What was said after the alert, newest first; saying something more."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.DECLARE}

    @extend_schema(responses=AnnouncementOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        incident = incident_for(acting_user(request), pk)
        found = incident.announcements.select_related("submitted_by", "approved_by")
        return Response(AnnouncementOut(found, many=True).data)

    @extend_schema(request=AnnouncementIn, responses={201: AnnouncementOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        announcement = submit_announcement(
            incident=incident_for(officer, pk),
            officer=officer,
            **validated(AnnouncementIn(data=request.data)),
        )
        return Response(AnnouncementOut(announcement).data, status=201)


class PreviewAnnouncement(APIView):
    """The texts as they would leave. Changes nothing."""

    capability = Capability.DECLARE

    @extend_schema(request=AnnouncementIn, responses=TextOut(many=True))
    def post(self, request: Request, pk: int) -> Response:
        incident = incident_for(acting_user(request), pk)
        texts = preview_announcement(incident, **validated(AnnouncementIn(data=request.data)))
        return Response(TextOut(texts, many=True).data)


class ApproveAnnouncement(APIView):
    """The second officer."""

    capability = Capability.APPROVE

    @extend_schema(request=HashIn, responses=AnnouncementOut)
    def post(self, request: Request, pk: int, announcement: int) -> Response:
        officer = acting_user(request)
        approved = approve_announcement(
            announcement=announcement_for(incident_for(officer, pk), announcement),
            officer=officer,
            **validated(HashIn(data=request.data)),
        )
        return Response(AnnouncementOut(approved).data)


class DiscardAnnouncement(APIView):
    capability = Capability.DECLARE

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int, announcement: int) -> Response:
        officer = acting_user(request)
        discard_announcement(
            announcement=announcement_for(incident_for(officer, pk), announcement),
            officer=officer,
        )
        return Response(status=204)
