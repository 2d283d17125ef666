"""Cases of help for programs: the same rules by the same services."""

from abc import ABC, abstractmethod
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit, clock
from config.kernel.api import validated
from crisis.cases import services
from crisis.cases.models import Case
from crisis.cases.selectors import case_for, cases_for, counts
from crisis.cases.states import LIVE, Grade, Origin, Outcome
from crisis.incidents.selectors import incident_for
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user, demand, posts_of

WORDS = 4_000


class EventOut(serializers.Serializer):
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    learned_at = serializers.DateTimeField()
    by = serializers.CharField()
    note = serializers.CharField()
    detail = serializers.DictField()


class CaseOut(serializers.ModelSerializer):
    """`grade` is empty while nobody graded it, and counts as red then. `due_at` is when the clock
    runs over, null while it stands. The list is without the words about people."""

    post = serializers.CharField(source="post.code", default=None)
    assigned_to = serializers.CharField(source="assigned_to.username", default=None)

    class Meta:
        model = Case
        fields: tuple[str, ...] = (
            "id", "number", "post", "incident", "person_ref", "origin", "state", "grade",
            "raised_at", "opened_at", "contacted_at", "paused_until", "due_at", "assigned_to",
            "outcome", "closed_at", "merged_into",
        )  # fmt: skip


class WholeCaseOut(CaseOut):
    person_name = serializers.CharField()
    contact = serializers.CharField()
    place = serializers.CharField()
    landmark = serializers.CharField()
    event = serializers.CharField()
    steps_taken = serializers.CharField()
    pause_reason = serializers.CharField()
    persons = serializers.SerializerMethodField()
    events = EventOut(many=True)

    class Meta(CaseOut.Meta):
        fields = (
            *CaseOut.Meta.fields, "person_name", "contact", "place", "landmark", "event",
            "steps_taken", "latitude", "longitude", "accuracy_m", "pause_reason", "persons",
            "events",
        )  # fmt: skip

    def get_persons(self, case: Case) -> list[int]:
        return list(case.persons.order_by("pk").values_list("person_ref", flat=True))


class CaseCountsOut(serializers.Serializer):
    live = serializers.IntegerField()
    overdue = serializers.IntegerField()
    red = serializers.IntegerField()
    waiting = serializers.IntegerField()
    paused = serializers.IntegerField()


class FilterIn(serializers.Serializer):
    incident = serializers.IntegerField(required=False, default=None)
    live = serializers.BooleanField(required=False, default=True)


class CaseIn(serializers.Serializer):
    """`key` is the program's own name for the cause: sent again it opens nothing."""

    key = serializers.CharField(max_length=40)
    post = serializers.CharField(max_length=12, required=False, default="")
    incident = serializers.IntegerField(required=False, default=None)
    person_ref = serializers.IntegerField(required=False, default=None)
    grade = serializers.ChoiceField(choices=Grade.choices, required=False, default=None)
    raised_at = serializers.DateTimeField(required=False, default=None)
    person_name = serializers.CharField(max_length=80, required=False, default="")
    contact = serializers.CharField(max_length=200, required=False, default="")
    place = serializers.CharField(max_length=300, required=False, default="")
    landmark = serializers.CharField(max_length=300, required=False, default="")
    event = serializers.CharField(max_length=WORDS, required=False, default="")
    steps_taken = serializers.CharField(max_length=WORDS, required=False, default="")
    latitude = serializers.FloatField(
        min_value=-90, max_value=90, required=False, allow_null=True, default=None
    )
    longitude = serializers.FloatField(
        min_value=-180, max_value=180, required=False, allow_null=True, default=None
    )


class NoteIn(serializers.Serializer):
    note = serializers.CharField(max_length=WORDS, required=False, allow_blank=True, default="")


class WordsIn(serializers.Serializer):
    note = serializers.CharField(max_length=WORDS)


class GradeIn(serializers.Serializer):
    grade = serializers.ChoiceField(choices=Grade.choices)
    reason = serializers.CharField(max_length=WORDS)


class CasePauseIn(serializers.Serializer):
    reason = serializers.CharField(max_length=WORDS)
    minutes = serializers.IntegerField(required=False, default=60)


