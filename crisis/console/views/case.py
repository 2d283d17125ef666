"""One case: everything known of it, and what an officer may do in it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.cases import services
from crisis.cases.models import Case
from crisis.cases.selectors import case_for, cases_for, linked_to, standing_merges
from crisis.cases.states import LIVE, CaseState, Grade, Outcome, PartnerKind
from crisis.console.forms import cases as forms
from crisis.console.selectors import visible_people
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.models import User
from crisis.staff.roles import CAPABILITIES, Capability
from registry.addresses import address_index, normalise_phone
from registry.models import Person
from registry.selectors.people import find_by_address

Data = Mapping[str, Any]
_PHONE = re.compile(r"\+[0-9][0-9 -]{6,18}[0-9]")


@dataclass(frozen=True, slots=True)
class Act:
    """What an officer may do: the form that asks for it, the service that does it, what is said
    then, and in which states of a case it is offered."""

    form: type[forms.ActForm]
    do: Callable[[Case, User, Data], object]
    said: Promise
    states: tuple[CaseState, ...] = LIVE


ACTS: dict[str, Act] = {
    "contact": Act(
        forms.NoteForm,
        lambda c, o, d: services.record_contact(case=c, officer=o, note=d["note"]),
        _("已记录通话，计时停止。"),
    ),
    "take": Act(
        forms.ActForm, lambda c, o, d: services.take_case(case=c, officer=o), _("您已接手。")
    ),
    "tried": Act(
        forms.NoteForm,
        lambda c, o, d: services.record_try(case=c, officer=o, note=d["note"]),
        _("已记录，计时继续。"),
    ),
    "grade": Act(
        forms.GradeForm,
        lambda c, o, d: services.grade_case(
            case=c, officer=o, grade=Grade(d["grade"]), reason=d["reason"]
        ),
        _("已定级。"),
    ),
    "note": Act(
        forms.WordsForm,
        lambda c, o, d: services.add_note(case=c, officer=o, note=d["note"]),
        _("备注已记录。"),
        (*LIVE, CaseState.CLOSED),
    ),
    "help": Act(
        forms.NoteForm,
        lambda c, o, d: services.start_help(case=c, officer=o, note=d["note"]),
        _("已记录协助开始。"),
        (CaseState.IN_CONTACT,),
    ),
    "partner": Act(
        forms.PartnerForm,
        lambda c, o, d: services.add_partner(
            case=c, officer=o, **{**d, "kind": PartnerKind(d["kind"])}
        ),
        _("协作方已登记。"),
    ),
    "pause": Act(
        forms.PauseForm,
        lambda c, o, d: services.pause_case(case=c, officer=o, **d),
        _("计时已暂停，到时自动恢复。"),
    ),
    "resume": Act(
        forms.ActForm, lambda c, o, d: services.resume_case(case=c, officer=o), _("计时已恢复。")
    ),
    "intake": Act(
        forms.IntakeForm,
        lambda c, o, d: services.change_intake(case=c, officer=o, intake=services.Intake(**d)),
        _("接案信息已更新。"),
    ),
    "person": Act(
        forms.PersonForm,
        lambda c, o, d: services.concern_person(case=c, officer=o, **d),
        _("已确认登记人。"),
    ),
    "assign": Act(
        forms.AssignForm,
        lambda c, o, d: services.assign_case(case=c, officer=o, **d),
        _("已改派。"),
    ),
    "link": Act(
        forms.NumberForm,
        lambda c, o, d: services.link_cases(one=c, other=d["number"], officer=o),
        _("已关联。"),
        (*LIVE, CaseState.CLOSED),
    ),
    "unlink": Act(
        forms.NumberForm,
        lambda c, o, d: services.unlink_cases(one=c, other=d["number"], officer=o),
        _("已取消关联。"),
        (*LIVE, CaseState.CLOSED),
    ),
    "merge": Act(
        forms.MergeForm,
        lambda c, o, d: services.merge_cases(
            kept=c, gone=d["number"], officer=o, reason=d["reason"]
        ),
        _("另一个案已并入本案。"),
    ),
    "transfer": Act(
        forms.TransferForm,
        lambda c, o, d: services.transfer_case(case=c, officer=o, **d),
        _("已移交。"),
    ),
    "close": Act(
        forms.CloseForm,
        lambda c, o, d: services.close_case(
            case=c, officer=o, outcome=Outcome(d["outcome"]), note=d["note"]
        ),
        _("个案已结。"),
    ),
    "reopen": Act(
        forms.ReasonForm,
        lambda c, o, d: services.reopen_case(case=c, officer=o, **d),
        _("个案已重新打开，重新计时。"),
        (CaseState.CLOSED,),
    ),
}


@requires(Capability.VIEW_PERSON)
def show(request: StaffRequest, pk: int) -> HttpResponse:
    case = case_for(request.user, pk)
    if not request.headers.get("HX-Request"):
        audit.record(actor=request.user.username, act="case.viewed", subject=f"case:{case.number}")
    return _page(request, case)


@require_POST
@requires(Capability.RECORD)
def act(request: StaffRequest, pk: int, name: str) -> HttpResponse:
    """One act; what is refused stands beside its field, with everything typed."""
    case = case_for(request.user, pk)
    if (wanted := ACTS.get(name)) is None:
        raise Http404
    form = _form(name, request.user, case, request.POST)
    if form.is_valid():
        try:
            wanted.do(case, request.user, form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, str(wanted.said))
            return _back(request, pk)
    return _page(request, case_for(request.user, pk), {name: form})


def _back(request: StaffRequest, pk: int) -> HttpResponse:
    """To the case, or to the list where it went to another post."""
    there = cases_for(request.user).filter(pk=pk).exists()
    return redirect("console:case", pk) if there else redirect("console:cases")


@require_POST
@requires(Capability.RECORD)
def undo_merge(request: StaffRequest, pk: int, merge: int) -> HttpResponse:
    case = case_for(request.user, pk)
    found = get_object_or_404(standing_merges(case), pk=merge)
    services.undo_merge(merge=found, officer=request.user)
    messages.success(request, str(_("合并已撤销。")))
    return redirect("console:case", pk)


def _page(
    request: StaffRequest, case: Case, refused: dict[str, forms.ActForm] | None = None
) -> HttpResponse:
    """`refused` are forms that were turned down, by their act."""
    persons = list(case.persons.values_list("person_ref", flat=True))
    may = request.user.can(Capability.RECORD)
    context = {
        "section": "cases",
        "case": case,
        "forms": (_forms(request.user, case) if may else {}) | (refused or {}),
        "open_act": next(iter(refused)) if refused else "",
        "turned_down": next(iter(refused.values())) if refused else None,
        "log": case.events.order_by("-pk"),
        "partners": case.partners.all(),
        "people": Person.objects.filter(pk__in=persons).order_by("pk"),
        "candidates": _candidates(request.user, case, persons) if may else [],
        "linked": linked_to(case) & cases_for(request.user),
        "merges": standing_merges(case),
        "now": clock.now(),
        "speed": clock.speed(),
    }
    return render(request, "console/case.html", context, status=400 if refused else 200)


def _forms(user: User, case: Case) -> dict[str, forms.ActForm]:
    """The forms of what may be done in the case's state."""
    offered = {name: one for name, one in ACTS.items() if case.state in one.states}
    return {name: _form(name, user, case, None) for name in offered}


