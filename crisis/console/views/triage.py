"""Replies that matched nobody, and people whose answer may be a call for help."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.calls.matching import suggestions
from crisis.calls.selectors import unclear_standings
from crisis.calls.services import judge_words
from crisis.calls.states import Verdict
from crisis.calls.words import with_words
from crisis.console.forms.triage import DismissForm, FindForm
from crisis.console.selectors import visible_incident, visible_incidents, with_names
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Standing
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.models import User
from crisis.staff.roles import Capability
from notifications.models import DeliveryPerson, Reply
from notifications.selectors import unmatched_replies, words_of_contacts
from notifications.services.replies import dismiss_reply, match_reply, note_reply
from notifications.states import ReplyState
from registry.models import Person
from registry.selectors.people import find_by_address

SHOWN = 50
CANDIDATES = 30
CONFLICT = 409


def open_incidents(user: User) -> QuerySet[Incident]:
    return visible_incidents(user).filter(state=IncidentState.DECLARED)


@requires(Capability.RECORD)
def waiting(request: StaffRequest) -> HttpResponse:
    """Everything that waits for a human reader, longest first. An unmatched reply belongs to no
    post yet, so every recording officer sees it."""
    incidents = open_incidents(request.user)
    unclear = unclear_standings(incidents)
    unmatched = unmatched_replies().order_by("pk")
    shown = list(unmatched[:SHOWN])
    found = suggestions(shown, incidents)
    context = {
        "section": "triage",
        "unmatched": [{"reply": reply, "candidates": found.get(reply.pk, [])} for reply in shown],
        "unmatched_count": unmatched.count(),
        "unclear": with_words(list(unclear.select_related("incident__post")[:SHOWN])),
        "unclear_count": unclear.count(),
        "verdicts": list(Verdict),
        "from_contacts": with_persons(contact_words(request.user)[:SHOWN]),
        "from_contacts_count": contact_words(request.user).count(),
        "now": clock.now(),
    }
    return render(request, "console/triage.html", context)


@require_POST
@requires(Capability.RECORD)
def judge(request: StaffRequest, pk: int, person: int) -> HttpResponse:
    """An officer's verdict on one person's unclear words; whoever comes second is told."""
    verdict, seen = request.POST.get("verdict", ""), request.POST.get("seen", "")
    if verdict not in Verdict.values or not seen.isdecimal():
        raise DomainError("bad_verdict", _("请从四种判断中选择。"))
    incident = visible_incident(request.user, pk)
    try:
        judge_words(
            incident=incident,
            person_ref=person,
            verdict=Verdict(verdict),
            officer=request.user,
            seen=int(seen),
        )
    except DomainError as error:
        if error.status != CONFLICT:
            raise
        messages.warning(request, str(error))
    else:
        messages.success(request, _("已记录判断：%(what)s。") % {"what": Verdict(verdict).label})
    return redirect("console:triage")


def contact_words(user: User) -> QuerySet[Reply]:
    """What emergency contacts wrote about people of this officer's open incidents."""
    words = words_of_contacts([incident.source for incident in open_incidents(user)])
    return words.select_related("delivery__wave")


def with_persons(replies: Iterable[Reply]) -> list[Any]:
    """Give each its standing, named, as `.about`: a contact's message speaks for one person."""
    rows: list[Any] = list(replies)
    people = dict(
        DeliveryPerson.objects.filter(delivery__in=[row.delivery_id for row in rows]).values_list(
            "delivery_id", "person_ref"
        )
    )
    found = Standing.objects.filter(person_ref__in=people.values()).select_related("incident__post")
    standings = {(s.incident.source, s.person_ref): s for s in with_names(list(found))}
    for row in rows:
        row.about = standings.get((row.delivery.wave.source, people[row.delivery_id]))
    return rows


@require_POST
@requires(Capability.RECORD)
def note(request: StaffRequest, pk: int) -> HttpResponse:
    """An officer has read what an emergency contact wrote."""
    reply = get_object_or_404(contact_words(request.user), pk=pk)
    note_reply(reply=reply, by=request.user.username)
    messages.success(request, _("已标记为已读。情况请记录在此人的页面上。"))
    return redirect("console:triage")


@requires(Capability.RECORD)
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """One unmatched reply: find its person and match it, or set it aside with a reason.

    One that found its person by itself belongs to that person's post and is not shown here.
    """
    matched_nobody = Q(state=ReplyState.UNMATCHED) | ~Q(handled_by="")
    reply = get_object_or_404(Reply, matched_nobody, pk=pk)
    incidents = open_incidents(request.user)
    find = FindForm(
        request.POST if "find" in request.POST else None,
        incidents=incidents,
        initial={"incident": incidents.first()},
    )
    dismiss = DismissForm(request.POST if "dismiss" in request.POST else None)
    if "match" in request.POST:
        return match_from_list(request, reply) if "list" in request.POST else match(request, reply)
    if "dismiss" in request.POST and dismiss.is_valid():
        reason = dismiss.cleaned_data["reason"]
        dismiss_reply(reply=reply, by=request.user.username, reason=reason)
        messages.success(request, _("已搁置，原文保留。"))
        return redirect("console:triage")
    audit.record(actor=request.user.username, act="reply.viewed", subject=f"reply:{pk}")
    context = {
        "section": "triage",
        "reply": reply,
        "find": find,
        "dismiss": dismiss,
        "candidates": candidates(reply, find, incidents),
        "searched": find.is_bound and find.is_valid(),
    }
    return render(request, "console/triage_reply.html", context)


def match_from_list(request: StaffRequest, reply: Reply) -> HttpResponse:
    """One step, and back to the list; whoever comes second is told who was first."""
    try:
        match(request, reply)
    except DomainError as error:
        if error.status != CONFLICT:
            raise
        messages.warning(request, str(error))
    return redirect("console:triage")


def match(request: StaffRequest, reply: Reply) -> HttpResponse:
    """`match` is «incident:person», as the candidate's button says it."""
    incident_pk, _sep, person = request.POST["match"].partition(":")
    if not (incident_pk.isdecimal() and person.isdecimal()):
        raise DomainError("bad_match", _("请从候选人中选择。"))
    incident = visible_incident(request.user, int(incident_pk))
    standing = get_object_or_404(Standing, incident=incident, person_ref=int(person))
    match_reply(
        reply=reply,
        source=incident.source,
        person_ref=standing.person_ref,
        by=request.user.username,
    )
    messages.success(request, _("已匹配，点名已更新。"))
    return redirect("console:incident-person", incident.pk, standing.person_ref)


def candidates(reply: Reply, find: FindForm, incidents: QuerySet[Incident]) -> list[Any]:
    """Standings to choose from: by name where one was given, else those who own the address."""
    standings = Standing.objects.counted().filter(incident__in=incidents)
    standings = standings.select_related("incident")
    if find.is_bound and find.is_valid() and find.cleaned_data["name"].strip():
        people = Person.objects.filter(name__icontains=find.cleaned_data["name"].strip())
        standings = standings.filter(incident=find.cleaned_data["incident"])
    elif reply.address_index is not None:
        people = find_by_address(reply.via, bytes(reply.address_index))
    else:
        return []
    found = standings.filter(person_ref__in=people.values("pk")).order_by("pk")
    return with_names(list(found[:CANDIDATES]))
