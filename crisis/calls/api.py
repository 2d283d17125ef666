"""The call list for programs: who is next, one call, and the replies that wait for a human eye."""

from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kernel import audit, legal
from config.kernel.api import validated
from crisis.calls.matching import suggestions
from crisis.calls.models import Call
from crisis.calls.selectors import (
    call_for,
    last_outcomes,
    offered,
    unclear_standings,
    waiting_counts,
)
from crisis.calls.services import (
    judge_words,
    record_outcome,
    release_call,
    renew_call,
    take_next,
    undo_outcome,
)
from crisis.calls.services.outcomes import NOTE_LENGTH, PLACE_LENGTH, Result
from crisis.calls.states import Dismissal, Outcome, Tier, Verdict
from crisis.calls.words import with_words
from crisis.incidents.selectors import incident_for, incidents_for
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Standing
from crisis.staff.roles import Capability
from crisis.staff.selectors import acting_user
from notifications.models import Reply
from notifications.selectors import unmatched_replies
from notifications.services.replies import dismiss_reply, match_reply
from notifications.states import ReplyState
from registry.selectors.calling import phones_to_call

SHOWN = 50
KEYED = [(one.value, one.label) for one in Outcome if one != Outcome.UNDONE]


class ReplyCandidateOut(serializers.Serializer):
    """One place on the list. `person_ref` is opaque: names are read in the registry."""

    person_ref = serializers.IntegerField()
    tier = serializers.ChoiceField(choices=Tier.choices)
    grounds = serializers.ListField(child=serializers.CharField(), source="entry.reasons")
    attempts = serializers.IntegerField(source="entry.attempts", default=0)
    held = serializers.BooleanField()


class ListOut(serializers.Serializer):
    waiting = serializers.DictField(child=serializers.IntegerField())
    next = ReplyCandidateOut(many=True)


class PhoneOut(serializers.Serializer):
    contact_ref = serializers.IntegerField(source="contact_id")
    number = serializers.CharField()
    verified = serializers.BooleanField()
    landline = serializers.BooleanField()
    owners = serializers.ListField(child=serializers.IntegerField())


class CallOut(serializers.ModelSerializer):
    """`people` are all whom the call covers, `outcome` what it came to, empty while it is open."""

    officer = serializers.CharField(source="officer.username")
    outcome = serializers.SerializerMethodField()
    phones = serializers.SerializerMethodField()

    class Meta:
        model = Call
        fields = (
            "id", "incident", "officer", "lead_ref", "people", "tier", "opened_at", "lease_until",
            "ended_at", "end", "outcome", "phones",
        )  # fmt: skip

    def get_outcome(self, call: Call) -> str:
        written = last_outcomes(call)
        return written[0].outcome if written else ""

    @extend_schema(responses=PhoneOut(many=True))
    def get_phones(self, call: Call) -> list[dict[str, Any]]:
        return [dict(PhoneOut(phone).data) for phone in phones_to_call(call.people)]


class OutcomeIn(serializers.Serializer):
    """`again_at` belongs to `call_again`, `contact_ref` to `wrong_number`; `people` left out are
    all of the call."""

    outcome = serializers.ChoiceField(choices=KEYED)
    people = serializers.ListField(child=serializers.IntegerField(), required=False)
    contact_ref = serializers.IntegerField(required=False, allow_null=True)
    place = serializers.CharField(max_length=PLACE_LENGTH, required=False, allow_blank=True)
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    again_at = serializers.DateTimeField(required=False, allow_null=True)


class HeldOut(serializers.Serializer):
    held = serializers.BooleanField()


class ReopenedOut(serializers.Serializer):
    reopened = serializers.BooleanField()


class CallList(APIView):
    """Who is to be telephoned, in order, and how many wait in each part."""

    capability = Capability.RECORD

    @extend_schema(responses=ListOut, operation_id="calls_list")
    def get(self, request: Request, incident: int) -> Response:
        found = incident_for(acting_user(request), incident)
        shown = {"waiting": waiting_counts(found), "next": offered(found, limit=SHOWN)}
        return Response(ListOut(shown).data)


class NextCall(APIView):
    """Take the next; 204 when nobody waits. An officer's open call is returned again."""

    capability = Capability.RECORD

    @extend_schema(request=None, responses={201: CallOut, 204: None})
    def post(self, request: Request, incident: int) -> Response:
        officer = acting_user(request)
        call = take_next(incident=incident_for(officer, incident), officer=officer)
        if call is None:
            return Response(status=204)
        return Response(_shown(call, officer.username), status=201)


def _shown(call: Call, actor: str) -> Any:
    """A call with its numbers: a look at a person, which is audited."""
    audit.record(
        actor=actor,
        act="person.viewed",
        subject=f"person:{call.lead_ref}",
        incident=call.incident_id,
        call=call.pk,
        basis=legal.IN_AN_INCIDENT,
    )
    return CallOut(call).data


class OneCall(APIView):
    capability = {"GET": Capability.RECORD, "POST": Capability.RECORD}

    @extend_schema(responses=CallOut)
    def get(self, request: Request, incident: int, call: int) -> Response:
        officer = acting_user(request)
        found = call_for(incident_for(officer, incident), call)
        return Response(_shown(found, officer.username))

    @extend_schema(request=OutcomeIn, responses={201: CallOut})
    def post(self, request: Request, incident: int, call: int) -> Response:
        """What the call came to."""
        data = validated(OutcomeIn(data=request.data))
        officer = acting_user(request)
        found = call_for(incident_for(officer, incident), call)
        result = Result(**data | {"outcome": Outcome(data["outcome"])})
        record_outcome(call=found, officer=officer, result=result)
        found.refresh_from_db()
        return Response(_shown(found, officer.username), status=201)


