"""Plans for programs: asked for, read, decided on, changed. People are references; names are read
in the registry."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from crisis.allocation.breaches import Breach, Rule
from crisis.allocation.models import Placement, Plan, PlanRun
from crisis.allocation.selectors import breaches_of, counts, loads, moved, plan_for, plans_for
from crisis.allocation.services import (
    adopt_plan,
    ask_for_plan,
    discard_plan,
    move_onto,
    move_party,
    release_party,
)
from crisis.allocation.words import Naming
from crisis.seats.models import Party
from crisis.seats.states import KeptBack
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user, within_jurisdiction
from crisis.transports.models import Journey, Transport
from crisis.transports.selectors import operation_for
from crisis.transports.states import PlaceClass

ROWS_A_PAGE = 500


class PlanOut(serializers.Serializer):
    """A plan without its people. `unserved` and `bound` are weights: no plan leaves less."""

    id = serializers.IntegerField()
    incident = serializers.IntegerField(source="operation.incident_id")
    number = serializers.IntegerField()
    state = serializers.CharField()
    made_by = serializers.CharField(source="made_by.username")
    made_at = serializers.DateTimeField()
    adopted_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)
    based_on = serializers.IntegerField(source="based_on_id", allow_null=True)
    method = serializers.CharField()
    seconds = serializers.FloatField()
    unserved = serializers.FloatField()
    bound = serializers.FloatField()


class PlaceCountOut(serializers.Serializer):
    place_class = serializers.ChoiceField(choices=PlaceClass.choices)
    used = serializers.IntegerField()
    capacity = serializers.IntegerField()


class LoadOut(serializers.Serializer):
    transport = serializers.IntegerField()
    number = serializers.CharField()
    people = serializers.IntegerField()
    classes = PlaceCountOut(many=True)


class BreachOut(serializers.Serializer):
    """A broken rule; `words` is the sentence that pages show."""

    rule = serializers.ChoiceField(choices=Rule.choices)
    transport = serializers.IntegerField(allow_null=True)
    party = serializers.IntegerField(allow_null=True)
    traveller = serializers.IntegerField(allow_null=True)
    place_class = serializers.CharField(allow_null=True)
    used = serializers.IntegerField()
    room = serializers.IntegerField()
    words = serializers.CharField()


class WholePlanOut(PlanOut):
    placed = serializers.IntegerField()
    waiting = serializers.DictField(child=serializers.IntegerField())
    loads = LoadOut(many=True)
    breaches = BreachOut(many=True)


class PlanRunOut(serializers.Serializer):
    """A plan in the making; `plan` when it is done, `problem` where it was refused."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    asked_at = serializers.DateTimeField()
    plan = serializers.IntegerField(source="plan_id", allow_null=True)
    problem = serializers.CharField()


class AskIn(serializers.Serializer):
    """`based_on`: the plan to change as little as possible; `without`: transports to leave out."""

    based_on = serializers.IntegerField(required=False, allow_null=True, default=None)
    without = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)


class PlacementOut(serializers.Serializer):
    id = serializers.IntegerField()
    person_ref = serializers.IntegerField(source="traveller.person_ref")
    party = serializers.IntegerField(source="traveller.party.number")
    journey = serializers.IntegerField(source="journey_id", allow_null=True)
    transports = serializers.SerializerMethodField()
    place_class = serializers.CharField()
    reason = serializers.CharField()
    fixed = serializers.BooleanField()

    def get_transports(self, placement: Placement) -> list[int]:
        return [int(part) for part in placement.journey.key.split(">")] if placement.journey else []


