"""Manifests for programs. Rows are personal data: reading them is audited."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from crisis.evacuation.exports import FORMATS
from crisis.evacuation.labels import Labels
from crisis.evacuation.models import Manifest, Release
from crisis.evacuation.profiles import PROFILES
from crisis.evacuation.rows import Row, entries_of, row_of
from crisis.evacuation.selectors import Difference, difference
from crisis.evacuation.services import Receiver, draft_manifest, export_manifest, seal_manifest
from crisis.incidents.models import Incident
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user, within_jurisdiction
from crisis.transports.models import Transport

ROWS_A_PAGE = 200


class ManifestOut(serializers.Serializer):
    """A version, without its people."""

    id = serializers.IntegerField()
    incident = serializers.IntegerField(source="incident_id")
    version = serializers.IntegerField()
    state = serializers.CharField()
    people = serializers.IntegerField()
    drafted_by = serializers.CharField(source="drafted_by.username")
    drafted_at = serializers.DateTimeField()
    sealed_by = serializers.CharField(source="sealed_by.username", allow_null=True, default=None)
    sealed_at = serializers.DateTimeField(allow_null=True)
    content_hash = serializers.CharField()


class ManifestLegOut(serializers.Serializer):
    transport = serializers.IntegerField()
    place_class = serializers.CharField()


class RowOut(serializers.Serializer):
    """One person on a version. `words` are the cells as the files show them."""

    position = serializers.IntegerField()
    person_ref = serializers.IntegerField()
    party = serializers.IntegerField()
    priority = serializers.CharField()
    legs = ManifestLegOut(many=True)
    row = serializers.DictField(source="data")
    words = serializers.DictField(child=serializers.CharField())


class RowsOut(serializers.Serializer):
    rows = RowOut(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class AfterIn(serializers.Serializer):
    after = serializers.IntegerField(min_value=0, default=0)


class DifferenceIn(serializers.Serializer):
    since = serializers.IntegerField(min_value=1, help_text="The earlier version's number.")


class DifferenceOut(serializers.Serializer):
    old = serializers.IntegerField(source="old.version")
    new = serializers.IntegerField(source="new.version")
    added = serializers.ListField(child=serializers.IntegerField())
    removed = serializers.ListField(child=serializers.IntegerField())
    changed = serializers.ListField(child=serializers.IntegerField())
    moved = serializers.ListField(
        child=serializers.IntegerField(), help_text="Of the changed: another transport or seat."
    )
    summary = serializers.CharField()
    lines = serializers.ListField(child=serializers.CharField())


class ExportIn(serializers.Serializer):
    format = serializers.ChoiceField(choices=sorted(FORMATS))
    profile = serializers.ChoiceField(
        choices=[*PROFILES], help_text="Which kind of receiver, and so which columns."
    )
    purpose = serializers.CharField(max_length=200)
    receiver = serializers.CharField(max_length=200)
    transport = serializers.IntegerField(required=False, help_text="Only who takes this one.")
    country = serializers.CharField(
        max_length=2, default="", help_text="Where the receiver is; outside CN with a release."
    )
    release = serializers.IntegerField(
        required=False, help_text="What lets it go abroad; its receiver counts."
    )


class IncidentManifests(APIView):
    """The versions of an incident's manifest; a new draft."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.PLAN}

    @extend_schema(responses=ManifestOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        found = _incident(request, incident)
        return Response(ManifestOut(_counted(found.manifests.all()), many=True).data)

    @extend_schema(request=None, responses={201: ManifestOut})
    def post(self, request: Request, incident: int) -> Response:
        manifest = draft_manifest(
            incident=_incident(request, incident), planner=acting_user(request)
        )
        return Response(_out(manifest), status=201)


class OneManifest(APIView):
    capability = Capability.VIEW_INCIDENT

    @extend_schema(responses=ManifestOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(_out(_manifest(request, pk)))


class ManifestRows(APIView):
    """The people, some two hundred at a time: `after` is the last position already seen."""

    capability = Capability.PLAN

    @extend_schema(parameters=[AfterIn], responses=RowsOut)
    def get(self, request: Request, pk: int) -> Response:
        manifest = _manifest(request, pk)
        after = validated(AfterIn(data=request.query_params))["after"]
        found = entries_of(manifest).filter(position__gt=after)
        entries = list(found[:ROWS_A_PAGE])
        _record_view(request, manifest, "manifest.viewed", after=after, people=len(entries))
        labels = Labels()
        page = {
            "rows": [_row(row_of(entry), labels) for entry in entries],
            "next_after": entries[-1].position if len(entries) == ROWS_A_PAGE else None,
        }
        return Response(RowsOut(page).data)


class ManifestDifference(APIView):
    """What changed since an earlier version of the same incident."""

    capability = Capability.PLAN

    @extend_schema(parameters=[DifferenceIn], responses=DifferenceOut)
    def get(self, request: Request, pk: int) -> Response:
        manifest = _manifest(request, pk)
        since = validated(DifferenceIn(data=request.query_params))["since"]
        old = get_object_or_404(Manifest, incident=manifest.incident_id, version=since)
        _record_view(request, manifest, "manifest.compared", since=since)
        return Response(_difference(difference(old, manifest)))


class SealManifest(APIView):
    capability = Capability.PLAN

    @extend_schema(request=None, responses=ManifestOut)
    def post(self, request: Request, pk: int) -> Response:
        return Response(
            _out(seal_manifest(manifest=_manifest(request, pk), planner=acting_user(request)))
        )


class ExportManifest(APIView):
    """A file, streamed. POST, because it is on record and names its receiver."""

    capability = Capability.EXPORT

    @extend_schema(
        request=ExportIn, responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def post(self, request: Request, pk: int) -> StreamingHttpResponse:
        wanted = validated(ExportIn(data=request.data))
        manifest = _manifest(request, pk)
        export = export_manifest(
            manifest=manifest,
            user=acting_user(request),
            format=wanted["format"],
            receiver=_receiver(manifest, wanted),
            transport=_transport(manifest, wanted.get("transport")),
        )
        response = StreamingHttpResponse(export.chunks(), content_type=export.content_type)
        response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
        response["Cache-Control"] = "no-store"
        return response


def _incident(request: Request, pk: int) -> Incident:
    return get_object_or_404(within_jurisdiction(Incident.objects.all(), request.user), pk=pk)


def _manifest(request: Request, pk: int) -> Manifest:
    manifests = within_jurisdiction(Manifest.objects.all(), request.user, "incident__post")
    return get_object_or_404(manifests.select_related("incident__post"), pk=pk)


def _receiver(manifest: Manifest, wanted: dict[str, Any]) -> Receiver:
    release = None
    if pk := wanted.get("release"):
        release = get_object_or_404(Release, incident=manifest.incident_id, pk=pk)
    return Receiver(
        name=wanted["receiver"],
        purpose=wanted["purpose"],
        profile=wanted["profile"],
        country=wanted["country"],
        release=release,
    )


def _transport(manifest: Manifest, pk: int | None) -> Transport | None:
    transports = Transport.objects.filter(operation__incident=manifest.incident_id)
    return None if pk is None else get_object_or_404(transports, pk=pk)


def _counted(manifests: QuerySet[Manifest]) -> QuerySet[Manifest]:
    return manifests.select_related("drafted_by", "sealed_by").annotate(people=Count("entries"))


def _out(manifest: Manifest) -> object:
    return ManifestOut(_counted(Manifest.objects.filter(pk=manifest.pk)).get()).data


def _row(row: Row, labels: Labels) -> dict[str, Any]:
    words = {name: labels.cell(row, name) for name in labels.headings}
    legs = [{"transport": pk, "place_class": place_class} for pk, place_class in row.legs]
    values = {name: getattr(row, name) for name in Row.__slots__}
    return values | {"legs": legs, "words": words}


def _difference(change: Difference) -> object:
    return DifferenceOut(
        {
            "old": change.old,
            "new": change.new,
            "added": [row.person_ref for row in change.added],
            "removed": [row.person_ref for row in change.removed],
            "changed": [one.after.person_ref for one in change.changed],
            "moved": [one.after.person_ref for one in change.moved],
            "summary": change.summary(),
            "lines": change.lines(),
        }
    ).data


def _record_view(request: Request, manifest: Manifest, act: str, **detail: object) -> None:
    audit.record(actor=request.user.username, act=act, subject=f"manifest:{manifest.pk}", **detail)
