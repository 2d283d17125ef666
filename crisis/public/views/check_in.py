"""报平安: the page behind a personal link. Looking changes nothing; answering needs a press."""

import secrets
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.kernel.errors import DomainError
from crisis.public.answers import read_answer
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from crisis.public.seats import seat_behind
from crisis.transports.selectors import published_operations
from notifications.models import Delivery
from notifications.selectors import what_ended
from notifications.services.links import delivery_of_token, record_link_reply, spoken_for_by
from notifications.states import TO_CONTACTS, Meaning, Plan
from registry.names import told_apart
from registry.selectors.people import persons_by_ids

# Behind a liaison's phone stand hundreds; of them they report on their own pages.
MEMBERS_ASKED = 12


@login_not_required
@csrf_exempt  # the token in the address is the authority; there is no cookie to ride on
@require_http_methods(["GET", "HEAD", "POST"])
@private
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    try:
        delivery = delivery_of_token(token)
    except DomainError:
        return unknown(request)
    with speaking(language := language_of(request, delivery.language)):
        done = hear(request, delivery, language) if request.method == "POST" else {}
        context = page_context(delivery, language) | done
        status = 400 if "nothing" in done else 200
        return render(request, "public/check_in.html", context, status=status)


def hear(request: HttpRequest, delivery: Delivery, language: str) -> dict[str, Any]:
    """What the page says of a press."""
    said = read_answer(request)
    if said is None:
        after = request.POST.get("after", "")
        return {"nothing": True, "after": Meaning(after) if after in Meaning.values else None}
    record_link_reply(delivery=delivery, answer=said)
    return {
        "answered": said.meaning,
        "after": Meaning.NEEDS_HELP if said.with_help else said.meaning,
        "members": members_of(delivery, language),
    }


def page_context(delivery: Delivery, language: str) -> dict[str, Any]:
    """What may be shown to whoever holds the link: the alert's words, never the person."""
    wave = delivery.wave
    ended = what_ended(wave)
    return {
        "wave": wave,
        "ended": ended,
        "incident_number": wave.source.removeprefix("incident:"),
        "text": (ended or wave).texts["sms"][language],
        "family": delivery.covers > 1,
        "language": language,
        "seat": seat_behind(delivery),
        "plans": [] if wave.kind in TO_CONTACTS else Plan,
        "may_leave": wave.kind not in TO_CONTACTS and is_evacuated(wave.source),
        # So that a page that is sent twice says one thing.
        "page_key": secrets.token_hex(12),
    }


def is_evacuated(source: str) -> bool:
    """Whether there are ways out to report, in the incident that notifications calls `source`."""
    number = source.removeprefix("incident:")
    return number.isdigit() and published_operations().filter(incident=int(number)).exists()


def members_of(delivery: Delivery, language: str) -> list[dict[str, Any]]:
    """Those of whom the owner of this link may speak, by surname alone; the owner's own name is
    not among them. They are shown after an answer, so that no kept page holds them."""
    links = spoken_for_by(delivery)
    if len(links) > MEMBERS_ASKED:
        return []
    people = persons_by_ids([link.person_ref for link in links])
    known = [link for link in links if link.person_ref in people]
    names = [people[link.person_ref] for link in known]
    masks = told_apart([(p.name, p.passport_name) for p in names], english=language == "en")
    return [{"number": link.pk, "name": mask} for link, mask in zip(known, masks, strict=True)]


def unknown(request: HttpRequest) -> HttpResponse:
    """Wrong and expired tokens answer alike."""
    with speaking(language := language_of(request)):
        context = {"language": language}
        return render(request, "public/unknown_link.html", context, status=404)
