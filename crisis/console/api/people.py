"""The registry for programs: registering somebody, and reading back what is registered."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from config.kernel.errors import DomainError
from crisis.citizens.services.joining import EmergencyDraft
from crisis.citizens.services.officers import (
    ContactDraft,
    OfficersEntry,
    correct_by_officer,
    register_by_officer,
)
from crisis.console.api.throttles import Reading, Writing
from crisis.console.selectors import visible_people
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user, posts_of
from registry.drafts import NEEDS, PersonDraft, Place
from registry.models import (
    BloodType,
    Channel,
    ConsentPurpose,
    ContactPoint,
    DocumentKind,
    EmergencyContact,
    Jurisdiction,
    Language,
    Obstacle,
    Person,
    Sex,
    Whereabouts,
)

MOST = 10
OPTIONAL: dict[str, Any] = {"required": False, "default": "", "allow_blank": True}


class PlaceIn(serializers.Serializer):
    """A point (WGS-84 degrees) with the radius in metres within which the person is, or only a
    country."""

    country = serializers.CharField(max_length=2)
    city = serializers.CharField(max_length=80, **OPTIONAL)
    address = serializers.CharField(max_length=300, **OPTIONAL)
    latitude = serializers.FloatField(required=False, allow_null=True, default=None)
    longitude = serializers.FloatField(required=False, allow_null=True, default=None)
    accuracy_m = serializers.FloatField(required=False, allow_null=True, default=None)


class ContactIn(serializers.Serializer):
    """`verified`: somebody reached the person there; only then is the address used."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    address = serializers.CharField(max_length=320)
    verified = serializers.BooleanField(required=False, default=False)


class EmergencyIn(serializers.Serializer):
    name = serializers.CharField(max_length=80)
    relation = serializers.CharField(max_length=20, **OPTIONAL)
    phone = serializers.CharField(max_length=40)


class FactsIn(serializers.Serializer):
    """What is known of a person; names, dates and document as in the passport."""

    name = serializers.CharField(max_length=80)
    passport_name = serializers.CharField(max_length=80, **OPTIONAL)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False, default=Sex.UNSPECIFIED)
    birth_date = serializers.DateField(required=False, allow_null=True, default=None)
    nationality = serializers.CharField(max_length=2, required=False, default="CN")
    document_kind = serializers.ChoiceField(
        choices=DocumentKind.choices, required=False, default=DocumentKind.PASSPORT
    )
    document_number = serializers.CharField(max_length=30, **OPTIONAL)
    document_expires_on = serializers.DateField(required=False, allow_null=True, default=None)
    language = serializers.ChoiceField(
        choices=Language.choices, required=False, default=Language.CHINESE
    )
    needs = serializers.MultipleChoiceField(choices=NEEDS, required=False, default=set)
    health_note = serializers.CharField(max_length=500, **OPTIONAL)
    blood_type = serializers.ChoiceField(choices=BloodType.choices, **OPTIONAL)
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    obstacles = serializers.MultipleChoiceField(
        choices=Obstacle.choices, required=False, default=set
    )
    insurer = serializers.CharField(max_length=60, **OPTIONAL)
    insurance_policy = serializers.CharField(max_length=40, **OPTIONAL)
    insurer_phone = serializers.CharField(max_length=40, **OPTIONAL)


class RegisterIn(FactsIn):
    """`external_ref` (a key of yours, unlike any other source's) makes a repeated call a 409. On
    the basis `consent` the purposes agreed to are named in `consents`, health apart."""

    basis = serializers.ChoiceField(
        choices=Person.Basis.choices, required=False, default=Person.Basis.CONSENT
    )
    external_ref = serializers.CharField(
        max_length=60, required=False, default=None, allow_null=True
    )
    place = PlaceIn()
    contacts = ContactIn(many=True, required=False, default=list)
    emergency = EmergencyIn(many=True, required=False, default=list)
    consents = serializers.MultipleChoiceField(
        choices=ConsentPurpose.choices, required=False, default=set
    )

    def validate_contacts(self, contacts: list[Any]) -> list[Any]:
        return at_most(contacts)

    def validate_emergency(self, emergency: list[Any]) -> list[Any]:
        return at_most(emergency)


def at_most(rows: list[Any]) -> list[Any]:
    """Nobody has more addresses or people to call than this."""
    if len(rows) > MOST:
        raise serializers.ValidationError(f"at most {MOST}")
    return rows


