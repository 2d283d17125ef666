"""凭验证码登录: a phone, the code it brings, and where one phone is several people's, who it is.

The phone stands in the session sealed, and in no address. Each step is a POST that leads back
here, so that a page that is loaded again sends nothing again.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from config.kernel.clients import client_key
from config.kernel.errors import DomainError
from crisis.citizens import identity
from crisis.citizens.forms.code import CodeForm, PhoneForm
from crisis.citizens.kept import keep, kept
from crisis.citizens.selectors import holders_of
from crisis.citizens.services.codes import check_code, send_code, wave_of_code
from crisis.citizens.services.signing_in import person_to_sign_in
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from notifications.selectors import hand_over_of
from registry.addresses import address_index
from registry.models import Channel

PURPOSE = "sign_in"
TO, NEXT, PROVED = "code_to", "code_next", "code_proved"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@private
def code(request: HttpRequest) -> HttpResponse:
    with speaking(language_of(request)):
        try:
            return _act(request) if request.method == "POST" else _show(request)
        except DomainError as error:
            return _show(request, error=error, status=error.status)


def _act(request: HttpRequest) -> HttpResponse:
    act = request.POST.get("act", "")
    steps = {"send": _send, "again": _again, "check": _check, "who": _who, "other": _other}
    return steps.get(act, _show)(request)


def _show(
    request: HttpRequest, *, error: DomainError | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    """The step at which this visitor stands."""
    phone = kept(request, TO)
    context = {"language": language_of(request), "error": error, **more}
    if not phone:
        context.setdefault("form", PhoneForm())
        wanted = request.POST.get("next") or request.GET.get("next", "")
        context["next"] = identity.next_page(wanted)
        return render(request, "citizens/code_phone.html", context, status=status)
    if request.session.get(PROVED):
        context["holders"] = holders_of(Channel.SMS, address_index(Channel.SMS, phone))
        return render(request, "citizens/code_who.html", context, status=status)
    context.setdefault("form", CodeForm())
    wave = wave_of_code(channel=Channel.SMS, address=phone, purpose=PURPOSE)
    context |= {"tail": phone[-4:], "sent": hand_over_of(wave) if wave else "over"}
    return render(request, "citizens/code_check.html", context, status=status)


def _send(request: HttpRequest) -> HttpResponse:
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _show(request, form=form, status=400)
    answer = _send_to(request, form.cleaned_data["phone"])
    request.session[NEXT] = identity.next_page(request.POST.get("next", ""))
    return answer


def _again(request: HttpRequest) -> HttpResponse:
    phone = kept(request, TO)
    return _send_to(request, phone) if phone else _back(request)


def _send_to(request: HttpRequest, phone: str) -> HttpResponse:
    send_code(channel=Channel.SMS, address=phone, purpose=PURPOSE, client=client_key(request))
    keep(request, TO, phone)
    request.session.pop(PROVED, None)
    return _back(request)


def _check(request: HttpRequest) -> HttpResponse:
    phone, form = kept(request, TO), CodeForm(request.POST)
    if not phone:
        return _back(request)
    if not form.is_valid():
        return _show(request, form=form, status=400)
    right = check_code(
        channel=Channel.SMS,
        address=phone,
        purpose=PURPOSE,
        code=form.cleaned_data["code"],
        client=client_key(request),
    )
    if not right:
        return _show(request, wrong=True, status=400)
    index, joined = address_index(Channel.SMS, phone), request.session.get(identity.JOINED)
    holders = holders_of(Channel.SMS, index)
    if len(holders) == 1 and not holders[0].doubted:
        return enter(request, holders[0].person)
    if joined in [holder.person.pk for holder in holders]:
        person = person_to_sign_in(
            channel=Channel.SMS, index=index, person_id=joined, proof="", joined=joined
        )
        return enter(request, person)
    request.session[PROVED] = True
    request.session.cycle_key()
    return _back(request)


def _who(request: HttpRequest) -> HttpResponse:
    phone, chosen = kept(request, TO), request.POST.get("person", "")
    if not (phone and request.session.get(PROVED)):
        return _back(request)
    person = person_to_sign_in(
        channel=Channel.SMS,
        index=address_index(Channel.SMS, phone),
        person_id=number_of(chosen),
        proof=request.POST.get("proof", "")[:20],
    )
    return enter(request, person)


def number_of(chosen: str) -> int:
    """The number that a form named, or 0."""
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 18 else 0


def _other(request: HttpRequest) -> HttpResponse:
    for name in (TO, PROVED):
        request.session.pop(name, None)
    return _back(request)


def enter(request: HttpRequest, person: Any) -> HttpResponse:
    """Sign in whoever was proved, and lead on to where they wanted to go."""
    onward = identity.next_page(request.session.get(NEXT, ""))
    identity.sign_in(request, person)
    return redirect(f"{onward}?lang={language_of(request)}")


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(f"{request.path}?lang={language_of(request)}")


@login_not_required
@require_http_methods(["POST"])
@private
def leave_session(request: HttpRequest) -> HttpResponse:
    """退出: the session ends; the registration stays."""
    identity.sign_out(request)
    return redirect("citizens:code")
