"""One person's addresses and whom to call, for programs: listed, added, given up."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel.api import validated
from crisis.console.api.people import (
    ContactIn,
    ContactOut,
    EmergencyIn,
    EmergencyOut,
    registered,
    seen,
)
from crisis.console.api.throttles import Reading, Writing
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from registry.models import ContactPoint
from registry.services.contacts import (
    name_emergency_contact,
    note_contact,
    remove_emergency_contact,
    retire_contact,
    verify_contact,
)

BOTH = {"GET": Capability.VIEW_PERSON, "POST": Capability.REGISTER}


class Contacts(APIView):
    """A person's addresses, given-up ones included; adding one. Phones in international form."""

    capability = BOTH
    throttle_classes = [Reading, Writing]

    @extend_schema(responses=ContactOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        points = seen(acting_user(request), pk).contact_points
        ordered = points.order_by("retired_at", "preference", "pk")
        return Response(ContactOut(ordered, many=True).data)

    @extend_schema(request=ContactIn, responses={201: ContactOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        person, data = registered(officer, pk), validated(ContactIn(data=request.data))
        keep = verify_contact if data.pop("verified") else note_contact
        return Response(
            ContactOut(keep(person=person, by=officer.username, **data)).data, status=201
        )


class OneContact(APIView):
    """Stop using one address; not the only verified phone."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, contact: int) -> Response:
        officer = acting_user(request)
        person = registered(officer, pk)
        in_use = ContactPoint.objects.filter(person=person, retired_at=None)
        retire_contact(point=get_object_or_404(in_use, pk=contact), by=officer.username)
        return Response(status=204)


class Emergency(APIView):
    """Whom to call at home; naming somebody. A mainland number needs no country code."""

    capability = BOTH
    throttle_classes = [Reading, Writing]

    @extend_schema(responses=EmergencyOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        named = seen(acting_user(request), pk).emergency_contacts
        return Response(EmergencyOut(named.order_by("pk"), many=True).data)

    @extend_schema(request=EmergencyIn, responses={201: EmergencyOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        person, data = registered(officer, pk), validated(EmergencyIn(data=request.data))
        named = name_emergency_contact(person=person, by=officer.username, **data)
        return Response(EmergencyOut(named).data, status=201)


class OneEmergency(APIView):
    """Forget somebody to call."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, contact: int) -> Response:
        officer = acting_user(request)
        person = registered(officer, pk)
        if not remove_emergency_contact(person=person, contact_id=contact, by=officer.username):
            raise Http404
        return Response(status=204)
