"""Matching an enquiry for programs: among the people whom the officer may see."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from crisis.console.selectors import visible_people
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from crisis.tracing.api import WholeOut
from crisis.tracing.candidates import Candidate, candidates
from crisis.tracing.selectors import enquiry_for
from crisis.tracing.services.matching import match_enquiry, undo_match


class EnquiryCandidateOut(serializers.Serializer):
    """`score` is 0 to 100; `reasons` say what it is made of. Who it is stands in the registry,
    where reading is audited."""

    person = serializers.SerializerMethodField()
    score = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())

    def get_person(self, candidate: Candidate) -> int:
        return candidate.person.pk


class EnquiryMatchIn(serializers.Serializer):
    person = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    score = serializers.IntegerField(min_value=0, max_value=100, required=False, default=0)


class Candidates(APIView):
    capability = Capability.VIEW_PERSON

    @extend_schema(responses=EnquiryCandidateOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        enquiry = enquiry_for(officer, pk)
        found = candidates(enquiry, visible_people(officer))
        audit.record(actor=officer.username, act="tracing.viewed", subject=f"enquiry:{pk}")
        return Response(EnquiryCandidateOut(found, many=True).data)


class Matching(APIView):
    """The sought person is this registered one; DELETE takes it back."""

    capability = Capability.RECORD

    @extend_schema(request=EnquiryMatchIn, responses=WholeOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        enquiry = enquiry_for(officer, pk)
        data = validated(EnquiryMatchIn(data=request.data))
        match_enquiry(
            enquiry=enquiry,
            person=get_object_or_404(visible_people(officer), pk=data["person"]),
            officer=officer,
            score=data["score"],
        )
        return Response(WholeOut(enquiry_for(officer, pk)).data)

    @extend_schema(request=None, responses=WholeOut)
    def delete(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        undo_match(enquiry=enquiry_for(officer, pk), officer=officer)
        return Response(WholeOut(enquiry_for(officer, pk)).data)
