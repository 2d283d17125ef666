"""What was agreed to, in which words; giving and taking back."""

from django.http import Http404, HttpResponse

from config.kernel.errors import DomainError
from crisis.citizens.identity import CitizenRequest
from crisis.citizens.views.pages import back, citizens_page, show
from crisis.public.language import language_of
from registry.consent.texts import Words, current_wording, wording
from registry.models import Consent, ConsentPurpose, Person
from registry.selectors.consents import consents_of
from registry.services.consents import give_consent, withdraw_consent

# Taking these back is leaving, which has a page of its own.
LEAVING = (ConsentPurpose.REGISTRY, ConsentPurpose.GUARDIAN)
# What can be agreed to here; health and WeChat are asked for where they are given.
OFFERED = (
    ConsentPurpose.POSITION,
    ConsentPurpose.TRACING,
    ConsentPurpose.FAMILY,
    ConsentPurpose.PARTNERS,
)


@citizens_page("GET", "POST")
def consents(request: CitizenRequest, person: Person) -> HttpResponse:
    error = None
    if request.method == "POST":
        try:
            return _act(request, person)
        except DomainError as refused:
            error = refused
    language = language_of(request)
    rows = list(consents_of(person.pk))
    in_force = {row.purpose for row in rows if row.withdrawn_at is None}
    return show(
        request,
        "consents",
        person,
        error=error,
        rows=[(row, ConsentPurpose(row.purpose).label, _words(row, language)) for row in rows],
        leaving=LEAVING,
        offered=[
            (purpose, purpose.label, current_wording(purpose).words(language))
            for purpose in OFFERED
            if purpose not in in_force
        ],
        status=error.status if error else 200,
    )


def _words(row: Consent, language: str) -> Words | None:
    known = wording(row.purpose, row.text_version)
    return known.words(language) if known else None


def _act(request: CitizenRequest, person: Person) -> HttpResponse:
    purpose = request.POST.get("purpose", "")
    if purpose not in ConsentPurpose.values:
        raise Http404
    if request.POST.get("act") == "give" and purpose in OFFERED:
        give_consent(person=person, purpose=purpose, given_by=request.citizen)
    elif request.POST.get("act") == "withdraw" and purpose in LEAVING:
        return back(request, "leave", person)
    elif request.POST.get("act") == "withdraw":
        withdraw_consent(person=person, purpose=purpose, withdrawn_by=request.citizen)
    return back(request, "consents", person)