class PlacementsOut(serializers.Serializer):
    rows = PlacementOut(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class AfterIn(serializers.Serializer):
    after = serializers.IntegerField(min_value=0, default=0)


class SinceIn(serializers.Serializer):
    since = serializers.IntegerField(min_value=1, help_text="The earlier plan's number.")


class MovedPartyOut(serializers.Serializer):
    """`before` and `after` are transports in order, null without a place."""

    person_ref = serializers.IntegerField(source="traveller.person_ref")
    party = serializers.IntegerField(source="traveller.party.number")
    before = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    after = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    forced = serializers.BooleanField()


class MoveIn(serializers.Serializer):
    """`party` by its number in the operation. One of `journey` and `transport` says where to;
    without either the party loses its places, for `reason`. `people` parts them, with `split`."""

    party = serializers.IntegerField(min_value=1)
    journey = serializers.IntegerField(required=False, allow_null=True)
    transport = serializers.IntegerField(required=False, allow_null=True)
    reason = serializers.ChoiceField(choices=KeptBack.choices, required=False, allow_blank=True)
    split = serializers.BooleanField(required=False, default=False)
    people = serializers.ListField(child=serializers.IntegerField(), required=False)


class PartyIn(serializers.Serializer):
    party = serializers.IntegerField(min_value=1)


class ReleasedOut(serializers.Serializer):
    released = serializers.IntegerField()


class BreachesOut(serializers.Serializer):
    breaches = BreachOut(many=True)


class IncidentPlans(APIView):
    """The plans of an incident's evacuation; POST has one made by a worker."""

    capability = {"GET": Capability.VIEW_INCIDENT, "POST": Capability.PLAN}

    @extend_schema(responses=PlanOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        operation = operation_for(acting_user(request), incident)
        plans = plans_for(acting_user(request)).filter(operation=operation)
        return Response(PlanOut(plans, many=True).data)

    @extend_schema(request=AskIn, responses={202: PlanRunOut})
    def post(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        operation = operation_for(user, incident)
        wanted = validated(AskIn(data=request.data))
        based_on = wanted["based_on"]
        run = ask_for_plan(
            operation=operation,
            planner=user,
            based_on=plan_for(user, based_on) if based_on else None,
            without=wanted["without"],
        )
        return Response(PlanRunOut(run).data, status=202)


class OnePlanRun(APIView):
    capability = Capability.VIEW_INCIDENT

    @extend_schema(responses=PlanRunOut)
    def get(self, request: Request, pk: int) -> Response:
        runs = within_jurisdiction(PlanRun.objects.all(), request.user, "operation__incident__post")
        return Response(PlanRunOut(get_object_or_404(runs, pk=pk)).data)


class OnePlan(APIView):
    """A plan, how full it makes the transports, and what it breaks."""

    capability = Capability.VIEW_INCIDENT

    @extend_schema(responses=WholePlanOut)
    def get(self, request: Request, pk: int) -> Response:
        plan = plan_for(acting_user(request), pk)
        rows = [
            {
                "transport": load.transport.pk,
                "number": load.transport.number,
                "people": load.people,
                "classes": [
                    {"place_class": one, "used": used, "capacity": room}
                    for one, used, room in load.classes
                ],
            }
            for load in loads(plan)
        ]
        whole = {**PlanOut(plan).data, **counts(plan)}
        return Response({**whole, "loads": rows, "breaches": _broken(plan, breaches_of(plan))})


class PlanPlacements(APIView):
    """Who goes where, some hundreds at a time: `after` is the last placement already seen."""

    capability = Capability.PLAN

    @extend_schema(parameters=[AfterIn], responses=PlacementsOut)
    def get(self, request: Request, pk: int) -> Response:
        plan = plan_for(acting_user(request), pk)
        after = validated(AfterIn(data=request.query_params))["after"]
        found = plan.placements.filter(pk__gt=after).order_by("pk")
        rows = list(found.select_related("traveller__party", "journey")[:ROWS_A_PAGE])
        _record(request, plan, "plan.viewed", after=after, people=len(rows))
        page = {"rows": rows, "next_after": rows[-1].pk if len(rows) == ROWS_A_PAGE else None}
        return Response(PlacementsOut(page).data)


class PlanMoves(APIView):
    """Whom this plan places otherwise than an earlier one."""

    capability = Capability.PLAN

    @extend_schema(parameters=[SinceIn], responses=MovedPartyOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        plan = plan_for(acting_user(request), pk)
        number = validated(SinceIn(data=request.query_params))["since"]
        since = get_object_or_404(Plan, operation=plan.operation_id, number=number)
        _record(request, plan, "plan.compared", since=number)
        return Response(MovedPartyOut(moved(plan, since), many=True).data)


class AdoptPlan(APIView):
    capability = Capability.PLAN

    @extend_schema(request=None, responses=PlanOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        return Response(PlanOut(adopt_plan(plan=plan_for(user, pk), planner=user)).data)


class DiscardPlan(APIView):
    capability = Capability.PLAN

    @extend_schema(request=None, responses=PlanOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        return Response(PlanOut(discard_plan(plan=plan_for(user, pk), planner=user)).data)


class MoveParty(APIView):
    """Put a party elsewhere; the answer says which rules that breaks."""

    capability = Capability.PLAN

    @extend_schema(request=MoveIn, responses=BreachesOut)
    def post(self, request: Request, pk: int) -> Response:
        plan = plan_for(acting_user(request), pk)
        found = _move(request, plan, validated(MoveIn(data=request.data)))
        return Response({"breaches": _broken(plan, found)})


class ReleaseParty(APIView):
    """What an officer arranged for a party may be changed by planning anew."""

    capability = Capability.PLAN

    @extend_schema(request=PartyIn, responses=ReleasedOut)
    def post(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        plan = plan_for(user, pk)
        party = _party(plan, validated(PartyIn(data=request.data))["party"])
        return Response({"released": release_party(plan=plan, party=party, planner=user)})


def _party(plan: Plan, number: int) -> Party:
    return get_object_or_404(Party, operation=plan.operation_id, number=number)


def _move(request: Request, plan: Plan, wanted: dict[str, Any]) -> list[Breach]:
    user, party = acting_user(request), _party(plan, wanted["party"])
    travellers = None
    if "people" in wanted:
        people = party.travellers.filter(person_ref__in=wanted["people"])
        travellers = list(people.values_list("pk", flat=True))
    if wanted.get("transport"):
        transport = get_object_or_404(
            Transport, operation=plan.operation_id, pk=wanted["transport"]
        )
        return move_onto(
            plan=plan,
            party=party,
            transport=transport,
            planner=user,
            split=wanted["split"],
            travellers=travellers,
        )
    journey = None
    if wanted.get("journey"):
        journey = get_object_or_404(Journey, operation=plan.operation_id, pk=wanted["journey"])
    return move_party(
        plan=plan,
        party=party,
        journey=journey,
        planner=user,
        reason=wanted.get("reason", ""),
        split=wanted["split"],
        travellers=travellers,
    )


def _broken(plan: Plan, found: list[Breach]) -> list[dict[str, Any]]:
    numbers = Naming(found, plan.operation)
    return [
        {
            "rule": one.rule,
            "transport": one.transport,
            "party": one.party,
            "traveller": one.traveller,
            "place_class": one.place_class,
            "used": one.used,
            "room": one.room,
            "words": numbers.sentence(one),
        }
        for one in found
    ]


def _record(request: Request, plan: Plan, act: str, **detail: object) -> None:
    audit.record(actor=acting_user(request).username, act=act, subject=f"plan:{plan.pk}", **detail)
