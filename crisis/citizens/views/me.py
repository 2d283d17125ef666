"""我的登记: everything held about a person, and what they may do with it."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect

from config.kernel import audit
from config.kernel.errors import DomainError
from config.kernel.legal import USES
from crisis.citizens.access import family_of
from crisis.citizens.forms.me import PauseForm
from crisis.citizens.identity import CitizenRequest, actor_of, sign_out
from crisis.citizens.services.confirming import confirm_registration
from crisis.citizens.services.holdings import as_json, as_text, everything_about
from crisis.citizens.services.leaving import dependants_of, leave
from crisis.citizens.views.pages import back, citizens_page, show
from registry.holds import held
from registry.models import Person
from registry.services.pausing import has_paused, pause_person, resume_person

# Rows of one section on the page; the files hold all.
MOST_SHOWN = 12
LOOKED_AT = "citizen_looked"


@citizens_page("GET")
def me(request: CitizenRequest, person: Person) -> HttpResponse:
    _note_look(request, person)
    family = family_of(request.citizen) if person.pk == request.citizen.pk else []
    return show(
        request,
        "me",
        person,
        sections=everything_about(person),
        most=MOST_SHOWN,
        family=[one for one in family if one.left_at is None],
        paused=has_paused(person),
        uses=USES,
        done=request.GET.get("done", ""),
    )


def _note_look(request: CitizenRequest, person: Person) -> None:
    """Once a session for each person: a page that is loaded again shows nothing new."""
    seen = request.session.get(LOOKED_AT, [])
    if person.pk not in seen:
        request.session[LOOKED_AT] = [*seen, person.pk]
        _note(request, person, "person.viewed")


def _note(request: CitizenRequest, person: Person, act: str, **detail: object) -> None:
    audit.record(actor=actor_of(request.citizen), act=act, subject=f"person:{person.pk}", **detail)


@citizens_page("GET")
def download(request: CitizenRequest, person: Person, form: str) -> HttpResponse:
    """Everything as a file: `form` is json or txt."""
    _note(request, person, "person.downloaded", form=form)
    text, kind = {
        "json": (as_json, "application/json"),
        "txt": (as_text, "text/plain; charset=utf-8"),
    }[form]
    answer = HttpResponse(text(person), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="guihang-{person.pk}.{form}"'
    return answer


@citizens_page("POST")
def confirm(request: CitizenRequest, person: Person) -> HttpResponse:
    """«All this is right», once a year."""
    confirm_registration(person_ids=[person.pk], by=actor_of(request.citizen))
    return redirect(f"{_home(request, person)}&done=confirmed")


def _home(request: CitizenRequest, person: Person) -> str:
    return back(request, "me", person)["Location"]


@citizens_page("GET", "POST")
def pause(request: CitizenRequest, person: Person) -> HttpResponse:
    form, by = PauseForm(request.POST or None), actor_of(request.citizen)
    if request.method == "POST" and request.POST.get("act") == "resume":
        resume_person(person=person, by=by)
        return redirect(f"{_home(request, person)}&done=resumed")
    if request.method == "POST" and form.is_valid():
        try:
            pause_person(person=person, until=form.cleaned_data["until"], by=by)
            return redirect(f"{_home(request, person)}&done=paused")
        except DomainError as error:
            form.refuse(error)
    status = 400 if request.method == "POST" else 200
    return show(request, "pause", person, form=form, paused=has_paused(person), status=status)


@citizens_page("GET", "POST")
def depart(request: CitizenRequest, person: Person) -> HttpResponse:
    """退出登记, in two steps: what goes and what stays; then, really."""
    act = request.POST.get("act", "")
    with_family = request.POST.get("family") == "yes"
    if act == "leave" and request.POST.get("sure") == "yes":
        departure = leave(person=person, by=actor_of(request.citizen), with_family=with_family)
        answer = show(request, "left", person, departure=departure, keep_days=_keep_days())
        if person.pk == request.citizen.pk:
            sign_out(request)
        return answer
    dependants = dependants_of(person)
    leavers = [person, *(dependants if with_family else ())]
    return show(
        request,
        "leave",
        person,
        asked=act in ("ask", "leave"),
        unsure=act == "leave",
        dependants=dependants,
        with_family=with_family,
        kept=len(held([one.pk for one in leavers])),
        keep_days=_keep_days(),
        status=400 if act == "leave" else 200,
    )


def _keep_days() -> int:
    return settings.KEEP_AFTER_INCIDENT_DAYS
