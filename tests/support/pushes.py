"""What Twilio pushes, as forms: receipts and replies, with or without the signature."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from notifications.gateways.twilio import signature
from notifications.services.inbox import store_inbound
from notifications.states import ReceiptStatus

STATUS = "/webhooks/twilio/status"
INBOUND = "/webhooks/twilio/inbound"


def receipt_form(ref: str, status: str = ReceiptStatus.DELIVERED, **more: str) -> dict[str, str]:
    return {"MessageSid": ref, "MessageStatus": status, "To": "+6785550001", **more}


def reply_form(address: str, text: str, sid: str = "SM1") -> dict[str, str]:
    return {"MessageSid": sid, "From": address, "To": "+15005550006", "Body": text}


def store(form: dict[str, str], *, event_id: str = "", key: str = "") -> bool:
    """Keep a push as the webhook would."""
    body = urlencode(form) + (f"&_key={key}" if key else "")
    name = event_id or f"{form['MessageSid']}.{form.get('MessageStatus', 'received')}"
    return store_inbound(gateway="twilio", event_id=name, body=body)


def push(client: Any, path: str, form: dict[str, str], *, token: str = "", query: str = "") -> Any:
    """Push over HTTP, signed with `token` (by default the right one)."""
    url = f"{settings.PUBLIC_URL}{path}{query}"
    signed = signature((token or settings.TWILIO_TOKEN).encode(), url, list(form.items()))
    return client.post(
        path + query,
        urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signed},
    )
