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
from crisis.citizens.services.officers import ContactDraft, OfficersEntry, register_by_officer
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


class PlaceIn(serializers.Serializer):
    """A point (WGS-84 degrees) with the radius in metres within which the person is, or only a
    country."""

    country = serializers.CharField(max_length=2)
    city = serializers.CharField(max_length=80, required=False, default="")
    address = serializers.CharField(max_length=300, required=False, default="")
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
    relation = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=40)


class RegisterIn(serializers.Serializer):
    """Names, dates and document as in the passport; `external_ref` (a key of yours, unlike any
    other source's) makes a repeated call a 409. On the basis `consent` the purposes agreed to are
    named in `consents`, health apart."""

    name = serializers.CharField(max_length=80)
    passport_name = serializers.CharField(max_length=80, required=False, default="")
    sex = serializers.ChoiceField(choices=Sex.choices, required=False, default=Sex.UNSPECIFIED)
    birth_date = serializers.DateField(required=False, allow_null=True, default=None)
    nationality = serializers.CharField(max_length=2, required=False, default="CN")
    document_kind = serializers.ChoiceField(
        choices=DocumentKind.choices, required=False, default=DocumentKind.PASSPORT
    )
    document_number = serializers.CharField(max_length=30, required=False, default="")
    document_expires_on = serializers.DateField(required=False, allow_null=True, default=None)
    language = serializers.ChoiceField(
        choices=Language.choices, required=False, default=Language.CHINESE
    )
    needs = serializers.MultipleChoiceField(choices=NEEDS, required=False, default=set)
    health_note = serializers.CharField(max_length=500, required=False, default="")
    blood_type = serializers.ChoiceField(
        choices=BloodType.choices, required=False, default="", allow_blank=True
    )
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    obstacles = serializers.MultipleChoiceField(
        choices=Obstacle.choices, required=False, default=set
    )
    insurer = serializers.CharField(max_length=60, required=False, default="")
    insurance_policy = serializers.CharField(max_length=40, required=False, default="")
    insurer_phone = serializers.CharField(max_length=40, required=False, default="")
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
        fields = ("channel", "address", "preference", "verified_at", "retired_at")


class EmergencyOut(serializers.ModelSerializer):
    name = serializers.CharField()
    phone = serializers.CharField()

    class Meta:
        model = EmergencyContact
        fields = ("name", "relation", "phone", "told_at")


class PlaceOut(serializers.ModelSerializer):
    address = serializers.CharField()

    class Meta:
        model = Whereabouts
        fields = (
            "kind", "country", "city", "address", "latitude", "longitude", "accuracy_m",
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
    """Everything registered of one person. Every look is audited."""

    capability = Capability.VIEW_PERSON
    throttle_classes = [Reading]

    @extend_schema(responses=PersonOut)
    def get(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        person = get_object_or_404(visible_people(officer), pk=pk)
        audit.record(actor=officer.username, act="person.viewed", subject=f"person:{pk}")
        return Response(PersonOut(person).data)


def entry_from(data: dict[str, Any]) -> OfficersEntry:
    """What a valid RegisterIn says."""
    place = Place(**data.pop("place")).clean()
    return OfficersEntry(
        place=place,
        contacts=[ContactDraft(**contact) for contact in data.pop("contacts")],
        emergency=[EmergencyDraft(**somebody) for somebody in data.pop("emergency")],
        consents=sorted(data.pop("consents")),
        draft=PersonDraft(
            **data | {name: tuple(sorted(data[name])) for name in ("needs", "obstacles")}
        ),
    )


def demand_country(officer: User, country: str) -> None:
    """Raises DomainError not_found (404) for a country that is no business of this officer's."""
    if not Jurisdiction.objects.filter(post__in=posts_of(officer), country=country).exists():
        raise DomainError("not_found", _("未找到。"), {"field": "country"}, status=404)
