"""One's own phones, e-mail and WeChat: proved, preferred, given up."""

import io

import segno
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from config.kernel.clients import client_key
from config.kernel.errors import DomainError
from crisis.citizens.forms.code import CodeForm, PhoneForm
from crisis.citizens.forms.me import EmailForm
from crisis.citizens.identity import CitizenRequest, actor_of
from crisis.citizens.kept import keep, kept
from crisis.citizens.models import WeChatBinding
from crisis.citizens.services.binding import begin_binding, state_of
from crisis.citizens.services.codes import check_code, send_code
from crisis.citizens.views.pages import back, citizens_page, show
from crisis.public.language import language_of
from registry.consent.texts import current_wording
from registry.models import Channel, ConsentPurpose, ContactPoint, Person
from registry.selectors.consents import has_consent
from registry.services.consents import give_consent
from registry.services.contacts import (
    contacts_of,
    note_contact,
    prefer_contact,
    retire_contact,
    verify_contact,
)

PURPOSE = "verify"
PROVING, QR, BINDING = "contact_proving", "wechat_qr", "wechat_binding"


@citizens_page("GET", "POST")
def contacts(request: CitizenRequest, person: Person) -> HttpResponse:
    acts = {"prefer": _prefer, "retire": _retire, "prove": _prove, "phone": _phone,
            "code": _code, "email": _email, "stop": _stop}  # fmt: skip
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        return _show(request, person)
    try:
        return act(request, person)
    except DomainError as error:
        return _show(request, person, error=error, status=error.status)


def _show(
    request: CitizenRequest, person: Person, *, status: int = 200, **more: object
) -> HttpResponse:
    proving = kept(request, PROVING)
    context = {
        "contacts": contacts_of(person),
        "tail": proving[-4:],
        "phone_form": PhoneForm(auto_id="add-%s"),
        "code_form": CodeForm(),
        "email_form": EmailForm(),
    }
    return show(request, "contacts", person, status=status, **context | more)


def _point(request: CitizenRequest, person: Person) -> ContactPoint:
    given = request.POST.get("contact", "")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 18 else 0
    return get_object_or_404(ContactPoint, pk=number, person=person, retired_at=None)


def _prefer(request: CitizenRequest, person: Person) -> HttpResponse:
    prefer_contact(point=_point(request, person), by=actor_of(request.citizen))
    return back(request, "contacts", person)


def _retire(request: CitizenRequest, person: Person) -> HttpResponse:
    retire_contact(point=_point(request, person), by=actor_of(request.citizen))
    return back(request, "contacts", person)


def _prove(request: CitizenRequest, person: Person) -> HttpResponse:
    """Send a code to a number that stands here unproved."""
    point = _point(request, person)
    return _send(request, person, point.channel, point.address)


def _phone(request: CitizenRequest, person: Person) -> HttpResponse:
    form = PhoneForm(request.POST, auto_id="add-%s")
    if not form.is_valid():
        return _show(request, person, phone_form=form, status=400)
    return _send(request, person, Channel.SMS, form.cleaned_data["phone"])


def _send(request: CitizenRequest, person: Person, channel: str, address: str) -> HttpResponse:
    send_code(channel=channel, address=address, purpose=PURPOSE, client=client_key(request))
    keep(request, PROVING, address)
    return back(request, "contacts", person)


def _code(request: CitizenRequest, person: Person) -> HttpResponse:
    phone, form = kept(request, PROVING), CodeForm(request.POST)
    if not phone:
        return back(request, "contacts", person)
    if not form.is_valid():
        return _show(request, person, code_form=form, status=400)
    about = {"channel": Channel.SMS, "address": phone}
    code = form.cleaned_data["code"]
    if not check_code(**about, purpose=PURPOSE, code=code, client=client_key(request)):
        form.add_error("code", _("验证码不对或已失效。"))
        return _show(request, person, code_form=form, status=400)
    verify_contact(person=person, **about, by=actor_of(request.citizen))
    return _stop(request, person)


def _stop(request: CitizenRequest, person: Person) -> HttpResponse:
    request.session.pop(PROVING, None)
    return back(request, "contacts", person)


def _email(request: CitizenRequest, person: Person) -> HttpResponse:
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _show(request, person, email_form=form, status=400)
    note_contact(
        person=person,
        channel=Channel.EMAIL,
        address=form.cleaned_data["email"],
        by=actor_of(request.citizen),
    )
    return back(request, "contacts", person)


# -- WeChat ------------------------------------------------------------------------------------


@citizens_page("GET", "POST")
def wechat(request: CitizenRequest, person: Person) -> HttpResponse:
    error = None
    if request.method == "POST":
        try:
            _begin(request, person)
            return back(request, "wechat", person)
        except DomainError as refused:
            error = refused
    number = request.session.get(BINDING)
    binding = WeChatBinding.objects.filter(pk=number, person=person).first() if number else None
    return show(
        request,
        "wechat",
        person,
        error=error,
        binding=binding,
        state=state_of(binding) if binding else "",
        consented=has_consent(person.pk, ConsentPurpose.WECHAT),
        words=current_wording(ConsentPurpose.WECHAT).words(language_of(request)),
        bound=[point for point in contacts_of(person) if point.channel == Channel.WECHAT],
        status=error.status if error else 200,
    )


def _begin(request: CitizenRequest, person: Person) -> None:
    if request.POST.get("agree") == "yes":
        give_consent(person=person, purpose=ConsentPurpose.WECHAT, given_by=request.citizen)
    binding, text = begin_binding(person=person)
    request.session[BINDING] = binding.pk
    keep(request, QR, text)


@citizens_page("GET")
def wechat_qr(request: CitizenRequest, person: Person) -> HttpResponse:
    """The code as a picture, drawn here: nobody else learns who looks at it."""
    text = kept(request, QR)
    if not text:
        raise Http404
    picture = io.BytesIO()
    segno.make(text, micro=False, error="m").save(
        picture, kind="svg", scale=8, border=4, light="#fff", xmldecl=False
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")