class CloseIn(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    note = serializers.CharField(max_length=WORDS)


class CaseReasonIn(serializers.Serializer):
    reason = serializers.CharField(max_length=WORDS)


class EmptyIn(serializers.Serializer):
    """Nothing is asked."""


class Newest(CursorPagination):
    ordering = "-pk"
    page_size = 200


class Cases(APIView):
    capability = {"GET": Capability.VIEW_PERSON, "POST": Capability.RECORD}

    @extend_schema(parameters=[FilterIn], responses=CaseOut(many=True))
    def get(self, request: Request) -> Response:
        wanted = validated(FilterIn(data=request.query_params))
        user = acting_user(request)
        cases = cases_for(user)
        cases = cases.filter(state__in=LIVE) if wanted["live"] else cases.exclude(state__in=LIVE)
        if wanted["incident"] is not None:
            cases = cases.filter(incident=incident_for(user, wanted["incident"]))
        pages = Newest()
        page = pages.paginate_queryset(cases, request, view=self)
        return pages.get_paginated_response(CaseOut(page, many=True).data)

    @extend_schema(request=CaseIn, responses={201: WholeCaseOut})
    def post(self, request: Request) -> Response:
        user = acting_user(request)
        case = _open(user, validated(CaseIn(data=request.data)))
        return Response(WholeCaseOut(case).data, status=201)


def _open(user: User, data: dict[str, Any]) -> Case:
    number, code, key = data.pop("incident"), data.pop("post"), data.pop("key")
    incident = incident_for(user, number) if number is not None else None
    posts = posts_of(user).filter(code=code) if code else posts_of(user)
    post = incident.post if incident else posts.first()
    if post is None:
        raise Http404
    demand(user, Capability.RECORD, post)
    return services.open_case(
        post=post,
        incident=incident,
        origin=Origin.OFFICER,
        origin_key=f"api:{user.pk}:{key}",
        raised_at=data.pop("raised_at") or clock.now(),
        opened_by=user.username,
        **data,
    )


class Figures(APIView):
    """How many wait, of all that the caller may see."""

    capability = Capability.VIEW_PERSON

    @extend_schema(responses=CaseCountsOut)
    def get(self, request: Request) -> Response:
        return Response(CaseCountsOut(counts(cases_for(acting_user(request)))).data)


class OneCase(APIView):
    """Everything of one case; each look is in the audit log."""

    capability = Capability.VIEW_PERSON

    @extend_schema(responses=WholeCaseOut)
    def get(self, request: Request, pk: int) -> Response:
        user = acting_user(request)
        case = case_for(user, pk)
        audit.record(actor=user.username, act="case.viewed", subject=f"case:{case.number}")
        return Response(WholeCaseOut(case).data)


class Act(APIView, ABC):
    """One act of an officer in a case."""

    capability = Capability.RECORD
    given: type[serializers.Serializer] = EmptyIn

    def post(self, request: Request, pk: int) -> Response:
        officer = acting_user(request)
        case = case_for(officer, pk)
        self.do(case, officer, validated(self.given(data=request.data)))
        return Response(CaseOut(case_for(officer, pk)).data)

    @abstractmethod
    def do(self, case: Case, officer: User, data: dict[str, Any]) -> object:
        """Call the service."""


def described(given: type[serializers.Serializer]) -> Any:
    """The schema of an act that asks for `given`."""
    return extend_schema_view(post=extend_schema(request=given, responses=CaseOut))


@described(NoteIn)
class Contact(Act):
    given = NoteIn

    def do(self, case: Case, officer: User, data: dict[str, Any]) -> object:
        return services.record_contact(case=case, officer=officer, **data)


@described(NoteIn)
class Tried(Act):
    given = NoteIn

    def do(self, case: Case, officer: User, data: dict[str, Any]) -> object:
        return services.record_try(case=case, officer=officer, **data)


@described(WordsIn)
class Note(Act):
    given = WordsIn

    def do(self, case: Case, officer: User, data: dict[str, Any]) -> object:
        return services.add_note(case=case, officer=officer, **data)


@described(EmptyIn)
class Take(Act):
    def do(self, case: Case, officer: User, data: dict[str, Any]) -> object:
        return services.take_case(case=case, officer=officer)


@described(GradeIn)
class GradeIt(Act):
    given = GradeIn

    def do(self, case: Case, officer: User, data: dict[str, Any]) -> object:
        data["grade"] = Grade(data["grade"])
        return services.grade_case(case=case, officer=officer, **data)


@described(CasePauseIn)
class Pause(Act):
    given = CasePauseIn

    def do(self, case: Case, officer: User, data: dict[str, Any]) -> object:
        return services.pause_case(case=case, officer=officer, **data)


@described(EmptyIn)
class Resume(Act):
    def do(self, case: Case, officer: User, data: dict[str, Any]) -> object:
        return services.resume_case(case=case, officer=officer)


@described(CloseIn)
class Close(Act):
    given = CloseIn

    def do(self, case: Case, officer: User, data: dict[str, Any]) -> object:
        data["outcome"] = Outcome(data["outcome"])
        return services.close_case(case=case, officer=officer, **data)


@described(CaseReasonIn)
class Reopen(Act):
    given = CaseReasonIn

    def do(self, case: Case, officer: User, data: dict[str, Any]) -> object:
        return services.reopen_case(case=case, officer=officer, **data)
