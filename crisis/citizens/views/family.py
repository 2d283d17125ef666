"""我的家人: who was registered with one, and registering another. Correcting one of them is done on
that person's own pages, which whoever registered them may open."""

import re
import secrets

from django.http import HttpResponse
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.citizens.access import family_of
from crisis.citizens.forms.join import MemberForm
from crisis.citizens.forms.person import with_zone
from crisis.citizens.identity import CitizenRequest
from crisis.citizens.services.joining import add_member
from crisis.citizens.views.pages import back, citizens_page, show
from crisis.public.language import language_of
from registry.consent.texts import current_wording
from registry.models import ConsentPurpose, Person

# A family and all who live with it; a company's people come by a roster.
MOST_FAMILY = 20
_KEY = re.compile(r"[0-9a-f]{32}\Z")


@citizens_page("GET")
def family(request: CitizenRequest, person: Person) -> HttpResponse:
    mine = family_of(person)
    own_voice = Person.objects.filter(household=person.household_id, erased_at=None, left_at=None)
    others = own_voice.exclude(pk__in=[person.pk, *(one.pk for one in mine)]).order_by("pk")
    return show(
        request,
        "family",
        person,
        family=[one for one in mine if one.left_at is None],
        others=others if person.household_id else (),
    )


@citizens_page("GET", "POST")
def add(request: CitizenRequest, person: Person) -> HttpResponse:
    if request.method != "POST":
        return _form(request, person, MemberForm())
    form, wrong = with_zone(MemberForm, MemberForm.typed(request.POST))
    if request.POST.get("go") != "save":
        form.say_only(wrong)
        return _form(request, person, form, read=bool(request.POST.get("mrz")) and not wrong)
    for field, sentence in wrong.items():
        form.add_error(field, sentence)
    if form.is_valid():
        try:
            _add(request, person, form)
            return back(request, "family", person)
        except DomainError as refused:
            form.refuse(refused)
    return _form(request, person, form, status=400)


def _add(request: CitizenRequest, person: Person, form: MemberForm) -> None:
    """The page's own key makes two presses one registration; the id before it, nobody else's."""
    key = request.POST.get("key", "")
    ref = f"family:{person.pk}:{key}" if _KEY.match(key) else None
    if ref and Person.objects.filter(external_ref=ref).exists():
        return
    if Person.objects.filter(registered_by=person, erased_at=None).count() >= MOST_FAMILY:
        sentence = _("最多为 %(most)s 位家人登记；单位人员请由联络员上传名册。")
        raise DomainError("too_many_members", sentence % {"most": MOST_FAMILY})
    add_member(person=person, member=form.member(), ref=ref)


def _form(
    request: CitizenRequest,
    person: Person,
    form: MemberForm,
    *,
    read: bool = False,
    status: int = 200,
) -> HttpResponse:
    purposes = (ConsentPurpose.HEALTH, ConsentPurpose.GUARDIAN)
    language = language_of(request)
    return show(
        request,
        "family_add",
        person,
        form=form,
        read=read,
        key=request.POST.get("key") or secrets.token_hex(16),
        wordings={p.value: current_wording(p).words(language) for p in purposes},
        status=status,
    )
