"""What all pages behind a code have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from crisis.citizens.access import person_for
from crisis.citizens.identity import CitizenRequest, signed_in
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from registry.models import Person

Page = Callable[..., HttpResponse]


def citizens_page(*methods: str) -> Callable[[Page], Page]:
    """A page of one person, for whoever may open it: `page(request, person, …)`.

    The person is whom the address names (`person_id`), else the citizen who is signed in.
    """

    def decorate(page: Page) -> Page:
        @login_not_required
        @require_http_methods([*methods, "HEAD"] if "GET" in methods else list(methods))
        @private
        @signed_in
        @wraps(page)
        def shown(request: Any, *args: Any, person_id: int | None = None, **more: Any) -> Any:
            with speaking(language_of(request)):
                return page(request, person_for(request.citizen, person_id), *args, **more)

        return shown

    return decorate


def show(
    request: CitizenRequest, template: str, person: Person, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of this person's; `of` is empty on one's own pages."""
    own = person.pk == request.citizen.pk
    everywhere = {
        "language": language_of(request),
        "person": person,
        "own": own,
        "of": "" if own else person.pk,
        "home": home_of(request, person),
    }
    return render(request, f"citizens/{template}.html", everywhere | context, status=status)


def address(request: CitizenRequest, name: str, person: Person, **arguments: Any) -> str:
    """The address of a page of this person's, in the language of this one."""
    if person.pk != request.citizen.pk:
        name, arguments = f"{name}-of", arguments | {"person_id": person.pk}
    return f"{reverse(f'citizens:{name}', kwargs=arguments)}?lang={language_of(request)}"


def home_of(request: CitizenRequest, person: Person) -> str:
    return address(request, "me", person)


def back(request: CitizenRequest, name: str, person: Person, **arguments: Any) -> HttpResponse:
    return redirect(address(request, name, person, **arguments))
