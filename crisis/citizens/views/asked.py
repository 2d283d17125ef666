"""有人在找我: who asks after the citizen who is signed in, and what they allow to be said."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.citizens.identity import CitizenRequest, actor_of
from crisis.citizens.views.pages import back, citizens_page, show
from crisis.tracing.selectors import asked_after
from crisis.tracing.services.recording import decide_myself
from crisis.tracing.states import Permission
from registry.models import Person
from registry.names import masked_name

ANSWERS = (Permission.NOTHING, Permission.SAFE, Permission.PLACE)


@citizens_page("GET", "POST")
def asked(request: CitizenRequest, person: Person) -> HttpResponse:
    """One's own only: for a child an officer asks the guardian, who may not be the one to ask."""
    error = ""
    if request.method == "POST":
        try:
            return decide(request, person)
        except DomainError as problem:
            error = str(problem)
    enquiries = list(asked_after(person.pk))
    rows = [{"enquiry": one, "asker": masked_name(one.asker_name, "")[0]} for one in enquiries]
    audit.record(
        actor=actor_of(request.citizen),
        act="enquiry.listed",
        subject=f"person:{person.pk}",
        enquiries=[one.pk for one in enquiries],
    )
    return show(
        request,
        "asked",
        person,
        status=409 if error else 200,
        rows=rows,
        answers=ANSWERS,
        error=error,
    )


def decide(request: CitizenRequest, person: Person) -> HttpResponse:
    number, word = request.POST.get("enquiry", ""), request.POST.get("permission", "")
    wanted = int(number) if number.isdecimal() and len(number) < 16 else 0
    enquiry = get_object_or_404(asked_after(person.pk), pk=wanted)
    known = word if word in ANSWERS else Permission.NOT_ASKED
    decide_myself(person=person, enquiry=enquiry, permission=Permission(known))
    return back(request, "asked", person)
