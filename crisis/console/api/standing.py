"""Where one person lives, is and stands, for programs; what they agreed to; pausing, leaving."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import clock
from config.kernel.api import validated
from crisis.citizens.services.leaving import leave
from crisis.citizens.services.officers import move_by_officer, record_consent, record_withdrawal
from crisis.console.api.people import PlaceIn, PlaceOut, registered, seen
from crisis.console.api.throttles import Reading, Writing
from crisis.console.selectors import visible_people
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from registry.drafts import Place
from registry.models import Consent, ConsentPurpose, Person
from registry.selectors.consents import consents_of
from registry.services.pausing import pause_person, resume_person
from registry.whereabouts.reasons import explain


class WhereaboutsOut(serializers.Serializer):
    """`place` counts now, or is null; `why` says on what ground, `doubt` whether another counts
    as well; sentences in the language asked for."""

    place = PlaceOut(allow_null=True)
    where = serializers.CharField()
    why = serializers.CharField()
    doubt = serializers.CharField()


class ConsentIn(serializers.Serializer):
    """`given_by`: the number of the guardian who agreed; without it the person did, or, for whom
    a guardian registered, a guardian who is not registered."""

    purpose = serializers.ChoiceField(choices=ConsentPurpose.choices)
    given_by = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True, default=None
    )


class ConsentOut(serializers.ModelSerializer):
    class Meta:
        model = Consent
        fields = ("purpose", "text_version", "given_by", "given_at", "withdrawn_at")


class PauseIn(serializers.Serializer):
    """The day, in UTC, from which residence and trips count again: within a year."""

    until = serializers.DateField()


class PauseOut(serializers.Serializer):
    paused_until = serializers.DateField(allow_null=True)


class LeavingIn(serializers.Serializer):
    """`with_family`: with those whom the person registered and who have no verified address."""

    with_family = serializers.BooleanField(required=False, default=False)


class LeavingOut(serializers.Serializer):
    """How many were erased at once, and how many an open incident still needs."""

    erased = serializers.IntegerField()
    kept = serializers.IntegerField()


class Residence(APIView):
    """Where the person lives now; without a point, the city's is taken where it is known."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=PlaceIn, responses=PlaceOut)
    def put(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        person, data = registered(officer, pk), validated(PlaceIn(data=request.data))
        home = move_by_officer(person=person, place=Place(**data), username=officer.username)
        return Response(PlaceOut(home).data)


class CurrentPlace(APIView):
    """Where the person is thought to be now, and why. Every look is audited."""

    capability = Capability.VIEW_PERSON
    throttle_classes = [Reading]

    @extend_schema(responses=WhereaboutsOut)
    def get(self, request: Request, pk: int) -> Response:
        person = seen(acting_user(request), pk)
        return Response(WhereaboutsOut(explain(person.pk, at=clock.now())).data)


class Consents(APIView):
    """What was agreed to, withdrawn consents included; recording that somebody agreed to today's
    words, which were read to them."""

    capability = {"GET": Capability.VIEW_PERSON, "POST": Capability.REGISTER}
    throttle_classes = [Reading, Writing]

    @extend_schema(responses=ConsentOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        person = seen(acting_user(request), pk)
        return Response(ConsentOut(consents_of(person.pk), many=True).data)

    @extend_schema(request=ConsentIn, responses={201: ConsentOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        person, data = registered(officer, pk), validated(ConsentIn(data=request.data))
        consent = record_consent(
            person=person,
            purpose=data["purpose"],
            given_by=_giver(officer, person, data["given_by"]),
            username=officer.username,
        )
        return Response(ConsentOut(consent).data, status=201)


class OneConsent(APIView):
    """Record that the person took a consent back; what was kept on it goes."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, purpose: str) -> Response:
        officer = acting_user(request)
        person = registered(officer, pk)
        record_withdrawal(person=person, purpose=purpose, username=officer.username)
        return Response(status=204)


class Pause(APIView):
    """The person is at home for a while; DELETE: abroad again."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=PauseIn, responses=PauseOut)
    def put(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        person, data = registered(officer, pk), validated(PauseIn(data=request.data))
        pause_person(person=person, until=data["until"], by=officer.username)
        return Response(PauseOut(person).data)

    @extend_schema(responses=PauseOut)
    def delete(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        person = registered(officer, pk)
        resume_person(person=person, by=officer.username)
        return Response(PauseOut(person).data)


class Leaving(APIView):
    """The person leaves the registry, at their own wish. There is no way back."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=LeavingIn, responses=LeavingOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        person, data = registered(officer, pk), validated(LeavingIn(data=request.data))
        return Response(LeavingOut(leave(person=person, by=officer.username, **data)).data)


def _giver(officer: User, person: Person, number: int | None) -> Person | None:
    if number is not None:
        return get_object_or_404(visible_people(officer), pk=number)
    return None if person.basis == Person.Basis.GUARDIAN else person
