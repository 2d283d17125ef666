"""Finding people for programs, within the jurisdiction of who asks."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from config.kernel.errors import DomainError
from crisis.console.api.throttles import Reading
from crisis.console.forms.people import PersonSearch
from crisis.console.selectors import visible_people
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from registry.models import Person

FOUND_AT_MOST = 100


class SearchIn(serializers.Serializer):
    """At least one; all that are given must fit. `name`: name, passport spelling, pinyin or
    initials. Sent by POST, so that none of it stands in an address or a log."""

    name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    document = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)


class FoundOut(serializers.ModelSerializer):
    class Meta:
        model = Person
        fields = ("id", "name", "passport_name", "birth_date", "document_kind", "left_at")


class SearchOut(serializers.Serializer):
    """`more`: others fit as well; write more of it."""

    found = FoundOut(many=True)
    more = serializers.BooleanField()


class Search(APIView):
    """Find people by name, pinyin, phone or document. Every search is audited, without what was
    asked for."""

    capability = Capability.VIEW_PERSON
    throttle_classes = [Reading]

    @extend_schema(request=SearchIn, responses=SearchOut)
    def post(self, request: Request) -> Response:
        officer = acting_user(request)
        form = PersonSearch(validated(SearchIn(data=request.data)))
        if not form.is_valid():
            field, sentences = next(iter(form.errors.items()))
            raise DomainError("bad_search", str(sentences[0]), {"field": field})
        found = list(form.apply(visible_people(officer))[: FOUND_AT_MOST + 1])
        audit.record(
            actor=officer.username, act="person.searched", by=form.kinds(), found=len(found)
        )
        answer = {"found": found[:FOUND_AT_MOST], "more": len(found) > FOUND_AT_MOST}
        return Response(SearchOut(answer).data)
