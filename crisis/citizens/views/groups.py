"""我的团组: joining by a code, opening one, and what its liaison does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.kernel.encryption import blind_index
from config.kernel.errors import DomainError
from crisis.citizens.forms.groups import HeadsForm, JoinForm, NewGroupForm, PositionForm
from crisis.citizens.identity import CitizenRequest, signed_in
from crisis.citizens.services.limits import spend
from crisis.incidents.models import Incident
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from crisis.rollcall.groups import incidents_of, members_inside
from crisis.rollcall.services.reporting import report_heads, report_members
from registry.models import Group, GroupKind, Membership
from registry.selectors.groups import group_by_code, join_code, members_of, memberships_of
from registry.services import groups as services

ROWS_A_PAGE = 40  # a page stays below 60 kB
LONGEST_NUMBER = 18
TRIES, TRIES_PER = 10, timedelta(hours=1)
View = Callable[..., HttpResponse]


def _page(view: View) -> View:
    """A page of somebody signed in, in their language; never kept, never read by a GET alone."""

    def spoken(request: CitizenRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with speaking(language_of(request)):
            return view(request, *args, **kwargs)

    guarded = require_http_methods(["GET", "HEAD", "POST"])(private(signed_in(spoken)))
    guarded.citizen = True  # type: ignore[attr-defined]
    return login_not_required(guarded)


def _show(request: CitizenRequest, name: str, *forms: Any, **context: Any) -> HttpResponse:
    context |= {"language": language_of(request), "done": request.GET.get("done", "")}
    wrong = context.get("error") is not None or any(form.errors for form in forms)
    return render(request, f"citizens/{name}.html", context, status=400 if wrong else 200)


def _to(request: CitizenRequest, name: str, *args: Any, done: str = "") -> HttpResponse:
    address = f"{reverse(f'citizens:{name}', args=args)}?lang={language_of(request)}"
    return redirect(f"{address}&done={done}" if done else address)


@_page
def overview(request: CitizenRequest) -> HttpResponse:
    """The groups one is in. POST joins another by its code."""
    form = JoinForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            group = _join(request, form.cleaned_data["code"])
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            return _to(request, "group", group.pk, done="joined")
    mine = memberships_of(request.citizen.pk)
    return _show(request, "groups", form, form=form, memberships=mine)


def _join(request: CitizenRequest, code: str) -> Group:
    key = blind_index(str(request.citizen.pk), "citizens.group_code")
    if not spend("group_code", key, most=TRIES, per=TRIES_PER):
        raise DomainError("too_often", _("尝试次数过多，请一小时后再试。"), status=429)
    group = group_by_code(code)
    if group is None:
        raise DomainError("wrong_code", _("没有这个口令的团组，请向联络员核对。"))
    person = request.citizen
    services.add_member(group=group, person=person, by=services.citizen(person))
    return group


@_page
def new(request: CitizenRequest) -> HttpResponse:
    """Open a group: whoever does is its liaison, and an officer looks at it."""
    form = NewGroupForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            group = services.open_group(draft=form.draft(), by=services.citizen(request.citizen))
        except DomainError as error:
            form.refuse(error)
        else:
            return _to(request, "group", group.pk, done="opened")
    return _show(request, "group_new", form, form=form)


@_page
def group(request: CitizenRequest, pk: int) -> HttpResponse:
    """One group: for a member who leads it and how to leave; for its liaison all of it."""
    own = _membership(request, pk)
    form, error = PositionForm(), None
    if request.method == "POST":
        form = PositionForm(request.POST) if request.POST.get("act") == "position" else form
        try:
            if answer := _act(request, own, form):
                return answer
        except DomainError as refused:
            error = refused
    return _show(request, "group", form, error=error, **_context(request, own, form))


def _membership(request: CitizenRequest, pk: int) -> Membership:
    """Groups that one is not in are not there (404)."""
    return get_object_or_404(memberships_of(request.citizen.pk), group=pk)


def _context(request: CitizenRequest, own: Membership, form: PositionForm) -> dict[str, Any]:
    found = own.group
    members = members_of(found)
    context = {
        "group": found,
        "own": own,
        "leads": own.part == Membership.Part.LIAISON,
        "liaisons": members.filter(part=Membership.Part.LIAISON),
    }
    if context["leads"]:
        context |= {
            "members": _rows(request, members),
            "code": join_code(found),
            "incidents": incidents_of(found) if found.confirmed_at else [],
            "form": form if found.kind == GroupKind.VESSEL and found.confirmed_at else None,
        }
    return context


def _rows(request: CitizenRequest, rows: Any) -> Any:
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))


def _act(request: CitizenRequest, own: Membership, form: PositionForm) -> HttpResponse | None:
    """What the pressed button asks for; None when the form has to be shown again."""
    by, found = services.citizen(request.citizen), own.group
    act = request.POST.get("act", "")
    if act == "position":
        if not form.is_valid():
            return None
        services.report_position(group=found, place=form.place(), at=form.at(), by=by)
        return _to(request, "group", found.pk, done="moved")
    if act == "close":
        services.close_group(group=found, by=by)
        return _to(request, "groups", done="closed")
    if act == "leave":
        services.end_membership(group=found, person=request.citizen, by=by)
        return _to(request, "groups", done="left")
    _change(request, found, act, by)
    return _to(request, "group", found.pk, done="changed")


def _change(request: CitizenRequest, found: Group, act: str, by: services.Acting) -> None:
    changes: dict[str, Callable[..., object]] = {
        "appoint": services.appoint_liaison,
        "dismiss": services.dismiss_liaison,
        "end": services.end_membership,
    }
    row = members_of(found).filter(person=_number(request.POST.get("person", ""))).first()
    if act not in changes or row is None:
        raise DomainError("unknown_act", _("没有这个操作。"))
    changes[act](group=found, person=row.person, by=by)


def _led(request: CitizenRequest, pk: int) -> Membership:
    """The same of a confirmed group that one leads; of others there is nothing to report."""
    led = memberships_of(request.citizen.pk).filter(
        part=Membership.Part.LIAISON, group__confirmed_at__isnull=False
    )
    return get_object_or_404(led, group=pk)


@_page
def reports(request: CitizenRequest, pk: int) -> HttpResponse:
    """The open incidents that concern a group; where there is one, its page."""
    found = _led(request, pk).group
    incidents = list(incidents_of(found))
    if len(incidents) == 1:
        return _to(request, "group-report", pk, incidents[0].pk)
    return _show(request, "group_reports", group=found, incidents=incidents)


@_page
def report(request: CitizenRequest, pk: int, incident: int) -> HttpResponse:
    """A liaison reports for the members of one group in one open incident."""
    own = _led(request, pk)
    event = get_object_or_404(incidents_of(own.group), pk=incident)
    counted = request.method == "POST" and request.POST.get("act") == "heads"
    form, error = HeadsForm(request.POST if counted else None), None
    if request.method == "POST":
        try:
            if done := _report(request, own, event, form):
                return _to(request, "group-report", pk, incident, done=done)
        except DomainError as refused:
            error = refused
    rows = _rows(request, members_inside(event, own.group))
    context = {"group": own.group, "incident": event, "rows": rows, "form": form}
    return _show(request, "group_report", form, error=error, **context)


def _report(request: CitizenRequest, own: Membership, incident: Incident, form: HeadsForm) -> str:
    """What was done, for the page that follows; empty when the form has to be shown again."""
    facts: dict[str, Any] = {
        "incident": incident,
        "group": own.group,
        "liaison": request.citizen.pk,
    }
    if form.is_bound:
        if not form.is_valid():
            return ""
        report_heads(**facts, heads=form.heads(), counted_at=form.at())
        return "counted"
    names = (name for name in request.POST if name.startswith("word-"))
    chosen = {name.removeprefix("word-"): request.POST[name] for name in names}
    words = {_number(pk): word for pk, word in chosen.items() if word}
    report_members(**facts, words=words)
    return "reported"


def _number(text: str) -> int:
    """A person's number as a form sends it; 0, which nobody has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0
