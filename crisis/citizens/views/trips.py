"""我的行程: legs of trips, entered by hand or pasted; what was understood is confirmed first.

Between a paste and its confirmation nothing is kept: the fields themselves carry it.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.citizens.forms.trips import LegForm, LegFormSet, PasteForm
from crisis.citizens.identity import CitizenRequest, actor_of, signed_in
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from registry.countries import country_name
from registry.models import Whereabouts
from registry.selectors.whereabouts import home_country, trips_of
from registry.services.whereabouts import add_trip, change_trip, remove_trip
from registry.whereabouts.itinerary import Stay, read_itinerary
from registry.whereabouts.legs import local, overlapping
from registry.whereabouts.reasons import explain, name_of


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@private
@signed_in
def trips(request: CitizenRequest) -> HttpResponse:
    with speaking(language_of(request)):
        if request.method != "POST":
            return _show(request)
        acts = {"paste": _paste, "save": _save, "add": _add, "remove": _remove}
        try:
            return acts.get(request.POST.get("act", ""), _show)(request)
        except DomainError as error:
            return _show(request, error=error, status=error.status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@private
@signed_in
def trip(request: CitizenRequest, pk: int) -> HttpResponse:
    """Change one leg."""
    leg = get_object_or_404(trips_of(request.citizen.pk), pk=pk)
    with speaking(language_of(request)):
        form = LegForm(request.POST if request.method == "POST" else None, initial=_given(leg))
        if request.method == "POST" and form.is_valid():
            starts, ends = form.draft.moments()
            change_trip(leg=leg, place=form.draft.place(), starts_at=starts, ends_at=ends)
            _note(request, "trip.changed")
            return _back(request)
        context = {"language": language_of(request), "form": form, "leg": leg}
        return render(request, "citizens/trip.html", context, status=400 if form.errors else 200)


def _show(request: CitizenRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    legs = list(trips_of(request.citizen.pk))
    crossing = overlapping(legs)
    now = clock.now()
    context = {
        "language": language_of(request),
        "because": explain(request.citizen.pk, at=now),
        "legs": [
            _shown(leg, leg.pk in crossing, bool(leg.ends_at and leg.ends_at < now)) for leg in legs
        ],
        "form": LegForm(),
        "paste": PasteForm(),
        **more,
    }
    return render(request, "citizens/trips.html", context, status=status)


def _shown(leg: Whereabouts, crosses: bool, over: bool) -> dict[str, Any]:
    starts, ends = (local(moment, leg) for moment in (leg.starts_at, leg.ends_at) if moment)
    return {
        "pk": leg.pk,
        "where": name_of(leg),
        "starts": f"{starts:%Y-%m-%d %H:%M}",
        "ends": f"{ends:%Y-%m-%d %H:%M}",
        "crosses": crosses,
        "over": over,
    }


def _paste(request: CitizenRequest) -> HttpResponse:
    form = PasteForm(request.POST)
    if not form.is_valid():
        return _show(request, paste=form, status=400)
    home = home_country(request.citizen.pk)
    read = read_itinerary(form.cleaned_data["text"], today=clock.now().date(), home=home)
    legs = LegFormSet(initial=[_initial(stay) for stay in read.stays], prefix="leg")
    opened = [stay.open_end for stay in read.stays]
    return _confirm(request, legs, unread=read.unread, opened=opened, paste=form)


def _confirm(
    request: CitizenRequest, legs: Any, *, status: int = 200, opened: list[bool], **more: Any
) -> HttpResponse:
    opened = opened + [False] * (len(legs.forms) - len(opened))
    context = {"language": language_of(request), "legs": legs, **more}
    context["pairs"] = list(zip(legs.forms, opened, strict=False))
    return render(request, "citizens/trips_confirm.html", context, status=status)


def _initial(stay: Stay) -> dict[str, Any]:
    return {
        "country": country_name(stay.spot.country, get_language() or ""),
        "city": stay.spot.city,
        "starts_on": stay.starts.date(),
        "starts_time": stay.starts.time() or None,
        "ends_on": stay.ends.date(),
        "ends_time": stay.ends.time() or None,
    }


def _given(leg: Whereabouts) -> dict[str, Any]:
    starts, ends = (local(moment, leg) for moment in (leg.starts_at, leg.ends_at) if moment)
    return {
        "country": country_name(leg.country, get_language() or ""),
        "city": leg.city,
        "starts_on": starts.date(),
        "starts_time": starts.time(),
        "ends_on": ends.date(),
        "ends_time": ends.time(),
    }


@transaction.atomic
def _save(request: CitizenRequest) -> HttpResponse:
    legs = LegFormSet(request.POST, prefix="leg")
    if not legs.is_valid():
        return _confirm(request, legs, status=400, opened=[])
    kept = [form for form in legs.forms if not form.cleaned_data.get("DELETE")]
    for form in kept:
        _store(request, form)
    return _back(request)


def _add(request: CitizenRequest) -> HttpResponse:
    form = LegForm(request.POST)
    if not form.is_valid():
        return _show(request, form=form, status=400)
    _store(request, form)
    return _back(request)


def _store(request: CitizenRequest, form: LegForm) -> None:
    starts, ends = form.draft.moments()
    person, place = request.citizen, form.draft.place()
    add_trip(person=person, place=place, starts_at=starts, ends_at=ends)
    _note(request, "trip.added")


def _remove(request: CitizenRequest) -> HttpResponse:
    chosen = request.POST.get("leg", "")
    pk = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0
    leg = get_object_or_404(trips_of(request.citizen.pk), pk=pk)
    remove_trip(leg=leg)
    _note(request, "trip.removed")
    return _back(request)


def _note(request: CitizenRequest, act: str) -> None:
    person = request.citizen
    audit.record(actor=actor_of(person), act=act, subject=f"person:{person.pk}")


def _back(request: CitizenRequest) -> HttpResponse:
    return redirect(f"{reverse('citizens:trips')}?lang={language_of(request)}")
