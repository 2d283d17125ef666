"""Gates for programs: packs, where people stand, what a desk records, and who a walk-in is."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from crisis.boarding.models import GatePack, Passage, WalkIn
from crisis.boarding.selectors import candidates, pack_for, transport_for, walk_in_for
from crisis.boarding.services import (
    NewWalkIn,
    Scan,
    accept_held,
    issue_pack,
    match_walk_in,
    record_scans,
    revoke_pack,
)
from crisis.boarding.states import RefusalReason, ScanKind
from crisis.evacuation.models import Manifest
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from crisis.transports.selectors import operation_for

PASSAGES_A_PAGE = 500
SCANS_AT_A_TIME = 500


class PackOut(serializers.ModelSerializer):
    """A pack without its secrets. `held` are scans that wait for a planner."""

    issued_by = serializers.CharField(source="issued_by.username")
    version = serializers.IntegerField(source="manifest.version")
    scans = serializers.IntegerField(source="scans_count")
    held = serializers.IntegerField(source="held_count")

    class Meta:
        model = GatePack
        fields = (
            "id", "manifest", "version", "transport", "gate", "issued_by", "issued_at",
            "expires_at", "revoked_at", "opened_at", "heard_at", "wrong_words", "scans", "held",
        )  # fmt: skip


class IssuedOut(serializers.Serializer):
    """The two secrets of a pack are told once."""

    pack = PackOut()
    token = serializers.CharField()
    word = serializers.CharField()


class PackIn(serializers.Serializer):
    manifest = serializers.IntegerField(min_value=1)
    gate = serializers.CharField(max_length=40)


class PassageOut(serializers.ModelSerializer):
    """Where one person, or one walk-in, stands with a transport."""

    class Meta:
        model = Passage
        fields = ("id", "person_ref", "walk_in", "state", "at")


class PassagesOut(serializers.Serializer):
    passages = PassageOut(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class PassagesIn(serializers.Serializer):
    after = serializers.IntegerField(min_value=0, default=0)


class WalkInWordsIn(serializers.Serializer):
    key = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=80, allow_blank=True, default="")
    document = serializers.CharField(max_length=40, allow_blank=True, default="")
    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class ScanIn(serializers.Serializer):
    """One act: of a listed person, or of a walk-in. `key` makes sending it again harmless."""

    key = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=ScanKind.choices)
    at = serializers.DateTimeField()
    person_ref = serializers.IntegerField(allow_null=True, default=None)
    walk_in = WalkInWordsIn(allow_null=True, default=None)
    reason = serializers.ChoiceField(
        choices=RefusalReason.choices, allow_blank=True, default="", help_text="Of a refusal."
    )
    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class ScansIn(serializers.Serializer):
    scans = serializers.ListField(child=ScanIn(), max_length=SCANS_AT_A_TIME)


class TakenOut(serializers.Serializer):
    """Keys, by what became of them; `refused` says why by a code."""

    written = serializers.ListField(child=serializers.CharField())
    known = serializers.ListField(child=serializers.CharField())
    held = serializers.ListField(child=serializers.CharField())
    refused = serializers.DictField(child=serializers.CharField())


class AcceptedOut(serializers.Serializer):
    accepted = serializers.IntegerField()


class CandidateOut(serializers.Serializer):
    person_ref = serializers.IntegerField(source="person.pk")
    grounds = serializers.ListField(child=serializers.CharField())


class WalkInOut(serializers.ModelSerializer):
    """Somebody on no list, and who it may be."""

    name = serializers.CharField()
    document = serializers.CharField()
    note = serializers.CharField()
    candidates = serializers.SerializerMethodField()
    matched_by = serializers.CharField(source="matched_by.username", allow_null=True, default=None)

    class Meta:
        model = WalkIn
        fields = (
            "id", "name", "document", "note", "captured_at", "person_ref", "matched_by",
            "matched_at", "candidates",
        )  # fmt: skip

    @extend_schema(responses=CandidateOut(many=True))
    def get_candidates(self, walk_in: WalkIn) -> list[dict[str, Any]]:
        found = candidates(walk_in) if walk_in.person_ref is None else []
        return [dict(CandidateOut(one).data) for one in found]


class MatchIn(serializers.Serializer):
    person_ref = serializers.IntegerField(
        min_value=1, allow_null=True, help_text="Null takes a match back."
    )


class TransportPacks(APIView):
    """The packs of a transport; a new one for a gate."""

    capability = Capability.PLAN

    @extend_schema(responses=PackOut(many=True))
    def get(self, request: Request, transport: int) -> Response:
        found = transport_for(acting_user(request), transport)
        return Response(PackOut(_counted(found.packs.all()), many=True).data)

    @extend_schema(request=PackIn, responses={201: IssuedOut})
    def post(self, request: Request, transport: int) -> Response:
        user = acting_user(request)
        found = transport_for(user, transport)
        wanted = validated(PackIn(data=request.data))
        manifest = get_object_or_404(
            Manifest, pk=wanted["manifest"], incident=found.operation.incident_id
        )
        issued = issue_pack(manifest=manifest, transport=found, gate=wanted["gate"], planner=user)
        told = {"pack": _one(issued.pack), "token": issued.token, "word": issued.word}
        response = Response(IssuedOut(told).data, status=201)
        response["Cache-Control"] = "no-store"
        return response


class RevokePack(APIView):
    capability = Capability.PLAN

    @extend_schema(request=None, responses=PackOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        pack = pack_for(user, pk)
        revoke_pack(pack=pack, planner=user)
        return Response(PackOut(_one(pack)).data)


class AcceptHeld(APIView):
    """What a pack sent after it was over counts from now on."""

    capability = Capability.PLAN

    @extend_schema(request=None, responses=AcceptedOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        accepted = accept_held(pack=pack_for(user, pk), planner=user)
        return Response(AcceptedOut({"accepted": accepted}).data)


class TransportPassages(APIView):
    """Where everybody stands, some five hundred at a time; names are read in the registry."""

    capability = Capability.VIEW_INCIDENT

    @extend_schema(parameters=[PassagesIn], responses=PassagesOut)
    def get(self, request: Request, transport: int) -> Response:
        found = transport_for(acting_user(request), transport)
        after = validated(PassagesIn(data=request.query_params))["after"]
        rows = list(found.passages.filter(pk__gt=after).order_by("pk")[:PASSAGES_A_PAGE])
        more = rows[-1].pk if len(rows) == PASSAGES_A_PAGE else None
        return Response(PassagesOut({"passages": rows, "next_after": more}).data)


class TransportScans(APIView):
    """What an officer at a desk records of whoever is on the newest sealed version."""

    capability = Capability.PLAN

    @extend_schema(request=ScansIn, responses=TakenOut)
    def post(self, request: Request, transport: int) -> Response:
        user = acting_user(request)
        found = transport_for(user, transport)
        told = validated(ScansIn(data=request.data))["scans"]
        scans = [_scan(one) for one in told]
        taken = record_scans(transport=found, scans=scans, planner=user)
        return Response(TakenOut(taken).data)


class IncidentWalkIns(APIView):
    """Everybody who came to a gate and stood on no list; audited."""

    capability = Capability.VIEW_PERSON

    @extend_schema(responses=WalkInOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        rows = operation.walk_ins.select_related("matched_by", "operation")
        told = WalkInOut(rows, many=True).data
        audit.record(
            actor=acting_user(request).username,
            act="boarding.walk_ins_viewed",
            subject=operation.incident.source,
            people=len(told),
        )
        return Response(told)


class MatchWalkIn(APIView):
    capability = Capability.PLAN

    @extend_schema(request=MatchIn, responses=WalkInOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        walk_in = walk_in_for(user, pk)
        wanted = validated(MatchIn(data=request.data))
        return Response(WalkInOut(match_walk_in(walk_in=walk_in, planner=user, **wanted)).data)


def _counted(packs: QuerySet[GatePack]) -> QuerySet[GatePack]:
    return packs.select_related("manifest", "issued_by").annotate(
        scans_count=Count("scans"), held_count=Count("scans", filter=Q(scans__held=True))
    )


def _one(pack: GatePack) -> GatePack:
    return _counted(GatePack.objects.filter(pk=pack.pk)).get()


def _scan(told: dict[str, Any]) -> Scan:
    walk_in = told["walk_in"]
    return Scan(**{**told, "walk_in": NewWalkIn(**walk_in) if walk_in else None})
