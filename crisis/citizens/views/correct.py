"""Correcting a part of the registration: basics, document, health, insurance, residence."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.citizens.forms.me import FORMS, EmergencyForm, HealthForm, PartForm, ResidenceForm
from crisis.citizens.identity import CitizenRequest, actor_of
from crisis.citizens.views.pages import back, citizens_page, show
from crisis.public.language import language_of
from registry.consent.texts import current_wording
from registry.drafts import draft_of, refusal
from registry.models import ConsentPurpose, Person, Whereabouts, WhereaboutsKind
from registry.selectors.consents import has_consent
from registry.selectors.holdings import SECTIONS
from registry.services.consents import NOT_HEALTH, give_consent
from registry.services.contacts import name_emergency_contact, remove_emergency_contact
from registry.services.people import correct_person
from registry.services.whereabouts import set_residence


@citizens_page("GET", "POST")
def correct(request: CitizenRequest, person: Person, part: str) -> HttpResponse:
    if part not in FORMS:
        raise Http404
    form = FORMS[part](request.POST or None, initial=_known(person, part))
    if request.method == "POST" and form.is_valid():
        try:
            _write(request, person, part, form)
            return back(request, "me", person)
        except DomainError as error:
            form.refuse(error)
    words = None
    if part == "health" and not has_consent(person.pk, ConsentPurpose.HEALTH):
        words = current_wording(ConsentPurpose.HEALTH).words(language_of(request))
    status = 400 if request.method == "POST" else 200
    return show(request, "correct", person, form=form, part=part, words=words, status=status)


def _known(person: Person, part: str) -> dict[str, Any]:
    if part != "residence":
        draft = draft_of(person)
        return {name: getattr(draft, name) for name in SECTIONS[part]}
    home = Whereabouts.objects.filter(person=person, kind=WhereaboutsKind.RESIDENCE).first()
    return {name: getattr(home, name) for name in ("country", "city", "address")} if home else {}


@transaction.atomic
def _write(request: CitizenRequest, person: Person, part: str, form: PartForm) -> None:
    if isinstance(form, ResidenceForm):
        set_residence(person=person, place=form.place())
        changed = ["residence"]
    else:
        if isinstance(form, HealthForm):
            _hold_consent(request, person, form)
        changed = correct_person(person=person, draft=form.draft(person))
    audit.record(
        actor=actor_of(request.citizen),
        act="person.corrected",
        subject=f"person:{person.pk}",
        part=part,
        columns=changed,
    )


def _hold_consent(request: CitizenRequest, person: Person, form: HealthForm) -> None:
    """Health is kept on a consent of its own, and on no other."""
    facts = form.changes()
    tells = {*facts.pop("needs")} - {*NOT_HEALTH}
    if has_consent(person.pk, ConsentPurpose.HEALTH) or not (tells or any(facts.values())):
        return
    if not form.cleaned_data["agree"]:
        raise refusal("no_consent", "agree", _("请勾选单独同意，否则不能保存健康信息。"))
    give_consent(person=person, purpose=ConsentPurpose.HEALTH, given_by=request.citizen)


@citizens_page("GET", "POST")
def emergency(request: CitizenRequest, person: Person) -> HttpResponse:
    form, by = EmergencyForm(request.POST or None), actor_of(request.citizen)
    gone = request.POST.get("remove", "")
    if gone.isascii() and gone.isdigit():
        remove_emergency_contact(person=person, contact_id=int(gone), by=by)
        return back(request, "emergency", person)
    if request.method == "POST" and form.is_valid():
        try:
            name_emergency_contact(person=person, by=by, **form.cleaned_data)
            return back(request, "emergency", person)
        except DomainError as error:
            form.refuse(error)
    contacts = person.emergency_contacts.order_by("pk")
    status = 400 if request.method == "POST" else 200
    return show(request, "emergency", person, form=form, contacts=contacts, status=status)
