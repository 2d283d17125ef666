"""撤离: what may be told to everybody of evacuations under way, and nothing of who goes."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crisis.public.language import language_of, speaking
from crisis.public.publishing import published
from crisis.selfreports.selectors import words_of_incident
from crisis.transports.models import EvacuationOperation
from crisis.transports.selectors import (
    is_stale,
    published_corridors,
    published_operations,
    shown_places,
)
from crisis.transports.states import PlaceKind
from registry.countries import country_name


@login_not_required
@require_safe
@published
def ways_out(request: HttpRequest) -> HttpResponse:
    with speaking(language := language_of(request)):
        found = [_shown(one, language) for one in published_operations()]
        return render(request, "public/ways_out.html", {"language": language, "found": found})


def _shown(operation: EvacuationOperation, language: str) -> dict[str, Any]:
    places = shown_places(operation, passenger=False)
    return {
        "operation": operation,
        "post": operation.incident.post,
        "title": words_of_incident(operation.incident, language),
        "places": places.filter(kind__in=(PlaceKind.ASSEMBLY, PlaceKind.HAVEN)),
        "corridors": [
            {
                "corridor": corridor,
                "stale": is_stale(corridor),
                "away": country_name(corridor.from_country, language),
                "to": country_name(corridor.to_country, language),
            }
            for corridor in published_corridors(operation)
        ],
    }
