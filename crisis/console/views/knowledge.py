"""Writing what citizens look up: first seen as they will read it, then saved as a new version."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.console.forms.knowledge import FactsForm, ListingForm, PageForm
from crisis.knowledge.models import Listing
from crisis.knowledge.selectors import (
    GUIDE,
    LANGUAGES,
    ended_listings,
    facts_of,
    is_abroad,
    is_stale,
    known_of,
    newest_facts,
    page_versions,
    versions_of,
    words_of,
)
from crisis.knowledge.services import save_facts, save_listing, save_page, withdraw_listing
from crisis.knowledge.wording import as_html
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.staff.selectors import posts_of
from registry.models import Jurisdiction

SHOWN = 20


@requires(Capability.EDIT_KNOWLEDGE)
def countries(request: StaffRequest) -> HttpResponse:
    """The officer's countries, those first that somebody has to check."""
    served = _served(request)
    facts, today = newest_facts(served), clock.now().date()
    rows = [
        {
            "code": code,
            "facts": found,
            "stale": is_stale(found.checked_on if found else None, today),
        }
        for code in served
        for found in [facts.get(code)]
    ]
    rows.sort(key=lambda row: (not row["stale"], row["code"]))
    context = {"section": "knowledge", "rows": rows, "pages": _pages()}
    return render(request, "console/knowledge.html", context)


@requires(Capability.EDIT_KNOWLEDGE)
def country(request: StaffRequest, code: str) -> HttpResponse:
    """GET shows the form; POST shows what citizens will read, and with `save` writes it."""
    _check(request, code)
    newest = facts_of(code)
    if request.method != "POST":
        return _country(request, code, FactsForm(initial=_as_written(newest)))
    form = FactsForm(request.POST)
    if not form.is_valid() or "save" not in request.POST:
        return _country(request, code, form)
    try:
        save_facts(country=code, facts=form.facts(), seen=_seen(request), officer=request.user)
    except DomainError as error:
        form.refuse(error)
        return _country(request, code, form)
    messages.success(request, _("已保存，公众页面已更新。"))
    return redirect("console:knowledge-country", code)


@require_POST
@requires(Capability.EDIT_KNOWLEDGE)
def listing(request: StaffRequest, code: str) -> HttpResponse:
    """Put an address on the list, or in the place of the one that `replaces` names."""
    _check(request, code)
    form = ListingForm(request.POST)
    number = request.POST.get("replaces", "")
    before = get_object_or_404(Listing, country=code, pk=int(number)) if number.isdigit() else None
    if form.is_valid():
        try:
            save_listing(
                country=code, listing=form.listing(), officer=request.user, replaces=before
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("名单已更新。"))
            return redirect("console:knowledge-country", code)
    return _country(request, code, FactsForm(initial=_as_written(facts_of(code))), form, before)


@requires(Capability.EDIT_KNOWLEDGE)
def edit_listing(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    """The page of the country with one address of its list in the form."""
    _check(request, code)
    found = get_object_or_404(Listing, country=code, ended_at=None, pk=pk)
    form = ListingForm(initial={name: getattr(found, name) for name in ListingForm.base_fields})
    return _country(request, code, FactsForm(initial=_as_written(facts_of(code))), form, found)


@require_POST
@requires(Capability.EDIT_KNOWLEDGE)
def withdraw(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    _check(request, code)
    withdraw_listing(listing=get_object_or_404(Listing, country=code, pk=pk), officer=request.user)
    messages.success(request, _("已从名单撤下，历史保留。"))
    return redirect("console:knowledge-country", code)


@requires(Capability.EDIT_GUIDE)
def guide(request: StaffRequest, slug: str, language: str) -> HttpResponse:
    """One page of the guide in one language: the same two steps."""
    if slug not in GUIDE or language not in LANGUAGES:
        raise Http404
    words = words_of(slug, language)
    if request.method != "POST":
        written = {"title": words.title, "body": words.body, "checked_on": clock.now().date()}
        return _guide(request, words, PageForm(initial=written))
    form = PageForm(request.POST)
    if not form.is_valid() or "save" not in request.POST:
        return _guide(request, words, form)
    try:
        save_page(
            slug=slug,
            language=language,
            page=form.page(),
            seen=_seen(request),
            officer=request.user,
        )
    except DomainError as error:
        form.refuse(error)
        return _guide(request, words, form)
    messages.success(request, _("已保存为新的一版，公众页面已更新。"))
    return redirect("console:knowledge")


def _country(
    request: StaffRequest,
    code: str,
    form: FactsForm,
    list_form: ListingForm | None = None,
    replaced: Listing | None = None,
) -> HttpResponse:
    known = known_of(code)
    context = {
        "section": "knowledge",
        "code": code,
        "form": form,
        "list_form": list_form or ListingForm(),
        "list_open": list_form is not None,
        "replaced": replaced,
        "preview": form.cleaned_data if form.is_bound and form.is_valid() else None,
        "known": known,
        "seen": _seen(request) if request.POST.get("seen") else getattr(known.facts, "pk", 0),
        "stale": is_stale(known.facts.checked_on if known.facts else None, clock.now().date()),
        "versions": versions_of(code)[:SHOWN],
        "ended": ended_listings(code)[:SHOWN],
    }
    wrong = form.errors or (list_form is not None and list_form.errors)
    return render(request, "console/knowledge_country.html", context, status=400 if wrong else 200)


def _guide(request: StaffRequest, words: Any, form: PageForm) -> HttpResponse:
    shown = form.cleaned_data if form.is_bound and form.is_valid() else None
    context = {
        "section": "knowledge",
        "words": words,
        "form": form,
        "preview": shown,
        "preview_body": as_html(shown["body"]) if shown else "",
        "seen": _seen(request) if request.POST.get("seen") else words.version,
        "versions": page_versions(words.slug, words.language)[:SHOWN],
    }
    status = 400 if form.errors else 200
    return render(request, "console/knowledge_guide.html", context, status=status)


def _as_written(facts: Any) -> dict[str, Any]:
    """What stands, to be written on; the day of checking is today's, and to be confirmed."""
    today = {"checked_on": clock.now().date()}
    if facts is None:
        return today
    return {name: getattr(facts, name) for name in FactsForm.base_fields} | today


def _pages() -> list[Any]:
    found = []
    for slug in GUIDE:
        for language in LANGUAGES:
            with override(language):
                found.append(words_of(slug, language))
    return found


def _served(request: StaffRequest) -> list[str]:
    served = Jurisdiction.objects.filter(post__in=posts_of(request.user))
    return sorted(filter(is_abroad, set(served.values_list("country", flat=True))))


def _check(request: StaffRequest, code: str) -> None:
    """Outside the jurisdiction a country is not there."""
    if code not in _served(request):
        raise Http404


def _seen(request: StaffRequest) -> int:
    number = request.POST.get("seen", "")
    return int(number) if number.isdecimal() and len(number) < 19 else -1
