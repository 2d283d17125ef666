"""Self-reports for programs: how many are there, who they may be, and what an officer decides."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit, legal
from config.kernel.api import validated
from crisis.console.api.throttles import Reading, Writing
from crisis.console.selectors import visible_people
from crisis.console.selfreports import Row, rows_in, rows_of, rows_waiting
from crisis.incidents.selectors import incident_for
from crisis.rollcall.selectors import counts, estimates
from crisis.selfreports import services
from crisis.selfreports.matching import SIGNS
from crisis.selfreports.models import SelfReport
from crisis.selfreports.selectors import form_of, presence, report_of
from crisis.selfreports.states import ReportState, SetAsideReason, Word
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user

A_PAGE = 100
SHOWN = ("waiting", "held", "decided", "set_aside")


class PresenceOut(serializers.Serializer):
    """Three counts side by side, never added: `registered` is the audience of the roll call;
    `reported` are further people by self-reports, `people` of them named and `unnamed` not;
    `estimated` is the post's newest word, or null. `code` is that of the public form."""

    registered = serializers.IntegerField()
    reported = serializers.IntegerField()
    people = serializers.IntegerField()
    unnamed = serializers.IntegerField()
    verified = serializers.IntegerField()
    needs_help = serializers.IntegerField()
    waiting = serializers.IntegerField()
    held = serializers.IntegerField()
    estimated = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()


class MatchOut(serializers.Serializer):
    person = serializers.IntegerField()
    provisional = serializers.BooleanField(help_text="Another self-report, no registration.")
    signs = serializers.ListField(child=serializers.ChoiceField(choices=list(SIGNS)))


class WhoOut(serializers.Serializer):
    """`merged_with` is the registration they were found to be; `verified`: somebody new."""

    person = serializers.IntegerField()
    name = serializers.CharField()
    leads = serializers.BooleanField()
    condition = serializers.CharField()
    merged_with = serializers.IntegerField(allow_null=True)
    verified = serializers.BooleanField()
    matches = MatchOut(many=True)


class ReportOut(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=ReportState.choices)
    reason = serializers.ChoiceField(choices=SetAsideReason.choices, allow_blank=True)
    word = serializers.ChoiceField(choices=Word.choices)
    received_at = serializers.DateTimeField()
    told_at = serializers.DateTimeField()
    with_me = serializers.IntegerField()
    unnamed = serializers.IntegerField()
    country = serializers.CharField()
    place = serializers.CharField()
    phone = serializers.CharField()
    wechat = serializers.CharField()
    note = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    accuracy_m = serializers.FloatField(allow_null=True)
    flags = serializers.ListField(child=serializers.CharField())
    people = WhoOut(many=True)


def shown(row: Row) -> dict[str, Any]:
    report, told = row.report, row.told
    columns = (
        "id", "number", "state", "reason", "word", "received_at", "told_at", "with_me", "country",
        "latitude", "longitude", "accuracy_m", "flags",
    )  # fmt: skip
    return {name: getattr(report, name) for name in columns} | {
        "unnamed": row.unnamed,
        "place": told.place,
        "phone": told.number or told.phone,
        "wechat": told.wechat,
        "note": told.note,
        "people": [
            {
                "person": who.person.pk,
                "name": who.person.name,
                "leads": who.leads,
                "condition": who.standing.condition if who.standing else "",
                "merged_with": who.kept.pk if who.kept else None,
                "verified": not who.person.provisional,
                "matches": [
                    {"person": m.person.pk, "provisional": m.person.provisional, "signs": m.signs}
                    for m in who.matches
                ],
            }
            for who in row.people
        ],
    }


class PresenceView(APIView):
    capability = Capability.VIEW_INCIDENT
    throttle_classes = [Reading]

    @extend_schema(responses=PresenceOut)
    def get(self, request: Request, incident: int) -> Response:
        found = incident_for(acting_user(request), incident)
        estimate, form = estimates(found).first(), form_of(found)
        figures = presence(found).as_dict() | {
            "registered": counts(found).in_audience,
            "estimated": estimate.people if estimate else None,
            "code": form.code if form else "",
        }
        return Response(PresenceOut(figures).data)