class RenewCall(APIView):
    """Hold on for five more minutes; `held` is false when somebody else took over."""

    capability = Capability.RECORD

    @extend_schema(request=None, responses=HeldOut)
    def post(self, request: Request, incident: int, call: int) -> Response:
        officer = acting_user(request)
        found = call_for(incident_for(officer, incident), call)
        return Response({"held": renew_call(call=found, officer=officer)})


class ReleaseCall(APIView):
    """Back onto the list without a result."""

    capability = Capability.RECORD

    @extend_schema(request=None, responses=HeldOut)
    def post(self, request: Request, incident: int, call: int) -> Response:
        officer = acting_user(request)
        release_call(call=call_for(incident_for(officer, incident), call), officer=officer)
        return Response({"held": False})


class UndoCall(APIView):
    """Take back what was keyed, within three minutes; `reopened`: it waits for the right result."""

    capability = Capability.RECORD

    @extend_schema(request=None, responses=ReopenedOut)
    def post(self, request: Request, incident: int, call: int) -> Response:
        officer = acting_user(request)
        found = call_for(incident_for(officer, incident), call)
        return Response({"reopened": undo_outcome(call=found, officer=officer)})


class UnclearWordsOut(serializers.Serializer):
    id = serializers.IntegerField()
    via = serializers.CharField()
    text = serializers.CharField()
    answered_at = serializers.DateTimeField()


class UnclearOut(serializers.Serializer):
    """`seen` goes back with the verdict: what comes in later is not judged with it."""

    person_ref = serializers.IntegerField(source="standing.person_ref")
    since = serializers.DateTimeField(source="standing.since")
    condition = serializers.CharField(source="standing.condition")
    replies = UnclearWordsOut(many=True)
    seen = serializers.IntegerField()


class VerdictIn(serializers.Serializer):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    seen = serializers.IntegerField(min_value=0)


class UnclearWords(APIView):
    """Words that no rule could read, the longest waiting first."""

    capability = Capability.RECORD

    @extend_schema(responses=UnclearOut(many=True))
    def get(self, request: Request, incident: int) -> Response:
        found = incident_for(acting_user(request), incident)
        rows = with_words(list(unclear_standings([found])[:SHOWN]))
        return Response(UnclearOut(rows, many=True).data)


class JudgeWords(APIView):
    """One verdict; 409 `settled` tells who was first, `new_words` that more came in."""

    capability = Capability.RECORD

    @extend_schema(request=VerdictIn, responses={204: None})
    def post(self, request: Request, incident: int, person: int) -> Response:
        data = validated(VerdictIn(data=request.data))
        officer = acting_user(request)
        judge_words(
            incident=incident_for(officer, incident),
            person_ref=person,
            verdict=Verdict(data["verdict"]),
            officer=officer,
            seen=data["seen"],
        )
        return Response(status=204)


class SuggestionOut(serializers.Serializer):
    incident = serializers.IntegerField(source="standing.incident_id")
    person_ref = serializers.IntegerField(source="standing.person_ref")
    condition = serializers.CharField(source="standing.condition")
    why = serializers.ListField(child=serializers.CharField())


class StrayOut(serializers.Serializer):
    id = serializers.IntegerField()
    via = serializers.CharField()
    meaning = serializers.CharField()
    text = serializers.CharField()
    received_at = serializers.DateTimeField()
    candidates = SuggestionOut(many=True)


class ReplyMatchIn(serializers.Serializer):
    incident = serializers.IntegerField()
    person_ref = serializers.IntegerField()


class DismissIn(serializers.Serializer):
    reason = serializers.ChoiceField(choices=Dismissal.choices)


class Strays(APIView):
    """Replies that matched nobody, the longest waiting first, with whom they may be from: people
    of the officer's open incidents alone."""

    capability = Capability.RECORD

    @extend_schema(responses=StrayOut(many=True))
    def get(self, request: Request) -> Response:
        replies = list(unmatched_replies().order_by("pk")[:SHOWN])
        incidents = incidents_for(acting_user(request)).filter(state=IncidentState.DECLARED)
        found = suggestions(replies, incidents)
        for reply in replies:
            reply.candidates = found.get(reply.pk, [])  # type: ignore[attr-defined]
        return Response(StrayOut(replies, many=True).data)


class MatchStray(APIView):
    """An officer says whose answer it is; 409 `reply_settled` tells who was first."""

    capability = Capability.RECORD

    @extend_schema(request=ReplyMatchIn, responses={204: None})
    def post(self, request: Request, reply: int) -> Response:
        data = validated(ReplyMatchIn(data=request.data))
        officer = acting_user(request)
        found = incident_for(officer, data["incident"])
        standing = get_object_or_404(Standing, incident=found, person_ref=data["person_ref"])
        match_reply(
            reply=_stray(reply),
            source=found.source,
            person_ref=standing.person_ref,
            by=officer.username,
        )
        return Response(status=204)


class DismissStray(APIView):
    """It concerns nobody here; the words are kept."""

    capability = Capability.RECORD

    @extend_schema(request=DismissIn, responses={204: None})
    def post(self, request: Request, reply: int) -> Response:
        data = validated(DismissIn(data=request.data))
        officer = acting_user(request)
        dismiss_reply(reply=_stray(reply), by=officer.username, reason=data["reason"])
        return Response(status=204)


def _stray(pk: int) -> Reply:
    """One that matched nobody by itself; what found its person belongs to that person's post."""
    return get_object_or_404(Reply, Q(state=ReplyState.UNMATCHED) | ~Q(handled_by=""), pk=pk)