def _form(name: str, user: User, case: Case, data: Any) -> forms.ActForm:
    wanted = ACTS[name].form
    more: dict[str, Any] = {"auto_id": f"{name}_%s"}
    if issubclass(wanted, forms.NumberForm):
        more["cases"] = cases_for(user).exclude(pk=case.pk)
    elif issubclass(wanted, forms.PersonForm):
        more["people"] = visible_people(user)
    elif issubclass(wanted, forms.AssignForm):
        more["staff"] = colleagues(case)
    elif issubclass(wanted, forms.IntakeForm):
        more["initial"] = {name: getattr(case, name) for name in wanted.base_fields}
    return wanted(data, **more)


def colleagues(case: Case) -> QuerySet[User]:
    """Who may look after a case of this post."""
    roles = [role for role, held in CAPABILITIES.items() if Capability.RECORD in held]
    staff = User.objects.filter(is_active=True, role__in=roles, posts=case.post_id)
    return staff.distinct().order_by("username")


def _candidates(user: User, case: Case, persons: list[int]) -> list[Person]:
    """Registered people who gave a number that stands in the contact: for an officer to decide,
    because anybody can type anybody's number."""
    found: dict[int, Person] = {}
    for text in _PHONE.findall(case.contact)[:3]:
        try:
            index = address_index("sms", normalise_phone(text))
        except DomainError:
            continue
        people = find_by_address("sms", index) & visible_people(user)
        found |= {person.pk: person for person in people[:5] if person.pk not in persons}
    return list(found.values())
