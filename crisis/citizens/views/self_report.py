"""自助报备: the public form of one incident, for whoever is there and was not looked for.

Looking changes nothing. A press is kept before anything is tried with it, so that whatever goes
wrong afterwards, what was typed is there; nobody is shown an error for it.
"""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.kernel.clients import client_key
from config.kernel.errors import DomainError
from crisis.cases.models import Case
from crisis.citizens.application import Application
from crisis.citizens.forms.fields import CountrySelect, place_choices
from crisis.incidents.selectors import alert_wave
from crisis.incidents.states import IncidentState
from crisis.public.answers import position_of
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from crisis.selfreports import told as words
from crisis.selfreports.codes import form_of_code
from crisis.selfreports.models import PublicForm, SelfReport
from crisis.selfreports.selectors import words_of_incident
from crisis.selfreports.services import keep_report, take_in
from crisis.selfreports.services.receiving import new_key
from crisis.selfreports.states import HELP, Word
from crisis.selfreports.told import Told, told_of
from registry.models import Jurisdiction

PAGE = "citizens/self_report.html"


@login_not_required
@csrf_exempt  # there is no cookie to ride on: whoever has the address may write
@require_http_methods(["GET", "HEAD", "POST"])
@private
def self_report(request: HttpRequest, code: str) -> HttpResponse:
    with speaking(language := language_of(request)):
        form = form_of_code(code)
        if form is None:
            return render(request, "citizens/no_form.html", {"language": language}, status=404)
        if request.method == "POST":
            return _hand_in(request, form, language)
        response = render(request, PAGE, _blank(form, language))
        # Nothing personal is on it, and who goes back finds the page as they filled it.
        response["Cache-Control"] = "private, no-cache"
        return response


def _hand_in(request: HttpRequest, form: PublicForm, language: str) -> HttpResponse:
    typed = request.POST.dict() | {"language": language} | position_of(request.POST)
    told, key = told_of(typed), request.POST.get("key", "")
    if told.says_nothing:
        context = _blank(form, language) | {"nothing": True, "key": key or new_key()}
        return render(request, PAGE, context, status=400)
    report = keep_report(incident=form.incident, key=key, told=told, client=client_key(request))
    # It is kept, and the sweep takes it up: the person need not know of what went wrong.
    with suppress(DomainError, DatabaseError):
        report = take_in(report.pk)
    return render(request, "citizens/self_report_done.html", _done(form, report, told, language))


def _blank(form: PublicForm, language: str) -> dict[str, Any]:
    return _context(form, language) | {
        "key": new_key(),
        "choices": _choices(language),
        "countries": _countries(form),
    }


def _context(form: PublicForm, language: str) -> dict[str, Any]:
    incident, alert = form.incident, alert_wave(form.incident)
    return {
        "form": form,
        "incident": incident,
        "post_name": incident.post.name_en if language == "en" else incident.post.name_zh,
        "title": words_of_incident(incident, language),
        "alert": alert,
        "text": alert.texts["sms"][language] if alert else "",
        "over": incident.state != IncidentState.DECLARED,
        "language": language,
    }


def _choices(language: str) -> list[tuple[str, Any, str]]:
    """(value, in the page's language, in the other one)."""
    asked = [word for word in Word if word != Word.UNKNOWN]
    with speaking("zh-hans" if language == "en" else "en"):
        beside = [str(word.label) for word in asked]
    return [(w.value, w.label, other) for w, other in zip(asked, beside, strict=True)]


def _countries(form: PublicForm) -> Any:
    return CountrySelect(choices=place_choices()).render(
        "country", _country_of(form), {"id": "country"}
    )


def _country_of(form: PublicForm) -> str:
    """Where the incident is, as far as it says; else what its post serves first."""
    if form.incident.countries:
        return str(form.incident.countries[0])
    served = Jurisdiction.objects.filter(post=form.incident.post).order_by("pk")
    return served.values_list("country", flat=True).first() or ""


# -- After it was handed in --------------------------------------------------------------------


def _done(form: PublicForm, report: SelfReport, said: Told, language: str) -> dict[str, Any]:
    told = said.after(words.read(report.told)) if report.told else said
    flags = told.flags()
    return _context(form, language) | {
        "report": report,
        "word": told.condition,
        "help": told.condition in HELP,
        "case": _case(report),
        "choices": _choices(language),
        "ask_name": "no_name" in flags,
        "ask_phone": "no_phone" in flags or "bad_phone" in flags,
        "wrong_phone": "bad_phone" in flags,
        "alerted": bool(told.number) and not {"no_phone", "bad_phone"} & set(flags),
        "application": _application(report, told),
        "duty_phone": form.incident.post.duty_phone or settings.HOTLINE,
    }


def _case(report: SelfReport) -> Case | None:
    """The case that this page opened, by whose number they may ask; none that another page did."""
    numbers = report.submissions.values_list("pk", flat=True)
    return Case.objects.filter(origin_key__in=[f"selfreport:{pk}" for pk in numbers]).first()


def _application(report: SelfReport, told: Told) -> str:
    """What was typed, as a registration begun, sealed: only /join/ can read it."""
    who = {"name": told.name, "document_number": told.passport}
    reach = {
        "country": told.land,
        "phone_1": told.number or told.phone,
        "language": told.language,
    }
    begun = Application(report=f"{report.pk}:{report.key}")
    begun.steps = {"who": who, "reach": reach}
    return begun.sealed()
