"""One person's wish, order, papers and place."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from config.kernel import audit, clock, legal
from config.kernel.errors import DomainError
from crisis.console.forms.operation import ServiceForm
from crisis.console.forms.seats import (
    KeepBackForm,
    PapersForm,
    PlaceClassForm,
    PriorityForm,
    ReasonForm,
    SplitForm,
    WishForm,
)
from crisis.console.seats import names_of, offer_rows, reasons_of
from crisis.console.views.places import room
from crisis.rollcall.models import Standing
from crisis.seats import services
from crisis.seats.models import Traveller
from crisis.seats.readiness import NEEDS_TRAVEL_DOCUMENT
from crisis.seats.selectors import offers_of, travellers_of
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import EvacuationOperation
from crisis.transports.selectors import operation_for
from registry.models import Person

Act = Callable[[StaffRequest, EvacuationOperation, int, Any], None]


@requires(Capability.VIEW_PERSON)
def show(request: StaffRequest, pk: int, person: int) -> HttpResponse:
    """GET shows, POST does the one act that was pressed; what is refused stays typed."""
    operation = operation_for(request.user, pk)
    standing = get_object_or_404(Standing, incident=operation.incident, person_ref=person)
    rows = travellers_of(request.user, operation)
    traveller = rows.filter(person_ref=person).first()
    forms = _forms(traveller)
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in forms or act not in ACTS:
            raise Http404
        forms[act] = form = _forms(traveller, request)[act]
        if form.is_valid():
            try:
                ACTS[act](request, operation, person, form.cleaned_data | {"row": traveller})
            except DomainError as error:
                if error.status == 403:
                    raise
                form.refuse(error)
            else:
                messages.success(request, _("已记录。"))
                return redirect("console:seats-person", pk, person)
    return _render(request, operation, standing, traveller, forms)


def _render(
    request: StaffRequest,
    operation: EvacuationOperation,
    standing: Standing,
    traveller: Traveller | None,
    forms: dict[str, ServiceForm],
) -> HttpResponse:
    audit.record(
        actor=request.user.username,
        act="person.viewed",
        subject=f"person:{standing.person_ref}",
        incident=operation.incident_id,
        basis=legal.IN_AN_INCIDENT,
    )
    context = room(
        operation,
        "seats",
        standing=standing,
        person=Person.objects.filter(pk=standing.person_ref).first(),
        traveller=traveller,
        forms=forms,
    )
    if traveller:
        members = list(traveller.party.travellers.order_by("pk"))
        names = names_of(members)
        context |= {
            "members": [(one, names[one.person_ref]) for one in members],
            "offers": offer_rows(list(offers_of(operation).filter(party=traveller.party))),
            "log": traveller.events.all(),
            "needs_document": traveller.papers in NEEDS_TRAVEL_DOCUMENT,
            "reasons": reasons_of(
                traveller.party, traveller.person_ref, operation, clock.now().date()
            ),
        }
    refused = any(form.errors for form in forms.values())
    return render(request, "console/traveller.html", context, status=400 if refused else 200)


def _forms(
    traveller: Traveller | None, request: StaffRequest | None = None
) -> dict[str, ServiceForm]:
    data = request.POST if request else None
    forms: dict[str, ServiceForm] = {"wish": WishForm(data)}
    if traveller is None:
        return forms
    members = list(traveller.party.travellers.order_by("pk"))
    names = names_of(members)
    initial = {"priority": traveller.ordered_priority}
    forms |= {
        "priority": PriorityForm(data, initial=initial),
        "papers": PapersForm(data),
        "place_class": PlaceClassForm(data),
        "rules": ServiceForm(data),
    }
    if traveller.kept_back:
        forms["let_go"] = ReasonForm(data)
    else:
        forms["keep_back"] = KeepBackForm(data)
    if len(members) > 1:
        people = [(one.pk, names[one.person_ref]) for one in members]
        forms["split"] = SplitForm(people, data)
    for name, form in forms.items():
        form.auto_id = f"id_{name}_%s"
    return forms


def _wish(request: StaffRequest, operation: EvacuationOperation, person: int, said: Any) -> None:
    services.set_wish(
        operation=operation,
        person_ref=person,
        wish=said["wish"],
        officer=request.user,
        reason=said["reason"],
    )


def _priority(request: StaffRequest, _operation: Any, _person: int, said: Any) -> None:
    services.order_priority(
        traveller=said["row"],
        priority=said["priority"],
        officer=request.user,
        reason=said["reason"],
    )


def _papers(request: StaffRequest, _operation: Any, _person: int, said: Any) -> None:
    services.set_papers(
        traveller=said["row"],
        papers=said["papers"],
        visa=said["visa"],
        officer=request.user,
        reason=said["reason"],
    )


def _place_class(request: StaffRequest, _operation: Any, _person: int, said: Any) -> None:
    services.set_place_class(
        traveller=said["row"],
        place_class=said["place_class"],
        officer=request.user,
        reason=said["reason"],
    )


def _keep_back(request: StaffRequest, _operation: Any, _person: int, said: Any) -> None:
    services.keep_back(
        traveller=said["row"], why=said["why"], officer=request.user, reason=said["reason"]
    )


def _let_go(request: StaffRequest, _operation: Any, _person: int, said: Any) -> None:
    services.let_go(traveller=said["row"], officer=request.user, reason=said["reason"])


def _rules(request: StaffRequest, _operation: Any, _person: int, said: Any) -> None:
    services.leave_to_rules(traveller=said["row"], officer=request.user)


def _split(request: StaffRequest, operation: EvacuationOperation, _person: int, said: Any) -> None:
    chosen = operation.travellers.filter(pk__in=[int(pk) for pk in said["people"]])
    services.split_party(
        party=said["row"].party,
        travellers=list(chosen),
        officer=request.user,
        reason=said["reason"],
    )


ACTS: dict[str, Act] = {
    "wish": _wish,
    "priority": _priority,
    "papers": _papers,
    "place_class": _place_class,
    "keep_back": _keep_back,
    "let_go": _let_go,
    "rules": _rules,
    "split": _split,
}
