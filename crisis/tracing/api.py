"""Tracing enquiries for programs: the same rules by the same services."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit
from config.kernel.api import validated
from crisis.incidents.models import Incident
from crisis.incidents.selectors import incident_for
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user, posts_of
from crisis.tracing.drafts import EnquiryDraft
from crisis.tracing.models import Answer, Enquiry
from crisis.tracing.saying import Ground, Say
from crisis.tracing.selectors import enquiries_for, enquiry_for, words_for
from crisis.tracing.services.answering import give_answer
from crisis.tracing.services.recording import (
    close_enquiry,
    record_enquiry,
    reopen_enquiry,
    set_asker,
    set_permission,
)
from crisis.tracing.services.telling import tell_person
from crisis.tracing.states import (
    CameBy,
    Checked,
    Closed,
    EnquiryState,
    Kinship,
    Permission,
    Publish,
)
from registry.models import Sex


class EnquiryOut(serializers.ModelSerializer):
    """A line of the list: nobody's name."""

    class Meta:
        model = Enquiry
        fields: tuple[str, ...] = (
            "id", "number", "post_id", "incident_id", "state", "came_by", "kinship", "checked",
            "publish", "permission", "asked_at", "recorded_at", "recorded_by", "closed_at",
            "closed_as",
        )  # fmt: skip


class WholeOut(EnquiryOut):
    """One enquiry with whom it is about; reading it is audited."""

    names = serializers.SerializerMethodField()
    asker_name = serializers.CharField()
    asker_phone = serializers.CharField()
    asker_other = serializers.CharField()
    passport = serializers.CharField()
    phone = serializers.CharField()
    last_place = serializers.CharField()
    description = serializers.CharField()
    message = serializers.CharField()
    person = serializers.SerializerMethodField()

    class Meta(EnquiryOut.Meta):
        fields = (
            *EnquiryOut.Meta.fields, "asker_name", "asker_phone", "asker_other", "names",
            "birth_year", "sex", "passport", "phone", "last_country", "last_place",
            "last_heard_at", "description", "message", "person",
        )  # fmt: skip

    def get_names(self, enquiry: Enquiry) -> list[str]:
        return [name.text for name in enquiry.names.all()]

    def get_person(self, enquiry: Enquiry) -> int | None:
        """The registered person it was matched to."""
        return enquiry.matches.filter(undone_at=None).values_list("person_id", flat=True).first()


class EnquiryIn(serializers.Serializer):
    post = serializers.IntegerField()
    incident = serializers.IntegerField(required=False, allow_null=True, default=None)
    asker_name = serializers.CharField(max_length=80)
    names = serializers.ListField(child=serializers.CharField(max_length=80), max_length=6)
    kinship = serializers.ChoiceField(choices=Kinship.choices)
    came_by = serializers.ChoiceField(choices=CameBy.choices)
    asker_phone = serializers.CharField(max_length=30, required=False, default="")
    asker_other = serializers.CharField(max_length=120, required=False, default="")
    checked = serializers.ChoiceField(
        choices=Checked.choices, required=False, default=Checked.NO.value
    )
    publish = serializers.ChoiceField(
        choices=Publish.choices, required=False, default=Publish.NOT_ASKED.value
    )
    birth_year = serializers.IntegerField(required=False, allow_null=True, default=None)
    sex = serializers.ChoiceField(
        choices=Sex.choices, required=False, default=Sex.UNSPECIFIED.value
    )
    passport = serializers.CharField(max_length=30, required=False, default="")
    phone = serializers.CharField(max_length=30, required=False, default="")
    last_country = serializers.CharField(max_length=2, required=False, default="")
    last_place = serializers.CharField(max_length=120, required=False, default="")
    last_heard_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    description = serializers.CharField(max_length=2000, required=False, default="")
    message = serializers.CharField(max_length=500, required=False, default="")


class FilterIn(serializers.Serializer):
    state = serializers.ChoiceField(choices=EnquiryState.choices, required=False, default="")
    incident = serializers.IntegerField(required=False, allow_null=True, default=None)


class SentenceOut(serializers.Serializer):
    """What may be said at this moment: nothing else may be."""

    say = serializers.ChoiceField(choices=Say.choices)
    ground = serializers.ChoiceField(choices=Ground.choices)
    text = serializers.CharField()


class ShownIn(serializers.Serializer):
    """`say` as it was shown: where it has changed meanwhile, nothing is recorded."""

    say = serializers.ChoiceField(choices=Say.choices)


class AnswerOut(serializers.ModelSerializer):
    text = serializers.CharField()

    class Meta:
        model = Answer
        fields = ("id", "said", "ground", "text", "given_at", "given_by")


