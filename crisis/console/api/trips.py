"""Legs of one person's trips for programs: listed, added, changed, removed."""

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from crisis.console.api.people import PlaceOut, registered, seen
from crisis.console.api.throttles import Reading, Writing
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from registry.models import Person, Source, Whereabouts
from registry.selectors.whereabouts import trips_of
from registry.services.whereabouts import add_trip, change_trip, remove_trip
from registry.whereabouts.legs import LegDraft, overlapping


class LegIn(serializers.Serializer):
    """Days and times by the clock of the place; the country by its code or its name."""

    country = serializers.CharField(max_length=60)
    city = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    starts_time = serializers.TimeField(required=False, allow_null=True, default=None)
    ends_time = serializers.TimeField(required=False, allow_null=True, default=None)


class LegOut(PlaceOut):
    """`starts_at` and `ends_at` in UTC; `overlaps`: another leg is elsewhere at the same time."""

    overlaps = serializers.SerializerMethodField()

    class Meta(PlaceOut.Meta):
        fields = (*PlaceOut.Meta.fields, "overlaps")  # type: ignore[assignment]

    def get_overlaps(self, leg: Whereabouts) -> bool:
        return leg.pk in self.context["overlapping"]


class Trips(APIView):
    """The legs of a person's trips, the earliest first; adding one, which twice is one."""

    capability = {"GET": Capability.VIEW_PERSON, "POST": Capability.REGISTER}
    throttle_classes = [Reading, Writing]

    @extend_schema(responses=LegOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        person = seen(acting_user(request), pk)
        return Response(_told(list(trips_of(person.pk)), person))

    @extend_schema(request=LegIn, responses={201: LegOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        person, leg = registered(officer, pk), LegDraft(**validated(LegIn(data=request.data)))
        starts, ends = leg.moments()
        with transaction.atomic():
            added = add_trip(
                person=person,
                place=leg.place(),
                starts_at=starts,
                ends_at=ends,
                source=Source.OFFICER,
            )
            _note(officer, "trip.added", person)
        return Response(_told([added], person)[0], status=201)


class OneTrip(APIView):
    """PUT puts another leg in a leg's place, DELETE takes it out: the person does not go."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=LegIn, responses=LegOut)
    def put(self, request: Request, pk: int, leg: int) -> Response:
        officer = acting_user(request)
        person, draft = registered(officer, pk), LegDraft(**validated(LegIn(data=request.data)))
        found = get_object_or_404(trips_of(person.pk), pk=leg)
        starts, ends = draft.moments()
        with transaction.atomic():
            changed = change_trip(leg=found, place=draft.place(), starts_at=starts, ends_at=ends)
            _note(officer, "trip.changed", person)
        return Response(_told([changed], person)[0])

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, leg: int) -> Response:
        officer = acting_user(request)
        person = registered(officer, pk)
        found = get_object_or_404(trips_of(person.pk), pk=leg)
        with transaction.atomic():
            remove_trip(leg=found)
            _note(officer, "trip.removed", person)
        return Response(status=204)


def _told(legs: list[Whereabouts], person: Person) -> list[Any]:
    crossing = overlapping(list(trips_of(person.pk)))
    return list(LegOut(legs, many=True, context={"overlapping": crossing}).data)


def _note(officer: User, act: str, person: Person) -> None:
    audit.record(actor=officer.username, act=act, subject=f"person:{person.pk}")
