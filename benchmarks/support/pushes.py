"""Requests as the vendors send them, whole and signed, ready for the wire."""

import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from notifications.emulator.crypto import twilio_signature, wechat_seal, wechat_signature
from notifications.emulator.world import xml_of

FORM = "application/x-www-form-urlencoded"
INBOUND, WECHAT = "/webhooks/twilio/inbound", "/webhooks/wechat"


def request(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(settings.PUBLIC_URL).netloc}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def sms_form(address: str, text: str, sid: str) -> dict[str, str]:
    """https://www.twilio.com/docs/messaging/guides/webhook-request"""
    return {
        "ToCountry": "US",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text,
        "FromCountry": "CN",
        "To": settings.TWILIO_SENDER,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": settings.TWILIO_ACCOUNT,
        "From": address,
        "ApiVersion": "2010-04-01",
    }


def sms(address: str, text: str, sid: str) -> bytes:
    """One inbound SMS, signed as Twilio signs."""
    form = sms_form(address, text, sid)
    url = f"{settings.PUBLIC_URL}{INBOUND}"
    headers = {
        "Content-Type": FORM,
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": twilio_signature(settings.TWILIO_TOKEN, url, form),
        "I-Twilio-Idempotency-Token": sid,
    }
    return request(INBOUND, urlencode(form).encode(), headers)


def wechat(openid: str, text: str, msg_id: str) -> bytes:
    """One WeChat message in the sealed form."""
    timestamp, nonce = str(int(time.time())), "nonce"
    token = settings.WECHAT_CALLBACK_TOKEN
    xml = xml_of(
        ToUserName="gh_bench", FromUserName=openid, CreateTime=timestamp, MsgType="text",
        Content=text, MsgId=msg_id,
    )  # fmt: skip
    sealed = wechat_seal(xml, settings.WECHAT_AES_KEY, settings.WECHAT_APPID)
    query = {
        "signature": wechat_signature(token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": openid,
        "encrypt_type": "aes",
        "msg_signature": wechat_signature(token, timestamp, nonce, sealed),
    }
    body = xml_of(ToUserName="gh_bench", Encrypt=sealed)
    return request(f"{WECHAT}?{urlencode(query)}", body.encode(), {"Content-Type": "text/xml"})


def check_in(token: str) -> bytes:
    """The button «平安» on the check-in page."""
    return request(f"/c/{token}/", b"choice=safe", {"Content-Type": FORM})


def bare(path: str, body: bytes) -> bytes:
    return request(path, body, {"Content-Type": FORM, "User-Agent": "TwilioProxy/1.1"})