class AskerIn(serializers.Serializer):
    checked = serializers.ChoiceField(choices=Checked.choices)
    publish = serializers.ChoiceField(choices=Publish.choices)


class PermissionIn(serializers.Serializer):
    permission = serializers.ChoiceField(choices=Permission.choices)


class ClosedIn(serializers.Serializer):
    closed_as = serializers.ChoiceField(choices=Closed.choices)


class Newest(CursorPagination):
    ordering = "-pk"
    page_size = 100


class Enquiries(APIView):
    capability = {"GET": Capability.VIEW_PERSON, "POST": Capability.RECORD}

    @extend_schema(parameters=[FilterIn], responses=EnquiryOut(many=True))
    def get(self, request: Request) -> Response:
        wanted = validated(FilterIn(data=request.query_params))
        rows = enquiries_for(acting_user(request))
        for name, value in wanted.items():
            if value:
                rows = rows.filter(**{name: value})
        pages = Newest()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(EnquiryOut(page, many=True).data)

    @extend_schema(request=EnquiryIn, responses={201: WholeOut})
    def post(self, request: Request) -> Response:
        data, officer = validated(EnquiryIn(data=request.data)), acting_user(request)
        number = data.pop("incident")
        incident: Incident | None = incident_for(officer, number) if number else None
        post = get_object_or_404(posts_of(officer), pk=data.pop("post"))
        enquiry = record_enquiry(
            draft=EnquiryDraft(**data | {"names": tuple(data["names"])}),
            post=post,
            officer=officer,
            incident=incident,
        )
        return Response(WholeOut(enquiry).data, status=201)


class OneEnquiry(APIView):
    capability = Capability.VIEW_PERSON

    @extend_schema(responses=WholeOut)
    def get(self, request: Request, pk: int) -> Response:
        enquiry = enquiry_for(acting_user(request), pk)
        audit.record(
            actor=request.user.get_username(), act="tracing.viewed", subject=f"enquiry:{pk}"
        )
        return Response(WholeOut(enquiry).data)


class Asker(APIView):
    """How the asker was checked, and whether the search may be told to others."""

    capability = Capability.RECORD

    @extend_schema(request=AskerIn, responses=WholeOut)
    def put(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        enquiry = enquiry_for(officer, pk)
        data = validated(AskerIn(data=request.data))
        set_asker(
            enquiry=enquiry,
            checked=Checked(data["checked"]),
            publish=Publish(data["publish"]),
            officer=officer,
        )
        return Response(WholeOut(enquiry_for(officer, pk)).data)


class PersonsWord(APIView):
    """What the sought person allowed to be said to this asker."""

    capability = Capability.RECORD

    @extend_schema(request=PermissionIn, responses=WholeOut)
    def put(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        enquiry = enquiry_for(officer, pk)
        data = validated(PermissionIn(data=request.data))
        set_permission(
            enquiry=enquiry,
            permission=Permission(data["permission"]),
            officer=officer,
        )
        return Response(WholeOut(enquiry_for(officer, pk)).data)


class Answers(APIView):
    """What may be said now; putting on record that it was said."""

    capability = {"GET": Capability.VIEW_PERSON, "POST": Capability.RECORD}

    @extend_schema(responses=SentenceOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(SentenceOut(words_for(enquiry_for(acting_user(request), pk))).data)

    @extend_schema(request=ShownIn, responses={201: AnswerOut})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        enquiry = enquiry_for(officer, pk)
        shown = validated(ShownIn(data=request.data))["say"]
        answer = give_answer(enquiry=enquiry, shown=shown, officer=officer)
        return Response(AnswerOut(answer).data, status=201)


class Tell(APIView):
    """Write to the matched person that somebody asks after them."""

    capability = Capability.RECORD

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        tell_person(enquiry=enquiry_for(officer, pk), officer=officer)
        return Response(status=204)


class Closing(APIView):
    capability = Capability.RECORD

    @extend_schema(request=ClosedIn, responses=EnquiryOut)
    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        enquiry = enquiry_for(officer, pk)
        data = validated(ClosedIn(data=request.data))
        close_enquiry(enquiry=enquiry, closed_as=Closed(data["closed_as"]), officer=officer)
        return Response(EnquiryOut(enquiry_for(officer, pk)).data)

    @extend_schema(request=None, responses=EnquiryOut)
    def delete(self, request: Request, pk: int) -> Response:
        """Open it again."""
        officer = acting_user(request)
        reopen_enquiry(enquiry=enquiry_for(officer, pk), officer=officer)
        return Response(EnquiryOut(enquiry_for(officer, pk)).data)
