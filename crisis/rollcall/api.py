"""The roll call for programs: counts, standings, and what an officer records."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel.api import validated
from crisis.incidents.api import WaveOut
from crisis.incidents.selectors import incident_for
from crisis.rollcall.models import PresenceEstimate, Standing
from crisis.rollcall.selectors import counts, estimates, standings
from crisis.rollcall.services import estimate_presence, record_status, release_to_contacts
from crisis.rollcall.services.estimating import MOST
from crisis.rollcall.services.recording import BY_OFFICER
from crisis.rollcall.states import Condition, Contact, EstimateSource, EventKind, Movement
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user


class CountsOut(serializers.Serializer):
    """Each facet sums to `in_audience`."""

    in_audience = serializers.IntegerField()
    condition = serializers.DictField(child=serializers.IntegerField())
    movement = serializers.DictField(child=serializers.IntegerField())
    contact = serializers.DictField(child=serializers.IntegerField())
    silent = serializers.IntegerField()
    unaddressed = serializers.IntegerField()
    wants_out = serializers.IntegerField()
    possible_help = serializers.IntegerField()
    uncertain = serializers.IntegerField()
    spoken_for = serializers.IntegerField()
    self_reported = serializers.DictField(
        child=serializers.IntegerField(), help_text="Further people, in none of the other counts."
    )
    deliveries = serializers.DictField()


class FilterIn(serializers.Serializer):
    condition = serializers.ChoiceField(choices=Condition.choices, required=False, default="")
    movement = serializers.ChoiceField(choices=Movement.choices, required=False, default="")
    contact = serializers.ChoiceField(choices=Contact.choices, required=False, default="")


class StandingOut(serializers.ModelSerializer):
    """`person_ref` is opaque: names are read in the registry, where reading is audited."""

    class Meta:
        model = Standing
        fields = (
            "person_ref", "certain", "reason", "distance_m", "addressed", "condition",
            "movement", "contact", "wants_out", "possible_help", "spoken_for", "self_reported",
            "answered_at", "updated_at",
        )  # fmt: skip


class RecordIn(serializers.Serializer):
    person_ref = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=sorted((k.value, k.label) for k in BY_OFFICER))
    note = serializers.CharField(max_length=1000, required=False, default="")


class Counts(APIView):
    capability = Capability.VIEW_INCIDENT

    @extend_schema(responses=CountsOut)
    def get(self, request: Request, incident: int) -> Response:
        found = incident_for(acting_user(request), incident)
        return Response(CountsOut(counts(found)).data)


class ByNumber(CursorPagination):
    ordering = "pk"
    page_size = 200


class Standings(APIView):
    """Page by page; an officer's line about one person."""

    capability = {"GET": Capability.VIEW_PERSON, "POST": Capability.RECORD}

    @extend_schema(parameters=[FilterIn], responses=StandingOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        found = standings(
            incident_for(acting_user(request), incident),
            **validated(FilterIn(data=request.query_params)),
        )
        pages = ByNumber()
        page = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(StandingOut(page, many=True).data)

    @extend_schema(request=RecordIn, responses={201: StandingOut})
    def post(self, request: Request, incident: int) -> Response:
        data = validated(RecordIn(data=request.data))
        officer = acting_user(request)
        found = incident_for(officer, incident)
        record_status(
            incident=found,
            person_ref=data["person_ref"],
            kind=EventKind(data["kind"]),
            officer=officer,
            note=data["note"],
        )
        standing = Standing.objects.get(incident=found, person_ref=data["person_ref"])
        return Response(StandingOut(standing).data, status=201)


class EstimateIn(serializers.Serializer):
    """`as_of` is the moment the number speaks of; `basis` holds no names and no numbers of
    people's phones."""

    people = serializers.IntegerField(min_value=0, max_value=MOST)
    source = serializers.ChoiceField(choices=EstimateSource.choices)  # type: ignore[assignment]
    as_of = serializers.DateTimeField()
    basis = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class EstimateOut(serializers.ModelSerializer):
    class Meta:
        model = PresenceEstimate
        fields = ("people", "source", "basis", "as_of", "recorded_at", "recorded_by")


class Estimates(APIView):
    """How many people the post believes are there, the newest first; another number."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.RECORD}

    @extend_schema(responses=EstimateOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        found = estimates(incident_for(acting_user(request), incident))
        return Response(EstimateOut(found, many=True).data)

    @extend_schema(request=EstimateIn, responses={201: EstimateOut})
    def post(self, request: Request, incident: int) -> Response:
        data = validated(EstimateIn(data=request.data))
        officer = acting_user(request)
        estimate = estimate_presence(
            incident=incident_for(officer, incident),
            officer=officer,
            source=EstimateSource(data.pop("source")),
            **data,
        )
        return Response(EstimateOut(estimate).data, status=201)


class PersonIn(serializers.Serializer):
    person_ref = serializers.IntegerField()


class EmergencyContacts(APIView):
    """Ask one silent person's emergency contacts for news. Who they are stays in the registry."""

    capability = Capability.RECORD

    @extend_schema(request=PersonIn, responses={201: WaveOut})
    def post(self, request: Request, incident: int) -> Response:
        officer = acting_user(request)
        wave = release_to_contacts(
            incident=incident_for(officer, incident),
            officer=officer,
            **validated(PersonIn(data=request.data)),
        )
        return Response(WaveOut(wave).data, status=201)
