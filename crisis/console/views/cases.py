"""求助个案: the list of a post or of an incident, and taking one in."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit, clock
from crisis.cases.models import Case
from crisis.cases.selectors import (
    by_urgency,
    cases_for,
    counts,
    held_requests,
    waiting_for,
)
from crisis.cases.services import open_case, record_contact
from crisis.cases.services.requests import release_request
from crisis.cases.states import AS_RED, LIVE, Grade, Origin
from crisis.console.forms.cases import NewCaseForm
from crisis.console.selectors import (
    visible_incident,
    visible_incidents,
    visible_people,
    with_who,
)
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.staff.selectors import posts_of

CASES_A_PAGE = 50


@requires(Capability.VIEW_PERSON)
def overview(request: StaffRequest) -> HttpResponse:
    """Overdue and red first; again every ten seconds by htmx."""
    context = _listed(request, cases_for(request.user))
    context |= {"section": "cases", "hand_overs": waiting_for(request.user)}
    if request.user.can(Capability.RECORD):
        context["held"] = held_requests()[:CASES_A_PAGE]
    return render(request, "console/cases.html", context)


@requires(Capability.VIEW_PERSON)
def of_incident(request: StaffRequest, pk: int) -> HttpResponse:
    """The room of an incident: its own cases."""
    incident = visible_incident(request.user, pk)
    context = _listed(request, cases_for(request.user).filter(incident=incident), incident)
    context |= {"section": "", "room": "cases", "incident": incident}
    return render(request, "console/incident_cases.html", context)


def _listed(
    request: StaffRequest, cases: QuerySet[Case], incident: Incident | None = None
) -> dict[str, Any]:
    now = clock.now()
    chosen = by_urgency(_narrowed(request, cases), now)
    page = Paginator(chosen, CASES_A_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_who(list(page.object_list))
    if not request.headers.get("HX-Request"):
        audit.record(
            actor=request.user.username,
            act="case.listed",
            subject=incident.source if incident else "",
            shown=len(page.object_list),
        )
    return {
        "page": page,
        "counts": counts(cases, now),
        "now": now,
        "speed": clock.speed(),
        "show": request.GET.get("show", ""),
        "grade": request.GET.get("grade", ""),
    }


def _narrowed(request: StaffRequest, cases: QuerySet[Case]) -> QuerySet[Case]:
    show, grade = request.GET.get("show", ""), request.GET.get("grade", "")
    is_live = Q(state__in=LIVE)
    cases = cases.filter(~is_live if show == "closed" else is_live)
    if show == "waiting":
        cases = cases.filter(contacted_at=None)
    if show == "mine":
        cases = cases.filter(assigned_to=request.user)
    if grade == Grade.RED:
        return cases.filter(grade__in=AS_RED)
    return cases.filter(grade=grade) if grade in Grade.values else cases


# -- Taking one in ------------------------------------------------------------------------------


@requires(Capability.RECORD)
def new(request: StaffRequest) -> HttpResponse:
    """An officer's own intake; while they speak with the person, the clock stops at once."""
    user = request.user
    incidents = visible_incidents(user).filter(state=IncidentState.DECLARED)
    form = NewCaseForm(
        request.POST if request.method == "POST" else None,
        posts=posts_of(user),
        incidents=incidents,
        initial={"key": uuid.uuid4(), "incident": request.GET.get("incident")},
        people=visible_people(user),
    )
    if request.method == "POST" and form.is_valid():
        case = _open(request, form)
        messages.success(request, _("已立案，编号 %(number)s。") % {"number": case.number})
        return redirect("console:case", case.pk)
    context = {"section": "cases", "form": form}
    return render(request, "console/case_new.html", context, status=400 if form.errors else 200)


def _open(request: StaffRequest, form: NewCaseForm) -> Case:
    data = form.cleaned_data
    incident, intake = data["incident"], form.intake()
    case = open_case(
        post=incident.post if incident else data["post"],
        incident=incident,
        origin=Origin.OFFICER,
        origin_key=f"intake:{data['key']}",
        raised_at=clock.now(),
        person_ref=data["person_ref"],
        grade=Grade(data["grade"]) if data["grade"] else None,
        opened_by=request.user.username,
        **intake.fields(),  # type: ignore[arg-type]
    )
    if data["speaking"] and case.contacted_at is None:
        record_contact(case=case, officer=request.user)
    return case


@require_POST
@requires(Capability.RECORD)
def release(request: StaffRequest, pk: int) -> HttpResponse:
    """A held press of the public form becomes a case now."""
    held = get_object_or_404(held_requests(), pk=pk)
    case = release_request(request=held, officer=request.user)
    messages.success(request, _("已立案，编号 %(number)s。") % {"number": case.number})
    return redirect("console:case", case.pk)
