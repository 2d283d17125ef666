"""名册: a liaison hands in a roster for their group and sees what became of it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from crisis.citizens.identity import CitizenRequest, actor_of, signed_in
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from crisis.rosters.forms import RosterForm
from crisis.rosters.models import RosterUpload
from crisis.rosters.selectors import uploads_of
from crisis.rosters.showing import errors_response, refreshed, template_response, upload_context
from registry.consent.texts import ROSTER
from registry.models import Group
from registry.selectors.groups import groups_led_by
from registry.services.groups import citizen

UPLOADS_SHOWN = 10


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@private
@signed_in
def roster(request: CitizenRequest, pk: int) -> HttpResponse:
    """The form and the last uploads. POST hands one in."""
    with speaking(language := language_of(request)):
        group = _group(request, pk)
        form = RosterForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
        if form.is_bound and (upload := form.take(group, citizen(request.citizen))):
            address = reverse("citizens:roster-upload", args=[group.pk, upload.pk])
            return redirect(f"{address}?lang={language}")
        context = {
            "language": language,
            "group": group,
            "form": form,
            "words": ROSTER.words(language),
            "uploads": uploads_of(group)[:UPLOADS_SHOWN],
        }
        status = 400 if form.errors else 200
        return render(request, "citizens/roster.html", context, status=status)


@login_not_required
@require_safe
@private
@signed_in
def show(request: CitizenRequest, pk: int, upload: int) -> HttpResponse:
    """How far an upload is, and what was refused."""
    with speaking(language := language_of(request)):
        found = _upload(request, pk, upload)
        context = upload_context(found) | {"language": language}
        return refreshed(render(request, "citizens/roster_upload.html", context), found)


@login_not_required
@require_safe
@private
@signed_in
def errors(request: CitizenRequest, pk: int, upload: int) -> HttpResponse:
    """The refused rows as a file."""
    with speaking(language_of(request)):
        return errors_response(_upload(request, pk, upload), actor_of(request.citizen))


@login_not_required
@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty roster to fill in; holds nothing of anybody."""
    with speaking(language_of(request)):
        return template_response(kind)


def _group(request: CitizenRequest, pk: int) -> Group:
    """One that this citizen speaks for; others are not there (404)."""
    return get_object_or_404(groups_led_by(request.citizen.pk), pk=pk)


def _upload(request: CitizenRequest, pk: int, upload: int) -> RosterUpload:
    return get_object_or_404(uploads_of(_group(request, pk)), pk=upload)
