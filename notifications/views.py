"""Webhooks: verify, store raw, answer at once. Nothing is understood here."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.gateways import gateway_named
from notifications.gateways.base import MAX_BODY_BYTES, Gateway, WebhookRequest
from notifications.services.inbox import store_inbound


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, gateway_name: str) -> HttpResponse:
    """One push of a provider. 403 unverified, 413 too large, 503 when it could not be kept."""
    gateway = gateway_named(gateway_name)
    pushed = _pushed(request)
    if pushed is None:
        return HttpResponse(status=413)
    if not gateway.verify(pushed):
        return HttpResponse(status=403)
    if request.method == "POST" and not _keep(gateway, pushed):
        return HttpResponse(status=503)  # the provider pushes again
    body, content_type = gateway.answer(pushed)
    return HttpResponse(body, content_type=content_type)


def _pushed(request: HttpRequest) -> WebhookRequest | None:
    """The push without the framework; None when its body is larger than any vendor's."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and (len(length) > 12 or int(length) > MAX_BODY_BYTES):
        return None
    try:
        body = request.body
    except RequestDataTooBig:
        return None
    return WebhookRequest(
        method=request.method or "GET",
        url=request.build_absolute_uri(),
        headers=request.headers,
        query=request.GET.dict(),
        body=body,
    )


def _keep(gateway: Gateway, pushed: WebhookRequest) -> bool:
    body = gateway.body_to_keep(pushed)
    try:
        store_inbound(gateway=gateway.name, event_id=gateway.event_id(body), body=body)
    except (DatabaseError, InterfaceError):
        return False
    return True