class Reports(APIView):
    """A hundred at most: of those that wait the likely matches first, of the others the newest."""

    capability = Capability.VIEW_PERSON
    throttle_classes = [Reading]

    @extend_schema(
        parameters=[OpenApiParameter("show", str, enum=SHOWN, default="waiting")],
        responses=ReportOut(many=True),
    )
    def get(self, request: Request, incident: int) -> Response:
        user = acting_user(request)
        found = incident_for(user, incident)
        show = request.query_params.get("show", "waiting")
        if show not in SHOWN or show == "waiting":
            rows = rows_waiting(user, found)[:A_PAGE]
        else:
            rows = rows_of(user, found, list(rows_in(user, found, show)[:A_PAGE]))
        audit.record(
            actor=user.username,
            act="selfreport.listed",
            subject=found.source,
            found=len(rows),
            basis=legal.IN_AN_INCIDENT,
        )
        return Response(ReportOut([shown(row) for row in rows], many=True).data)


class OneReport(APIView):
    capability = Capability.VIEW_PERSON
    throttle_classes = [Reading]

    @extend_schema(responses=ReportOut)
    def get(self, request: Request, incident: int, pk: int) -> Response:
        report = _asked(request, incident, pk)
        audit.record(
            actor=acting_user(request).username,
            act="selfreport.viewed",
            subject=f"selfreport:{report.pk}",
            incident=incident,
            basis=legal.IN_AN_INCIDENT,
        )
        return _answer(request, report)


class SelfReportMatchIn(serializers.Serializer):
    """`person` of the report is `to`, who is kept."""

    person = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    to = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class Matching(APIView):
    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=SelfReportMatchIn, responses={201: ReportOut})
    def post(self, request: Request, incident: int, pk: int) -> Response:
        report = _asked(request, incident, pk)
        officer, data = acting_user(request), validated(SelfReportMatchIn(data=request.data))
        to = get_object_or_404(visible_people(officer), pk=data["to"])
        services.match_person(report=report, person_ref=data["person"], to=to, officer=officer)
        return _answer(request, report, status=201)


class Parting(APIView):
    """They are two after all."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(responses=ReportOut)
    def delete(self, request: Request, incident: int, pk: int, person: int) -> Response:
        report = _asked(request, incident, pk)
        services.undo_match(report=report, person_ref=person, officer=acting_user(request))
        return _answer(request, report)


class Verifying(APIView):
    """PUT: somebody whom the registry did not know. DELETE: not made sure after all."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=None, responses=ReportOut)
    def put(self, request: Request, incident: int, pk: int, person: int) -> Response:
        report = _asked(request, incident, pk)
        services.verify_person(report=report, person_ref=person, officer=acting_user(request))
        return _answer(request, report)

    @extend_schema(responses=ReportOut)
    def delete(self, request: Request, incident: int, pk: int, person: int) -> Response:
        report = _asked(request, incident, pk)
        services.undo_verification(report=report, person_ref=person, officer=acting_user(request))
        return _answer(request, report)


class SetAsideIn(serializers.Serializer):
    reason = serializers.ChoiceField(choices=SetAsideReason.choices)


class SettingAside(APIView):
    """PUT: count it no more. DELETE: it counts after all."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=SetAsideIn, responses=ReportOut)
    def put(self, request: Request, incident: int, pk: int) -> Response:
        report = _asked(request, incident, pk)
        reason = validated(SetAsideIn(data=request.data))["reason"]
        services.set_aside(report=report, reason=reason, officer=acting_user(request))
        return _answer(request, report)

    @extend_schema(responses=ReportOut)
    def delete(self, request: Request, incident: int, pk: int) -> Response:
        report = _asked(request, incident, pk)
        services.take_back(report=report, officer=acting_user(request))
        return _answer(request, report)


class AdmitIn(serializers.Serializer):
    all_of_source = serializers.BooleanField(required=False, default=False)


class AdmitOut(serializers.Serializer):
    admitted = serializers.IntegerField()


class Admitting(APIView):
    """Count a held one now, or all that are held of the same source."""

    capability = Capability.REGISTER
    throttle_classes = [Writing]

    @extend_schema(request=AdmitIn, responses=AdmitOut)
    def post(self, request: Request, incident: int, pk: int) -> Response:
        report = _asked(request, incident, pk)
        data = validated(AdmitIn(data=request.data))
        done = services.admit_report(report=report, officer=acting_user(request), **data)
        return Response(AdmitOut({"admitted": done}).data)


def _asked(request: Request, incident: int, pk: int) -> SelfReport:
    return report_of(incident_for(acting_user(request), incident), pk)


def _answer(request: Request, report: SelfReport, status: int = 200) -> Response:
    user = acting_user(request)
    fresh = report_of(report.incident, report.pk)
    (row,) = rows_of(user, report.incident, [fresh])
    return Response(ReportOut(shown(row)).data, status=status)
