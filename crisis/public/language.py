"""The language of a citizens' page: asked for in the address, else the message's own."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


def language_of(request: HttpRequest, message_language: str = "") -> str:
    """`?lang=` wins, then the language the alert was sent in, then the browser's."""
    known = dict(settings.LANGUAGES)
    for wanted in (request.GET.get("lang", ""), message_language):
        if wanted in known:
            return wanted
    return translation.get_language() or settings.LANGUAGE_CODE


def speaking(language: str) -> AbstractContextManager[None]:
    return translation.override(language)
