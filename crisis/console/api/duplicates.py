"""Who may be registered twice, for programs: listed; merged, parted or told apart by an officer."""

from typing import Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from crisis.console.api.finding import FoundOut
from crisis.console.api.throttles import Reading, Writing
from crisis.console.selectors import visible_people
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from registry.models import Merge, Person
from registry.selectors.duplicates import REASONS, find_duplicates
from registry.selectors.people import persons_by_ids
from registry.services.merging import merge_persons, not_the_same, undo_merge

PAIRS_A_PAGE = 100


class PairOut(serializers.Serializer):
    """Two who look like one, and why: the surest reason first."""

    low = FoundOut()
    high = FoundOut()
    reasons = serializers.ListField(child=serializers.ChoiceField(choices=REASONS))


class PairsOut(serializers.Serializer):
    """`pages` hold all pairs, `page` is this one's number."""

    pairs = PairOut(many=True)
    found = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()


class PairIn(serializers.Serializer):
    """Two people of one's own, by their numbers."""

    one = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    other = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class MergeIn(serializers.Serializer):
    """`kept` stays; `gone` leaves the registry, and what hung on it hangs on `kept`."""

    kept = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    gone = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class MergeOut(serializers.ModelSerializer):
    class Meta:
        model = Merge
        fields = ("id", "kept", "gone", "merged_at", "merged_by", "undone_at", "undone_by")


class Duplicates(APIView):
    """Pairs among one's own people, the surest first, page by page. Each look is audited."""

    capability = Capability.REGISTER
    throttle_classes = [Reading]

    @extend_schema(parameters=[OpenApiParameter("page", int)], responses=PairsOut)
    def get(self, request: Request) -> Response:
        officer = acting_user(request)
        pairs = find_duplicates(visible_people(officer))
        page = Paginator(pairs, PAIRS_A_PAGE).get_page(request.query_params.get("page"))
        people = persons_by_ids({pk for pair in page for pk in (pair.low, pair.high)})
        rows: list[dict[str, Any]] = [
            {"low": people[pair.low], "high": people[pair.high], "reasons": pair.reasons}
            for pair in page
        ]
        audit.record(actor=officer.username, act="person.duplicates_listed", found=len(pairs))
        answer = {"pairs": rows, "found": len(pairs), "page": page.number}
        return Response(PairsOut(answer | {"pages": page.paginator.num_pages}).data)


class NotTheSame(APIView):
    """Remember that these two are two."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=PairIn, responses={204: None})
    def post(self, request: Request) -> Response:
        officer = acting_user(request)
        data = validated(PairIn(data=request.data))
        one, other = (_person(officer, data[name]) for name in ("one", "other"))
        not_the_same(one=one, other=other, by=officer.username)
        return Response(status=204)


class Merges(APIView):
    """Join two registrations of one person."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=MergeIn, responses={201: MergeOut})
    def post(self, request: Request) -> Response:
        officer = acting_user(request)
        data = validated(MergeIn(data=request.data))
        kept, gone = (_person(officer, data[name]) for name in ("kept", "gone"))
        merge = merge_persons(kept=kept, gone=gone, by=officer.username)
        return Response(MergeOut(merge).data, status=201)


class Undo(APIView):
    """Part them again; what nobody changed since goes back."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=None, responses=MergeOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        mine = Merge.objects.filter(kept__in=visible_people(officer).values("pk"))
        merge = get_object_or_404(mine, pk=pk)
        undo_merge(merge=merge, by=officer.username)
        merge.refresh_from_db()
        return Response(MergeOut(merge).data)


def _person(officer: User, pk: int) -> Person:
    return get_object_or_404(visible_people(officer), pk=pk)
