"""寻人: enquiries of one's posts; one enquiry with whom it may be after and what may be said."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.cases.selectors import cases_for
from crisis.console.forms.tracing import (
    AskerForm,
    CloseForm,
    EnquiryForm,
    FindForm,
    ListFilter,
    PermissionForm,
)
from crisis.console.selectors import visible_incident, visible_people
from crisis.console.views.triage import open_incidents
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.staff.selectors import posts_of
from crisis.tracing import selectors
from crisis.tracing.candidates import candidates
from crisis.tracing.models import Enquiry
from crisis.tracing.services import answering, matching, recording, telling
from crisis.tracing.states import EnquiryState
from registry.models import Person

A_PAGE = 50


# -- The list --------------------------------------------------------------------------------


@requires(Capability.VIEW_PERSON)
def overview(request: StaffRequest) -> HttpResponse:
    context = {"section": "tracing"} | listed(request, selectors.enquiries_for(request.user))
    return render(request, "console/enquiries.html", context)


@requires(Capability.VIEW_PERSON)
def of_incident(request: StaffRequest, pk: int) -> HttpResponse:
    """The same as a room of one incident."""
    incident = visible_incident(request.user, pk)
    rows = selectors.enquiries_for(request.user).filter(incident=incident)
    context = {"incident": incident, "room": "tracing"} | listed(request, rows)
    return render(request, "console/incident_enquiries.html", context)


def listed(request: StaffRequest, rows: QuerySet[Enquiry]) -> dict[str, Any]:
    """One page of the list: what is not closed, unless something else is asked for."""
    wanted, find = ListFilter(request.GET), FindForm(request.POST or None)
    state = wanted.cleaned_data["state"] if wanted.is_valid() else ""
    if find.is_bound and find.is_valid() and (text := find.cleaned_data["text"]):
        audit.record(actor=request.user.username, act="tracing.searched")
        rows = rows.filter(selectors.found_by(text))
    elif state:
        rows = rows.filter(state=state)
    else:
        rows = rows.filter(state__in=selectors.LIVE)
    page = Paginator(rows.prefetch_related("names"), A_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "filter": wanted, "find": find, "state": state}


@requires(Capability.RECORD)
def new(request: StaffRequest) -> HttpResponse:
    """Somebody asks; `?incident=` names what it is about."""
    incidents = open_incidents(request.user)
    number = request.GET.get("incident", "")
    about = incidents.filter(pk=number).first() if number.isdecimal() else None
    initial = {"incident": about, "post": about.post_id if about else None}
    form = EnquiryForm(
        request.POST if request.method == "POST" else None,
        posts=posts_of(request.user),
        incidents=incidents,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            enquiry = recording.record_enquiry(
                draft=form.draft(),
                post=form.cleaned_data["post"],
                officer=request.user,
                incident=form.cleaned_data["incident"],
            )
        except DomainError as error:
            form.refuse(error)
        else:
            said = _("已登记，编号 %(number)s，请告诉对方。")
            messages.success(request, said % {"number": enquiry.number})
            return redirect("console:enquiry", enquiry.pk)
    context = {"section": "tracing", "form": form}
    return render(request, "console/enquiry_new.html", context, status=400 if form.errors else 200)


# -- One enquiry -----------------------------------------------------------------------------


@requires(Capability.VIEW_PERSON)
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """POST looks for the person by another spelling; nothing is changed by it."""
    enquiry = selectors.enquiry_for(request.user, pk)
    audit.record(actor=request.user.username, act="tracing.viewed", subject=f"enquiry:{pk}")
    match = selectors.standing_match(enquiry)
    name = request.POST.get("name", "").strip()[:80] if request.method == "POST" else ""
    among = visible_people(request.user)
    context = {
        "section": "tracing",
        "enquiry": enquiry,
        "names": [name.text for name in enquiry.names.all()],
        "match": match,
        "match_visible": match is not None and among.filter(pk=match.person_id).exists(),
        "words": selectors.words_for(enquiry),
        "candidates": [] if match else candidates(enquiry, among, name),
        "name": name,
        "alike": selectors.alike(enquiry, selectors.enquiries_for(request.user)),
        "cases": selectors.cases_about(enquiry, cases_for(request.user)),
        "answers": enquiry.answers.all(),
        "undone": enquiry.matches.exclude(undone_at=None).order_by("-pk"),
        "asker_form": AskerForm(initial={"checked": enquiry.checked, "publish": enquiry.publish}),
        "permission_form": PermissionForm(initial={"permission": enquiry.permission}),
        "close_form": CloseForm(),
        "closed": enquiry.state == EnquiryState.CLOSED,
    }
    return render(request, "console/enquiry.html", context)


@require_POST
@requires(Capability.RECORD)
def match(request: StaffRequest, pk: int) -> HttpResponse:
    """One step: the button of a candidate. Only of those whom this officer may see."""
    enquiry = selectors.enquiry_for(request.user, pk)
    number, score = request.POST.get("person", ""), request.POST.get("score", "")
    if not (number.isdecimal() and len(number) < 19):
        raise DomainError("bad_match", _("请从候选人中选择。"))
    person: Person = get_object_or_404(visible_people(request.user), pk=int(number))
    points = int(score) if score.isdecimal() and len(score) < 4 else 0
    return done(
        request,
        pk,
        lambda: matching.match_enquiry(
            enquiry=enquiry, person=person, officer=request.user, score=min(points, 100)
        ),
        _("已匹配。如有误，可在本页撤销。"),
    )


@require_POST
@requires(Capability.RECORD)
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    enquiry = selectors.enquiry_for(request.user, pk)
    return done(
        request,
        pk,
        lambda: matching.undo_match(enquiry=enquiry, officer=request.user),
        _("匹配已撤销。"),
    )


@require_POST
@requires(Capability.RECORD)
def tell(request: StaffRequest, pk: int) -> HttpResponse:
    enquiry = selectors.enquiry_for(request.user, pk)
    return done(
        request,
        pk,
        lambda: telling.tell_person(enquiry=enquiry, officer=request.user),
        _("正在告知本人有人询问。"),
    )


@require_POST
@requires(Capability.RECORD)
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """The sentence was read out: `say` is what the page had shown."""
    enquiry, shown = selectors.enquiry_for(request.user, pk), request.POST.get("say", "")
    return done(
        request,
        pk,
        lambda: answering.give_answer(enquiry=enquiry, shown=shown, officer=request.user),
        _("答复已记录。"),
    )


@require_POST
@requires(Capability.RECORD)
def asker(request: StaffRequest, pk: int) -> HttpResponse:
    enquiry, form = selectors.enquiry_for(request.user, pk), AskerForm(request.POST)
    return filled(
        request,
        pk,
        form,
        lambda: recording.set_asker(enquiry=enquiry, officer=request.user, **form.cleaned_data),
    )


@require_POST
@requires(Capability.RECORD)
def permission(request: StaffRequest, pk: int) -> HttpResponse:
    enquiry, form = selectors.enquiry_for(request.user, pk), PermissionForm(request.POST)
    return filled(
        request,
        pk,
        form,
        lambda: recording.set_permission(
            enquiry=enquiry, officer=request.user, **form.cleaned_data
        ),
    )


@require_POST
@requires(Capability.RECORD)
def case(request: StaffRequest, pk: int) -> HttpResponse:
    """Link a request for help by its number, or take the link away."""
    enquiry = selectors.enquiry_for(request.user, pk)
    number = request.POST.get("number", "").strip().upper()
    found = get_object_or_404(cases_for(request.user), number=number)
    act = matching.unlink_case if "unlink" in request.POST else matching.link_case
    return done(
        request, pk, lambda: act(enquiry=enquiry, case=found, officer=request.user), _("已更改。")
    )


@require_POST
@requires(Capability.RECORD)
def close(request: StaffRequest, pk: int) -> HttpResponse:
    enquiry, form = selectors.enquiry_for(request.user, pk), CloseForm(request.POST)
    return filled(
        request,
        pk,
        form,
        lambda: recording.close_enquiry(enquiry=enquiry, officer=request.user, **form.cleaned_data),
    )


@require_POST
@requires(Capability.RECORD)
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    enquiry = selectors.enquiry_for(request.user, pk)
    return done(
        request,
        pk,
        lambda: recording.reopen_enquiry(enquiry=enquiry, officer=request.user),
        _("已重新打开。"),
    )


def filled(request: StaffRequest, pk: int, form: Any, act: Callable[[], object]) -> HttpResponse:
    """A small form of choices: a wrong one was never on the page."""
    if not form.is_valid():
        messages.error(request, _("请从列出的选项中选择。"))
        return redirect("console:enquiry", pk)
    return done(request, pk, act, _("已更改。"))


def done(request: StaffRequest, pk: int, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("console:enquiry", pk)
