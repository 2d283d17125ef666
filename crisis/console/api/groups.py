"""Groups for programs: listed, opened, confirmed, closed; their members, liaisons and positions."""

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from crisis.console.api.people import demand_country, registered
from crisis.console.api.throttles import Reading, Writing
from crisis.console.selectors import visible_group, visible_groups
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from registry.drafts import Place
from registry.models import Group, GroupKind, Membership, Person
from registry.selectors.groups import members_of, open_groups, with_sizes
from registry.services import groups as services
from registry.services.groups import GroupDraft

LARGEST = 2**63 - 1


class GroupIn(serializers.Serializer):
    kind = serializers.ChoiceField(choices=GroupKind.choices)
    name = serializers.CharField(max_length=80)
    country = serializers.CharField(max_length=2)
    city = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class MemberIn(serializers.Serializer):
    """`person`: the number of somebody in one's jurisdiction."""

    person = serializers.IntegerField(min_value=1, max_value=LARGEST)


class PositionIn(serializers.Serializer):
    """Where a vessel was at `at`: WGS-84 degrees, and metres within which that is true."""

    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    accuracy_m = serializers.FloatField(required=False, default=1000.0)
    at = serializers.DateTimeField()


class MovedOut(serializers.Serializer):
    """How many members are there now; 0 where a newer position was known."""

    moved = serializers.IntegerField()


class MemberOut(serializers.ModelSerializer):
    name = serializers.CharField(source="person.name")

    class Meta:
        model = Membership
        fields = ("person", "name", "part", "joined_at")


class GroupOut(serializers.ModelSerializer):
    members = serializers.IntegerField()
    liaisons = serializers.IntegerField()

    class Meta:
        model = Group
        fields = (
            "id", "kind", "name", "country", "city", "post", "latitude", "longitude",
            "accuracy_m", "position_at", "created_at", "confirmed_at", "closed_at", "members",
            "liaisons",
        )  # fmt: skip


class GroupWithMembersOut(GroupOut):
    people = MemberOut(many=True)

    class Meta(GroupOut.Meta):
        fields = (*GroupOut.Meta.fields, "people")  # type: ignore[assignment]


class ByNumber(CursorPagination):
    ordering = "pk"
    page_size = 100


class Groups(APIView):
    """The open groups of one's countries, page by page; opening one, confirmed at once."""

    capability = {"GET": Capability.VIEW_PERSON, "POST": Capability.REGISTER}
    throttle_classes = [Reading, Writing]

    @extend_schema(responses=GroupOut(many=True))
    def get(self, request: Request) -> Response:
        mine = visible_groups(acting_user(request))
        groups = with_sizes(open_groups().filter(pk__in=mine.values("pk")))
        pages = ByNumber()
        page = pages.paginate_queryset(groups, request, view=self)
        return pages.get_paginated_response(GroupOut(page, many=True).data)

    @extend_schema(request=GroupIn, responses={201: GroupOut})
    def post(self, request: Request) -> Response:
        draft = GroupDraft(**validated(GroupIn(data=request.data))).clean()
        demand_country(acting_user(request), draft.country)
        group = services.open_group(draft=draft, by=_by(request))
        return Response(_told(group), status=201)


class OneGroup(APIView):
    """One group with its members. Every look is audited."""

    capability = Capability.VIEW_PERSON
    throttle_classes = [Reading]

    @extend_schema(responses=GroupWithMembersOut)
    def get(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        group = visible_group(officer, pk)
        audit.record(actor=officer.username, act="group.viewed", subject=f"group:{pk}")
        found = with_sizes(Group.objects.filter(pk=group.pk)).get()
        found.people = members_of(group)  # type: ignore[attr-defined]
        return Response(GroupWithMembersOut(found).data)


class _Act(APIView):
    """One act upon a group, by its officer; answered with the group as it is then."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    def done(self, request: Request, pk: int, act: Callable[..., Any], **facts: Any) -> Response:
        group = visible_group(acting_user(request), pk)
        act(group=group, by=_by(request), **facts)
        return Response(_told(group))


class Confirm(_Act):
    """The group was looked at: from now on its liaisons report for its members."""

    @extend_schema(request=None, responses=GroupOut)
    def post(self, request: Request, pk: int) -> Response:
        return self.done(request, pk, services.confirm_group)


class Close(_Act):
    """The group ends, and everybody's membership in it."""

    @extend_schema(request=None, responses=GroupOut)
    def post(self, request: Request, pk: int) -> Response:
        return self.done(request, pk, services.close_group)


class Members(_Act):
    """Take somebody of one's own people in."""

    @extend_schema(request=MemberIn, responses=GroupOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        visible_group(officer, pk)
        person = registered(officer, validated(MemberIn(data=request.data))["person"])
        return self.done(request, pk, services.add_member, person=person)


class OneMember(_Act):
    """Let a member go."""

    @extend_schema(responses=GroupOut)
    def delete(self, request: Request, pk: int, person: int) -> Response:
        member = _member(request, pk, person)
        return self.done(request, pk, services.end_membership, person=member)


class Liaison(_Act):
    """PUT makes a member a liaison, DELETE a plain member again."""

    @extend_schema(request=None, responses=GroupOut)
    def put(self, request: Request, pk: int, person: int) -> Response:
        member = _member(request, pk, person)
        return self.done(request, pk, services.appoint_liaison, person=member)

    @extend_schema(responses=GroupOut)
    def delete(self, request: Request, pk: int, person: int) -> Response:
        member = _member(request, pk, person)
        return self.done(request, pk, services.dismiss_liaison, person=member)


class Position(APIView):
    """A vessel says where it is, and its members with it."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=PositionIn, responses=MovedOut)
    def post(self, request: Request, pk: int) -> Response:
        group = visible_group(acting_user(request), pk)
        data = validated(PositionIn(data=request.data))
        at = data.pop("at")
        place = Place(country="", **data)
        moved = services.report_position(group=group, place=place, at=at, by=_by(request))
        return Response({"moved": moved})


def _by(request: Request) -> services.Acting:
    return services.officer(acting_user(request).username)


def _member(request: Request, pk: int, person: int) -> Person:
    group = visible_group(acting_user(request), pk)
    return get_object_or_404(Person, pk__in=members_of(group).values("person"), pk=person)


def _told(group: Group) -> Any:
    return GroupOut(with_sizes(Group.objects.filter(pk=group.pk)).get()).data
