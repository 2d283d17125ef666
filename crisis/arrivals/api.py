"""Arrivals for programs: the same rules by the same services. Rows of people are personal data:
reading them is audited."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit, clock
from config.kernel.api import validated
from crisis.arrivals import services
from crisis.arrivals.models import Stay
from crisis.arrivals.reconciling import Sides
from crisis.arrivals.selectors import (
    arrival_for,
    expected_at,
    here,
    lone_minors,
    place_for,
    stay_for,
    who_of,
)
from crisis.arrivals.states import LeftAs, Province
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from crisis.transports.models import Place, Transport
from crisis.transports.selectors import operation_for


class PersonOrWalkInOut(serializers.Serializer):
    """A person's reference, or the number of a walk-in whom nobody has matched."""

    ref = serializers.IntegerField()
    walk_in = serializers.BooleanField()


class SidesOut(serializers.Serializer):
    """How many, and of what does not agree who."""

    listed = serializers.SerializerMethodField()
    boarded = serializers.SerializerMethodField()
    arrived = serializers.SerializerMethodField()
    agree = serializers.BooleanField()
    not_boarded = PersonOrWalkInOut(many=True)
    not_listed = PersonOrWalkInOut(many=True)
    not_arrived = PersonOrWalkInOut(many=True)
    not_seen_boarding = PersonOrWalkInOut(many=True)

    def get_listed(self, sides: Sides) -> int:
        return len(sides.listed)

    def get_boarded(self, sides: Sides) -> int:
        return len(sides.boarded)

    def get_arrived(self, sides: Sides) -> int:
        return len(sides.arrived)


class TransportSidesOut(serializers.Serializer):
    transport = serializers.IntegerField()
    sides = SidesOut()


class ReconciliationOut(serializers.Serializer):
    all = SidesOut()
    unassigned = PersonOrWalkInOut(many=True, help_text="Listed, and on no transport yet.")
    transports = TransportSidesOut(many=True)


class ComingOut(serializers.Serializer):
    """A transport that comes here. `waited_for` are aboard or listed, and not recorded yet."""

    transport = serializers.IntegerField(source="transport.pk")
    number = serializers.CharField(source="transport.number")
    status = serializers.CharField(source="transport.status")
    arrives_at = serializers.DateTimeField(source="transport.arrives_at")
    aboard = PersonOrWalkInOut(many=True)
    listed = PersonOrWalkInOut(many=True)
    waited_for = PersonOrWalkInOut(many=True)


class StayOut(serializers.ModelSerializer):
    """One stay; reading it is audited."""

    who = serializers.SerializerMethodField()
    lone_minor = serializers.SerializerMethodField()
    food = serializers.CharField()
    medicine = serializers.CharField()
    needs = serializers.CharField()
    left_with = serializers.CharField()

    class Meta:
        model = Stay
        fields = (
            "id", "who", "since", "minor", "lone_minor", "bed", "food", "medicine", "needs",
            "onward_id", "province", "left_at", "left_as", "left_with",
        )  # fmt: skip

    @extend_schema_field(PersonOrWalkInOut)
    def get_who(self, stay: Stay) -> dict[str, Any]:
        return who_of(stay)._asdict()

    def get_lone_minor(self, stay: Stay) -> bool:
        return stay.pk in self.context["alone"]


class HavenOut(serializers.Serializer):
    place = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="name_zh")
    beds = serializers.IntegerField()
    coming = ComingOut(many=True)
    stays = StayOut(many=True)


class ArrivedIn(serializers.Serializer):
    transport = serializers.IntegerField(required=False, allow_null=True, default=None)
    person_refs = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=2000, default=list
    )
    walk_ins = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=2000, default=list
    )
    at = serializers.DateTimeField()


class ArrivedOut(serializers.Serializer):
    arrivals = serializers.ListField(child=serializers.IntegerField())
    known = serializers.IntegerField(help_text="Recorded here before, and passed over.")


class StayIn(serializers.Serializer):
    bed = serializers.CharField(max_length=20, default="", allow_blank=True)
    food = serializers.CharField(max_length=300, default="", allow_blank=True)
    medicine = serializers.CharField(max_length=300, default="", allow_blank=True)
    needs = serializers.CharField(max_length=300, default="", allow_blank=True)
    onward = serializers.IntegerField(required=False, allow_null=True, default=None)
    province = serializers.ChoiceField(choices=Province.choices, default="", allow_blank=True)
    minor = serializers.BooleanField(default=False)


class GuardianIn(serializers.Serializer):
    name = serializers.CharField(max_length=80)
    relation = serializers.CharField(max_length=40)
    document = serializers.CharField(max_length=40)
    basis = serializers.CharField(max_length=300)
    phone = serializers.CharField(max_length=40, default="", allow_blank=True)


class LeaveIn(serializers.Serializer):
    how = serializers.ChoiceField(choices=LeftAs.choices)
    at = serializers.DateTimeField()
    with_whom = serializers.CharField(max_length=200, default="", allow_blank=True)
    document = serializers.CharField(max_length=40, default="", allow_blank=True)
    onward = serializers.IntegerField(required=False, allow_null=True, default=None)
    province = serializers.ChoiceField(choices=Province.choices, default="", allow_blank=True)
    together_with = serializers.ListField(
        child=serializers.IntegerField(min_value=1), default=list, help_text="Other stays."
    )


