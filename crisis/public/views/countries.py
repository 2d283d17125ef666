"""What somebody needs in one country: whom to call, who is responsible, where to find a doctor."""

from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from config.kernel import clock
from crisis.advisories.selectors import in_force, level_text
from crisis.knowledge.models import Listing
from crisis.knowledge.seeds import NUMBERS_SOURCE, countries_abroad
from crisis.knowledge.selectors import is_abroad, is_stale, known_of
from crisis.public.language import language_of, speaking
from crisis.public.publishing import published
from registry.countries import country_name, find_country
from registry.pinyin import name_keys


@login_not_required
@require_safe
@published
def listed(request: HttpRequest) -> HttpResponse:
    """`?q=` is the name of a country as people write it, or its code."""
    with speaking(language := language_of(request)):
        asked = request.GET.get("q", "")[:60].strip()
        found = find_country(asked) if asked else None
        if found and is_abroad(found):
            to = reverse("public:country", args=[found])
            return HttpResponseRedirect(f"{to}?lang={language}")
        context = {"language": language, "asked": asked, "names": _names(language)}
        return render(request, "public/countries.html", context, status=404 if asked else 200)


@login_not_required
@require_safe
@published
def country(request: HttpRequest, code: str) -> HttpResponse:
    if not is_abroad(code):
        raise Http404
    with speaking(language := language_of(request)):
        known = known_of(code)
        facts = known.facts
        context = {
            "language": language,
            "code": code,
            "country": country_name(code, language),
            "known": known,
            "facts": facts,
            "stale": is_stale(facts.checked_on if facts else None, clock.now().date()),
            "note": getattr(facts, "note_en" if language == "en" else "note_zh", ""),
            "lists": _lists(list(known.listings)),
            "hotlines": settings.HOTLINES,
            "numbers_source": NUMBERS_SOURCE,
            "level": (level := in_force(code, clock.now())),
            "level_text": level_text(level),
        }
        return render(request, "public/country.html", context)


def _lists(listings: list[Listing]) -> list[tuple[str, list[Listing]]]:
    """(heading, addresses) of each kind, the empty ones too: that none is known is said."""
    return [
        (str(kind.label), [one for one in listings if one.kind == kind]) for kind in Listing.Kind
    ]


@cache
def _names(language: str) -> list[tuple[str, str]]:
    """(code, name), as one looks for it: by pinyin in Chinese, by the alphabet in English."""
    named = [(code, country_name(code, language)) for code in countries_abroad()]
    if language == "en":
        return sorted(named, key=lambda pair: pair[1])
    return sorted(named, key=lambda pair: name_keys(pair[1], "").pinyin)
