"""自行离开: filing one's way out and saying what became of it, signed in or by an alert's link."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.kernel.errors import DomainError
from crisis.citizens.access import family_of
from crisis.citizens.forms.leaving import ArrivalForm, LeavingForm
from crisis.citizens.identity import CitizenRequest
from crisis.citizens.views.pages import citizens_page
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from crisis.public.views.check_in import members_of, unknown
from crisis.selfreports.selectors import words_of_incident
from crisis.transports.models import EvacuationOperation, SelfEvacuation
from crisis.transports.selectors import filings_of_person, parties_of, published_operations
from crisis.transports.services import file_own, say_crossed, say_delayed, say_withdrawn
from notifications.models import Delivery, DeliveryPerson
from notifications.services.links import delivery_of_token, spoken_for_by
from notifications.states import TO_CONTACTS
from registry.models import Person

PAGE = "citizens/leaving.html"


@dataclass(frozen=True, slots=True)
class Leaver:
    """Who asks, for whom else they may speak, and under which address. A link shows surnames
    alone."""

    person: Person
    companions: list[tuple[int, str]]
    address: str
    by_link: bool


# -- Signed in -----------------------------------------------------------------------------------


@citizens_page("GET")
def evacuations(request: CitizenRequest, person: Person) -> HttpResponse:
    """Evacuations under way; where there is one, its page."""
    found = list(published_operations())
    language = language_of(request)
    if len(found) == 1:
        address = reverse("citizens:leaving", args=[found[0].pk])
        return redirect(f"{address}?lang={language}")
    rows = [(one.pk, words_of_incident(one.incident, language)) for one in found]
    return render(request, "citizens/evacuations.html", {"language": language, "rows": rows})


@citizens_page("GET", "POST")
def leaving(request: CitizenRequest, person: Person, pk: int) -> HttpResponse:
    operation = get_object_or_404(published_operations(), pk=pk)
    leaver = Leaver(
        person,
        [(one.pk, one.name) for one in family_of(person) if one.left_at is None],
        reverse("citizens:leaving", args=[pk]),
        by_link=False,
    )
    return _page(request, operation, leaver)


# -- By the link of an alert -----------------------------------------------------------------------


@login_not_required
@csrf_exempt  # the token in the address is the authority; there is no cookie to ride on
@require_http_methods(["GET", "HEAD", "POST"])
@private
def leaving_by_link(request: HttpRequest, token: str) -> HttpResponse:
    try:
        delivery = delivery_of_token(token)
    except DomainError:
        return unknown(request)
    with speaking(language := language_of(request, delivery.language)):
        operation, person = _operation_of(delivery), _owner_of(delivery)
        if operation is None or person is None:
            raise Http404
        members = members_of(delivery, language)
        numbers = {link.pk: link.person_ref for link in spoken_for_by(delivery)}
        companions = [(numbers[member["number"]], member["name"]) for member in members]
        address = reverse("citizens:leaving-link", args=[token])
        return _page(request, operation, Leaver(person, companions, address, by_link=True))


def _operation_of(delivery: Delivery) -> EvacuationOperation | None:
    kind, _colon, number = delivery.wave.source.partition(":")
    if kind != "incident" or not number.isdigit():
        return None
    return published_operations().filter(incident=int(number)).first()


def _owner_of(delivery: Delivery) -> Person | None:
    """Whose address it is; nobody where the message went to somebody else about them."""
    if delivery.wave.kind in TO_CONTACTS:
        return None
    links = DeliveryPerson.objects.filter(delivery=delivery).order_by("-is_owner", "pk")
    first = links.first()
    found = Person.objects.filter(pk=first.person_ref) if first else Person.objects.none()
    return found.filter(left_at=None, erased_at=None).first()


# -- The page of both ----------------------------------------------------------------------------


def _page(request: HttpRequest, operation: EvacuationOperation, leaver: Leaver) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    filing = _own(operation, leaver)
    if posted is not None and posted.get("act", "file") != "file":
        return _say(request, operation, leaver, filing)
    form = LeavingForm(
        posted,
        operation=operation,
        companions=leaver.companions,
        initial={"key": str(uuid.uuid4())},
    )
    if posted is not None and form.is_valid():
        try:
            _file(operation, leaver, form)
        except DomainError as error:
            form.refuse(error, among={"expected_at": "expected_on", "person_refs": "companions"})
        else:
            return _back(request, leaver, "filed")
    return _show(request, operation, leaver, filing, form)


def _file(operation: EvacuationOperation, leaver: Leaver, form: LeavingForm) -> None:
    file_own(
        operation=operation,
        draft=form.draft(leaver.person.pk),
        key=form.cleaned_data["key"],
        citizen=leaver.person,
    )


def _own(operation: EvacuationOperation, leaver: Leaver) -> SelfEvacuation | None:
    """The newest way of theirs in this evacuation that was not withdrawn."""
    mine = filings_of_person(leaver.person).filter(operation=operation)
    return mine.exclude(state="withdrawn").first()


def _say(
    request: HttpRequest,
    operation: EvacuationOperation,
    leaver: Leaver,
    filing: SelfEvacuation | None,
) -> HttpResponse:
    if filing is None:
        raise Http404
    act = request.POST.get("act", "")
    delay = ArrivalForm(request.POST) if act == "delay" else None
    try:
        if act == "crossed":
            say_crossed(filing=filing, citizen=leaver.person)
        elif act == "withdraw":
            say_withdrawn(filing=filing, citizen=leaver.person)
        elif delay is not None and delay.is_valid():
            moment = delay.expected_at(filing.zone)
            route = delay.cleaned_data["route"]
            say_delayed(filing=filing, expected_at=moment, route=route, citizen=leaver.person)
        else:
            raise DomainError("unknown_act", _("请检查填写的内容。"))
    except DomainError as error:
        if delay is not None and delay.is_valid():
            delay.refuse(error, among={"expected_at": "expected_on"})
        context = {"error": None if delay is not None else error, "delay": delay}
        return _show(request, operation, leaver, filing, None, **context)
    return _back(request, leaver, act)


def _show(
    request: HttpRequest,
    operation: EvacuationOperation,
    leaver: Leaver,
    filing: SelfEvacuation | None,
    form: LeavingForm | None,
    **more: Any,
) -> HttpResponse:
    language = language_of(request)
    live = filing is not None and filing.is_live
    context = {
        "language": language,
        "title": words_of_incident(operation.incident, language),
        "post": operation.incident.post,
        "filing": filing,
        "people": len(parties_of([filing])[filing.pk]) if filing else 0,
        "form": None if live else form,
        "delay": ArrivalForm() if live else None,
        "by_link": leaver.by_link,
        "done": request.GET.get("done", ""),
    } | {name: value for name, value in more.items() if value is not None}
    wrong = bool(more) or (form is not None and form.errors)
    return render(request, PAGE, context, status=400 if wrong else 200)


def _back(request: HttpRequest, leaver: Leaver, done: str) -> HttpResponse:
    return redirect(f"{leaver.address}?lang={language_of(request)}&done={done}")