class UndoneOut(serializers.Serializer):
    family_told = serializers.BooleanField()


class OperationReconciliation(APIView):
    """Listed against boarded against arrived, in all and by transport."""

    capability = Capability.VIEW_PERSON

    @extend_schema(responses=ReconciliationOut)
    def get(self, request: Request, incident: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        found = services.reconcile(operation)
        _note(request, "arrival.reconciled", operation.incident.source)
        return Response(
            ReconciliationOut(
                {
                    "all": found.all,
                    "unassigned": sorted(found.unassigned),
                    "transports": [
                        {"transport": pk, "sides": found.of(pk)} for pk in found.crossings
                    ],
                }
            ).data
        )


class Haven(APIView):
    """A place where people arrive: who is coming, and who stays."""

    capability = Capability.VIEW_PERSON

    @extend_schema(responses=HavenOut)
    def get(self, request: Request, pk: int) -> Response:
        place = place_for(acting_user(request), pk)
        stays = list(here(place))
        _note(request, "arrival.listed", f"place:{pk}", people=len(stays))
        return Response(
            {
                "place": place.pk,
                "name": place.name_zh,
                "beds": place.beds,
                "coming": ComingOut(expected_at(place), many=True).data,
                "stays": StayOut(stays, many=True, context=_alone(place)).data,
            }
        )


class HavenArrivals(APIView):
    """These people arrived."""

    capability = Capability.RECORD

    @extend_schema(request=ArrivedIn, responses={201: ArrivedOut})
    def post(self, request: Request, pk: int) -> Response:
        place = place_for(acting_user(request), pk)
        said = validated(ArrivedIn(data=request.data))
        said["transport"] = _transport(said["transport"], destination=place)
        done = services.record_arrivals(place=place, officer=acting_user(request), **said)
        out = {"arrivals": [arrival.pk for arrival in done.arrivals], "known": done.known}
        return Response(ArrivedOut(out).data, status=201)


class UndoArrival(APIView):
    """It was recorded by mistake."""

    capability = Capability.RECORD

    @extend_schema(request=None, responses=UndoneOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        told = services.undo_arrival(arrival=arrival_for(user, pk), officer=user)
        return Response(UndoneOut({"family_told": told}).data)


class OneStay(APIView):
    capability = {"GET": Capability.VIEW_PERSON, "PUT": Capability.RECORD}

    @extend_schema(responses=StayOut)
    def get(self, request: Request, pk: int) -> Response:
        stay = stay_for(acting_user(request), pk)
        _note(request, "stay.viewed", f"stay:{pk}")
        return _stay(stay)

    @extend_schema(request=StayIn, responses=StayOut)
    def put(self, request: Request, pk: int) -> Response:
        stay = stay_for(acting_user(request), pk)
        said = validated(StayIn(data=request.data))
        said["onward"] = _transport(said["onward"], origin=stay.place)
        return _stay(
            services.change_stay(
                stay=stay, draft=services.StayDraft(**said), officer=acting_user(request)
            )
        )


class StayGuardian(APIView):
    """The one person to whom a lone minor may be given."""

    capability = Capability.RECORD

    @extend_schema(request=GuardianIn, responses={204: None})
    def put(self, request: Request, pk: int) -> Response:
        stay = stay_for(acting_user(request), pk)
        draft = services.GuardianDraft(**validated(GuardianIn(data=request.data)))
        services.name_guardian(stay=stay, draft=draft, officer=acting_user(request))
        return Response(status=204)


class LeaveStay(APIView):
    """Somebody leaves, with others of the same place."""

    capability = Capability.RECORD

    @extend_schema(request=LeaveIn, responses=StayOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        stay = stay_for(user, pk)
        said = validated(LeaveIn(data=request.data))
        said["onward"] = _transport(said["onward"], origin=stay.place)
        others = here(stay.place).filter(pk__in=said.pop("together_with"))
        draft = services.Release(**{**said, "how": LeftAs(said["how"])})
        services.release(stays=[stay, *others], draft=draft, officer=user)
        return _stay(stay_for(user, pk))


class ReadmitStay(APIView):
    """They did not leave after all; 409 where they are at another place by now."""

    capability = Capability.RECORD

    @extend_schema(request=None, responses=StayOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        back = services.readmit(stay=stay_for(user, pk), officer=user)
        return _stay(stay_for(user, pk), status=200 if back else 409)


def _transport(pk: int | None, **where: Place) -> Transport | None:
    return None if pk is None else get_object_or_404(Transport, pk=pk, **where)


def _stay(stay: Stay, status: int = 200) -> Response:
    return Response(StayOut(stay, context=_alone(stay.place)).data, status=status)


def _alone(place: Place) -> dict[str, set[int]]:
    return {"alone": lone_minors(place, clock.now())}


def _note(request: Request, act: str, subject: str, **detail: object) -> None:
    audit.record(actor=request.user.username, act=act, subject=subject, **detail)