class ContactOut(serializers.ModelSerializer):
    address = serializers.CharField()

    class Meta:
        model = ContactPoint
        fields = ("id", "channel", "address", "preference", "verified_at", "retired_at")


class EmergencyOut(serializers.ModelSerializer):
    name = serializers.CharField()
    phone = serializers.CharField()

    class Meta:
        model = EmergencyContact
        fields = ("id", "name", "relation", "phone", "told_at")


class PlaceOut(serializers.ModelSerializer):
    address = serializers.CharField()

    class Meta:
        model = Whereabouts
        fields = (
            "id", "kind", "country", "city", "address", "latitude", "longitude", "accuracy_m",
            "starts_at", "ends_at", "recorded_at", "source",
        )  # fmt: skip


class PersonOut(serializers.ModelSerializer):
    """What stands sealed in the database is named as text here."""

    document_number = serializers.CharField()
    health_note = serializers.CharField()
    blood_type = serializers.CharField()
    due_on = serializers.CharField()
    insurance_policy = serializers.CharField()
    contacts = ContactOut(many=True, source="contact_points")
    emergency = EmergencyOut(many=True, source="emergency_contacts")
    places = PlaceOut(many=True, source="whereabouts")

    class Meta:
        model = Person
        fields = (
            "id", "name", "passport_name", "sex", "birth_date", "nationality", "document_kind",
            "document_number", "document_expires_on", "language", "needs", "health_note",
            "blood_type", "due_on", "obstacles", "insurer", "insurance_policy", "insurer_phone",
            "household", "basis", "registered_at", "confirmed_at", "dormant_at", "paused_until",
            "left_at", "contacts", "emergency", "places",
        )  # fmt: skip


class People(APIView):
    """Register one person, in a country of one's posts."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=RegisterIn, responses={201: PersonOut})
    def post(self, request: Request) -> Response:
        officer = acting_user(request)
        entry = entry_from(validated(RegisterIn(data=request.data)))
        demand_country(officer, entry.place.country)
        person = register_by_officer(entry=entry, username=officer.username)
        return Response(PersonOut(person).data, status=201)


class OnePerson(APIView):
    """Everything registered of one person; every look is audited. PATCH corrects the facts that
    are named, all of them or none."""

    capability = {"GET": Capability.VIEW_PERSON, "PATCH": Capability.REGISTER}
    throttle_classes = [Reading, Writing]

    @extend_schema(responses=PersonOut)
    def get(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        return Response(PersonOut(seen(officer, pk)).data)

    @extend_schema(request=FactsIn(partial=True), responses=PersonOut)
    def patch(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        person = registered(officer, pk)
        facts = tidy_facts(validated(FactsIn(data=request.data, partial=True)))
        correct_by_officer(person=person, facts=facts, username=officer.username)
        return Response(PersonOut(registered(officer, pk)).data)


def seen(officer: User, pk: int) -> Person:
    """A person of this officer's, the look audited; 404 for anybody else."""
    person = get_object_or_404(visible_people(officer), pk=pk)
    audit.record(actor=officer.username, act="person.viewed", subject=f"person:{pk}")
    return person


def registered(officer: User, pk: int) -> Person:
    """The same to be changed. Raises DomainError left (409) for who has left the registry."""
    person = get_object_or_404(visible_people(officer), pk=pk)
    if person.left_at is not None:
        raise DomainError("left", _("此人已退出登记。"), status=409)
    return person


def tidy_facts(data: dict[str, Any]) -> dict[str, Any]:
    """A valid FactsIn as a draft takes it: what is a set comes in order."""
    return {
        name: tuple(sorted(value)) if isinstance(value, set) else value
        for name, value in data.items()
    }


def entry_from(data: dict[str, Any]) -> OfficersEntry:
    """What a valid RegisterIn says."""
    place = Place(**data.pop("place")).clean()
    return OfficersEntry(
        place=place,
        contacts=[ContactDraft(**contact) for contact in data.pop("contacts")],
        emergency=[EmergencyDraft(**somebody) for somebody in data.pop("emergency")],
        consents=sorted(data.pop("consents")),
        draft=PersonDraft(**tidy_facts(data)),
    )


def demand_country(officer: User, country: str) -> None:
    """Raises DomainError not_found (404) for a country that is no business of this officer's."""
    if not Jurisdiction.objects.filter(post__in=posts_of(officer), country=country).exists():
        raise DomainError("not_found", _("未找到。"), {"field": "country"}, status=404)
