"""Advisories for programs."""

from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import clock
from config.kernel.api import validated
from crisis.advisories.models import Advisory, Level
from crisis.advisories.selectors import history, in_force_everywhere
from crisis.advisories.services import NewAdvisory, issue_advisory, withdraw_advisory
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user, posts_of
from registry.countries import country_name


class AdvisoryIn(serializers.Serializer):
    country = serializers.CharField(max_length=2)
    region = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    level = serializers.ChoiceField(choices=Level.choices)
    reason = serializers.CharField(max_length=2000)
    starts_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    expires_at = serializers.DateTimeField()


class AdvisoryOut(serializers.Serializer):
    id = serializers.IntegerField()
    country = serializers.CharField()
    country_name = serializers.SerializerMethodField()
    region = serializers.CharField()
    level = serializers.IntegerField()
    level_name = serializers.CharField(source="get_level_display")
    reason = serializers.CharField()
    starts_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    issued_by = serializers.CharField(source="issued_by.username")
    issued_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)

    def get_country_name(self, advisory: Advisory) -> str:
        return country_name(advisory.country, get_language() or "zh-hans")


class InForceIn(serializers.Serializer):
    at = serializers.DateTimeField(required=False, help_text="UTC; default now")


class HistoryIn(serializers.Serializer):
    country = serializers.CharField(max_length=2)


class NewestFirst(CursorPagination):
    ordering = ("-starts_at", "-id")


class Advisories(APIView):
    """A country's history, newest first; a new advisory."""

    capability = {"GET": Capability.ENTER, "POST": Capability.ISSUE_ADVISORY}

    @extend_schema(parameters=[HistoryIn], responses=AdvisoryOut(many=True))
    def get(self, request: Request) -> Response:
        wanted = validated(HistoryIn(data=request.query_params))
        pages = NewestFirst()
        page = pages.paginate_queryset(history(wanted["country"].upper()), request, view=self)
        return pages.get_paginated_response(AdvisoryOut(page, many=True).data)

    @extend_schema(request=AdvisoryIn, responses={201: AdvisoryOut})
    def post(self, request: Request) -> Response:
        wanted = NewAdvisory(**validated(AdvisoryIn(data=request.data)))
        row = issue_advisory(advisory=wanted, officer=acting_user(request))
        return Response(AdvisoryOut(row).data, status=201)


class AdvisoriesInForce(APIView):
    """What binds at one moment; a country that is not named has 当前无级别提醒."""

    capability = Capability.ENTER

    @extend_schema(parameters=[InForceIn], responses=AdvisoryOut(many=True))
    def get(self, request: Request) -> Response:
        at = validated(InForceIn(data=request.query_params)).get("at") or clock.now()
        return Response(AdvisoryOut(in_force_everywhere(at), many=True).data)


class WithdrawAdvisory(APIView):
    capability = Capability.ISSUE_ADVISORY

    @extend_schema(request=None, responses=AdvisoryOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        served = posts_of(officer).values("jurisdictions__country")
        advisory = get_object_or_404(Advisory.objects.filter(country__in=served), pk=pk)
        return Response(AdvisoryOut(withdraw_advisory(advisory=advisory, officer=officer)).data)
