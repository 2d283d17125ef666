"""用微信登录: a QR code for this browser, the code its scanner gets, and who it is.

The session holds the scene's number and no address holds anything. What the page shows does not
depend on who scanned, until the right code is typed.
"""

import io
from typing import Any

import segno
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from config.kernel.clients import client_key
from config.kernel.errors import DomainError
from crisis.citizens import identity
from crisis.citizens.forms.code import WeChatCodeForm
from crisis.citizens.kept import keep, kept
from crisis.citizens.models import WeChatSignIn
from crisis.citizens.services import wechat_door as doors
from crisis.citizens.services.signing_in import person_to_sign_in
from crisis.citizens.views.code import NEXT, enter, number_of
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from registry.models import Channel

DOOR, QR = "wechat_door", "wechat_door_qr"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@private
def wechat_door(request: HttpRequest) -> HttpResponse:
    with speaking(language_of(request)):
        try:
            return _act(request) if request.method == "POST" else _show(request)
        except DomainError as error:
            return _show(request, error=error, status=error.status)


@login_not_required
@require_http_methods(["GET", "HEAD"])
@private
def wechat_door_qr(request: HttpRequest) -> HttpResponse:
    """The code as a picture that a phone can save and WeChat can read from its album."""
    text = kept(request, QR)
    if not text or _door(request) is None:
        raise Http404
    picture = io.BytesIO()
    segno.make(text, micro=False, error="m").save(picture, kind="png", scale=8, border=4)
    return HttpResponse(picture.getvalue(), content_type="image/png")


def _act(request: HttpRequest) -> HttpResponse:
    act, door = request.POST.get("act", ""), _door(request)
    if act == "open":
        return _open(request)
    if act == "other":
        return _other(request)
    steps = {"ask": _ask, "check": _check, "who": _who}
    return steps[act](request, door) if door and act in steps else _back(request)


def _show(
    request: HttpRequest, *, error: DomainError | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    """The step at which this browser stands."""
    door = _door(request)
    context = {"language": language_of(request), "error": error, "door": door, **more}
    if door and door.proved_at:
        context["holders"] = doors.holders_behind(door)
        return render(request, "citizens/code_who.html", context, status=status)
    context.setdefault("form", WeChatCodeForm())
    context["expired"] = door is None and DOOR in request.session
    return render(request, "citizens/code_wechat.html", context, status=status)


def _open(request: HttpRequest) -> HttpResponse:
    door, text = doors.open_door(client=client_key(request))
    doors.shut_door(request.session.get(DOOR, 0))
    request.session[DOOR] = door.pk
    keep(request, QR, text)
    if "next" in request.POST:
        request.session[NEXT] = identity.next_page(request.POST["next"])
    return _back(request)


def _ask(request: HttpRequest, door: WeChatSignIn) -> HttpResponse:
    doors.ask_for_code(door=door, client=client_key(request), language=language_of(request))
    return _back(request)


def _check(request: HttpRequest, door: WeChatSignIn) -> HttpResponse:
    form = WeChatCodeForm(request.POST)
    if not form.is_valid():
        return _show(request, form=form, status=400)
    if not doors.prove(door=door, code=form.cleaned_data["code"], client=client_key(request)):
        return _show(request, wrong=True, status=400)
    holders = doors.holders_behind(door)
    if len(holders) == 1:
        return _enter(request, holders[0].person)
    request.session.cycle_key()
    return _back(request)


def _who(request: HttpRequest, door: WeChatSignIn) -> HttpResponse:
    if not door.proved_at:
        return _back(request)
    person = person_to_sign_in(
        channel=Channel.WECHAT,
        index=bytes(door.address_index or b""),
        person_id=number_of(request.POST.get("person", "")),
        proof=request.POST.get("proof", "")[:20],
    )
    return _enter(request, person)


def _other(request: HttpRequest) -> HttpResponse:
    doors.shut_door(request.session.pop(DOOR, 0))
    request.session.pop(QR, None)
    return redirect(f"{reverse('citizens:code')}?lang={language_of(request)}")


def _enter(request: HttpRequest, person: Any) -> HttpResponse:
    doors.shut_door(request.session.get(DOOR, 0))
    return enter(request, person)


def _door(request: HttpRequest) -> WeChatSignIn | None:
    return doors.door_numbered(request.session.get(DOOR, 0))


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(f"{request.path}?lang={language_of(request)}")
