"""One page from which a citizen reaches everything, and the guide: what an officer can do."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crisis.knowledge.selectors import GUIDE, words_of
from crisis.knowledge.wording import as_html
from crisis.public.language import language_of, speaking
from crisis.public.publishing import published


@login_not_required
@require_safe
@published
def front(request: HttpRequest) -> HttpResponse:
    with speaking(language := language_of(request)):
        context = {"language": language, "hotlines": settings.HOTLINES}
        return render(request, "public/front.html", context)


@login_not_required
@require_safe
@published
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in GUIDE:
        raise Http404
    with speaking(language := language_of(request)):
        words = words_of(slug, language)
        context = {"language": language, "words": words, "body": as_html(words.body)}
        return render(request, "public/guide.html", context)
