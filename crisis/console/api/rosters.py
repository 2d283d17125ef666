"""Rosters for programs: hand one in, ask how far it is, fetch what was refused."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel.api import validated
from crisis.console.api.throttles import Reading, Writing
from crisis.console.selectors import visible_group
from crisis.rosters.models import RosterRefusal, RosterUpload
from crisis.rosters.selectors import notes_of, refusals_of, upload_of, uploads_of
from crisis.rosters.services.taking import take_roster
from crisis.rosters.showing import errors_response
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from registry.rosters.reading import check_size
from registry.services.groups import officer

NEWEST = 100
REFUSALS_TOLD = 1_000


class RosterIn(serializers.Serializer):
    """XLSX or CSV (docs/rosters.md). `stated`: everybody listed agreed, as the page words it."""

    file = serializers.FileField(allow_empty_file=True)
    stated = serializers.BooleanField()


class UploadOut(serializers.ModelSerializer):
    """`added` + `known` + `refused` = `done`; `state` is waiting, loading, done or failed."""

    class Meta:
        model = RosterUpload
        fields = (
            "id", "group", "actor", "state", "kind", "rows", "done", "added", "known", "refused",
            "uploaded_at", "finished_at",
        )  # fmt: skip


class RefusalOut(serializers.ModelSerializer):
    class Meta:
        model = RosterRefusal
        fields = ("row", "column", "code", "reason")


class OneUploadOut(UploadOut):
    """With the first refusals, by row; all of them are in the errors file."""

    notes = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField()

    class Meta(UploadOut.Meta):
        fields = (*UploadOut.Meta.fields, "notes", "refusals")  # type: ignore[assignment]

    def get_notes(self, upload: RosterUpload) -> list[str]:
        return notes_of(upload)

    def get_refusals(self, upload: RosterUpload) -> list[dict[str, Any]]:
        told = refusals_of(upload)[:REFUSALS_TOLD]
        return list(RefusalOut(told, many=True).data)


class Rosters(APIView):
    """A group's uploads, the newest first; handing one in. It is loaded behind the answer."""

    capability = Capability.REGISTER
    throttle_classes = [Reading, Writing]
    parser_classes = [MultiPartParser]

    @extend_schema(responses=UploadOut(many=True))
    def get(self, request: Request, group: int) -> Response:
        found = uploads_of(visible_group(acting_user(request), group))
        return Response(UploadOut(found[:NEWEST], many=True).data)

    @extend_schema(request={"multipart/form-data": RosterIn}, responses={202: UploadOut})
    def post(self, request: Request, group: int) -> Response:
        user = acting_user(request)
        found = visible_group(user, group)
        data = validated(RosterIn(data=request.data))
        check_size(data["file"].size)
        upload = take_roster(
            group=found,
            content=data["file"].read(),
            stated=data["stated"],
            by=officer(user.username),
        )
        return Response(UploadOut(upload).data, status=202)


class OneRoster(APIView):
    """How far one upload is, and what was refused."""

    capability = Capability.REGISTER
    throttle_classes = [Reading]

    @extend_schema(responses=OneUploadOut)
    def get(self, request: Request, group: int, upload: int) -> Response:
        found = upload_of(visible_group(acting_user(request), group), upload)
        return Response(OneUploadOut(found).data)


class RosterErrors(APIView):
    """The refused rows as a file of the kind that came, to correct and hand in again."""

    capability = Capability.REGISTER
    throttle_classes = [Reading]

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, group: int, upload: int) -> HttpResponse:
        user = acting_user(request)
        return errors_response(upload_of(visible_group(user, group), upload), user.username)
