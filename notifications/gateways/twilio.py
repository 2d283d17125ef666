"""SMS through Twilio (Programmable Messaging, API 2010-04-01).

Twilio takes no idempotency key. Our key therefore rides in the status-callback address, so that a
receipt finds its delivery even when the answer to our call was lost, and an in-doubt message is
looked up in the account's own list.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlencode, urlsplit

from django.conf import settings
from yarl import URL

from notifications.gateways.base import (
    LONGEST_PAUSE_S,
    MAX_BODY_BYTES,
    PAUSE_S,
    CallResult,
    Outgoing,
    PlainGateway,
    ReceiptSeen,
    ReplySeen,
    Seen,
    UnreadableBodyError,
    WebhookRequest,
    by_http_status,
    digest,
    pause_of,
)
from notifications.gateways.wire import Answer, Request, Wire, WireError
from notifications.states import Outcome, ReceiptStatus

# https://www.twilio.com/docs/api/errors. A code that is not here follows its HTTP status.
BUSY_CODES = frozenset({14107, 20003, 20005, 20429, 20500, 20503, 21611, 30001, 63038})
REFUSED_CODES = frozenset(
    {21211, 21408, 21602, 21604, 21606, 21610, 21612, 21614, 21617, 30003, 30005, 30006, 30007}
)
# Too fast for the account; and too fast for one number, whose queue is full. A queue of four hours
# does not drain in a second, nor does a day's quota come back in one.
ACCOUNT_PAUSES = {14107: PAUSE_S, 20429: PAUSE_S, 63038: LONGEST_PAUSE_S}
SENDER_PAUSES = {21611: 30.0, 30001: 30.0}
STATUSES = {
    "accepted": ReceiptStatus.PROGRESS,
    "scheduled": ReceiptStatus.PROGRESS,
    "queued": ReceiptStatus.PROGRESS,
    "sending": ReceiptStatus.PROGRESS,
    "sent": ReceiptStatus.PROGRESS,
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.DELIVERED,
    "undelivered": ReceiptStatus.UNDELIVERED,
    "failed": ReceiptStatus.UNDELIVERED,
    "canceled": ReceiptStatus.UNDELIVERED,
}
STATUS_PATH = "/webhooks/twilio/status"
INBOUND_PATH = "/webhooks/twilio/inbound"
# The name under which the key of the callback address is kept beside Twilio's own fields.
KEY_FIELD = "_key"
CLOCK_SLACK = timedelta(seconds=5)


class TwilioGateway(PlainGateway):
    name = "twilio"
    channel = "sms"
    url_setting = "TWILIO_URL"

    def __init__(self) -> None:
        super().__init__()
        account, token = settings.TWILIO_ACCOUNT, settings.TWILIO_TOKEN
        base = settings.TWILIO_URL.rstrip("/")
        messages = f"{base}/2010-04-01/Accounts/{account}/Messages"
        self._messages, self._send_url = messages, URL(f"{messages}.json", encoded=True)
        self._token = token.encode()
        basic = base64.b64encode(f"{account}:{token}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {basic}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        self.senders = tuple(part.strip() for part in settings.TWILIO_SENDER.split(","))
        self.rate, self.sender_rate = settings.TWILIO_RATE, settings.TWILIO_SENDER_RATE
        self._forms = {sender: _form_of(sender) for sender in self.senders}

    def request(self, message: Outgoing) -> Request:
        form = (
            f"{self._forms[self.sender_of(message.address)]}{_plain(message.key)}"
            f"&To={_plain(message.address)}&Body={_quoted(str(message.text))}"
        )
        return Request(self._send_url, self._headers, form.encode("ascii"))

    def sort(self, message: Outgoing, request: Request, answer: Answer) -> CallResult:
        result = _sorted(answer.status, answer.body)
        if result.outcome != Outcome.BUSY:
            return result
        return self._paused(result, answer, self.sender_of(message.address))

    def _paused(self, result: CallResult, answer: Answer, sender: str) -> CallResult:
        """The same, with the pause that such an answer asks of everybody."""
        code = int(result.provider_code) if result.provider_code.isdigit() else 0
        if code in SENDER_PAUSES:
            bucket, seconds = self.bucket_of(sender), SENDER_PAUSES[code]
        elif code in ACCOUNT_PAUSES or answer.status == 429 or answer.retry_after:
            bucket, seconds = self.name, ACCOUNT_PAUSES.get(code, PAUSE_S)
        else:
            return result
        return replace(result, pause=pause_of(bucket, answer.retry_after, otherwise_s=seconds))

    async def ask(
        self,
        http: Wire,
        *,
        key: str,
        provider_ref: str,
        address: str,
        since: datetime,
        text: str = "",
    ) -> CallResult | None:
        """Look through the account's messages to `address` since `since` (real time). With `text`
        only the same wording counts; without it any message does."""
        query = urlencode({"To": address, "DateSent>": since.strftime("%Y-%m-%d"), "PageSize": 50})
        url = URL(f"{self._messages}.json?{query}", encoded=True)
        try:
            status, body, _ = await http.exchange(url, headers=self._headers)
        except WireError:
            return None
        return _found(body, provider_ref, since, text) if status == 200 else None

    def verify(self, request: WebhookRequest) -> bool:
        """X-Twilio-Signature over the address as Twilio knows it, which is ours in public: what a
        proxy made of scheme and host does not count."""
        if len(request.body) > MAX_BODY_BYTES or not self._token:
            return False
        called = urlsplit(request.url)
        url = f"{settings.PUBLIC_URL}{called.path}{f'?{called.query}' if called.query else ''}"
        form = _pairs_once(request.body.decode("utf-8", "replace"))
        expected = signature(self._token, url, form)
        given = request.header("X-Twilio-Signature")
        return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))

    def body_to_keep(self, request: WebhookRequest) -> str:
        """Twilio's form, and the key that stood in the callback address."""
        body = super().body_to_keep(request)
        key = request.query.get("key", "")
        return f"{body}&{KEY_FIELD}={quote_plus(key)}" if key else body

    def event_id(self, body: str) -> str:
        form = dict(_pairs_once(body))
        sid = form.get("MessageSid") or form.get("SmsSid", "")
        status = form.get("MessageStatus") or form.get("SmsStatus", "")
        return f"{sid}.{status}"[:80] if sid else digest(body)

    def parse(self, body: str) -> list[Seen]:
        form = _read_fields(body)
        sid = form.get("MessageSid") or form.get("SmsSid")
        if not sid:
            raise UnreadableBodyError("no MessageSid")
        if "MessageStatus" in form:
            return [_receipt(sid, form)]
        if not form.get("From"):
            raise UnreadableBodyError("neither MessageStatus nor From")
        return [ReplySeen(address=form["From"], text=form.get("Body", ""), event_id=sid)]

    def answer(self, request: WebhookRequest) -> tuple[bytes, str]:
        return b'<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml"


def _form_of(sender: str) -> str:
    """The first part of every form that leaves by this number, up to the key in the callback."""
    field = "MessagingServiceSid" if sender.startswith("MG") else "From"
    callback = quote_plus(f"{settings.PUBLIC_URL}{STATUS_PATH}?key=")
    return f"{field}={quote_plus(sender)}&StatusCallback={callback}"


def signature(token: bytes, url: str, pairs: Sequence[tuple[str, str]]) -> str:
    """https://www.twilio.com/docs/usage/security: base64 HMAC-SHA1 of the address and the sorted
    form; a field that comes twice counts once for each different value."""
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.digest(token, text.encode(), hashlib.sha1)).decode()


def _pairs(body: str) -> list[tuple[str, str]]:
    return parse_qsl(body, keep_blank_values=True)


# The fields that mean something to us; Twilio sends twenty.
_READ = frozenset({"MessageSid", "SmsSid", "MessageStatus", "ErrorCode", "From", "Body", KEY_FIELD})


def _read_fields(body: str) -> dict[str, str]:
    """What `dict(_pairs(body))` holds of those: they are understood by the thousand."""
    pairs = (pair.partition("=") for pair in body.split("&"))
    return {name: unquote_plus(value) for name, _, value in pairs if name in _READ}


def _plain(text: str) -> str:
    """Quoted. Keys and numbers are letters and digits but for a plus: the long way is dear."""
    bare = text.removeprefix("+")
    if bare.isascii() and bare.isalnum():
        return text if bare is text else f"%2B{bare}"
    return quote_plus(text)


@lru_cache(maxsize=16)
def _pairs_once(body: str) -> tuple[tuple[str, str], ...]:
    """The signature and the event's name ask for the same form within a millisecond; sixteen, for
    as many threads as a web process may have."""
    return tuple(_pairs(body))


@lru_cache(maxsize=256)
def _quoted(text: str) -> str:
    """A wave has one text a language, so the same wording is quoted 100,000 times."""
    return quote_plus(text)


def _sorted(http_status: int, body: bytes) -> CallResult:
    answer = _json_object(body)
    if http_status in (200, 201):
        sid = answer.get("sid")
        if isinstance(sid, str) and sid:
            return CallResult(Outcome.ACCEPTED, provider_ref=sid, http_status=http_status)
        return by_http_status(http_status, "unreadable answer")
    code = answer.get("code")
    if code in BUSY_CODES:
        return CallResult(Outcome.BUSY, provider_code=str(code), http_status=http_status)
    if code in REFUSED_CODES:
        return CallResult(Outcome.REFUSED, provider_code=str(code), http_status=http_status)
    return by_http_status(http_status, str(code or ""))


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _found(body: bytes, provider_ref: str, since: datetime, text: str) -> CallResult | None:
    answer = _json_object(body)
    messages = answer.get("messages")
    if not isinstance(messages, list):
        return None
    for message in messages:
        if _is_ours(message, provider_ref, since, text):
            return CallResult(Outcome.ACCEPTED, provider_ref=message["sid"], http_status=200)
    if answer.get("next_page_uri"):  # there are more than we looked through
        return None
    return CallResult(Outcome.BUSY, provider_code="not found", http_status=200)


def _is_ours(message: dict[str, Any], provider_ref: str, since: datetime, text: str) -> bool:
    if provider_ref:
        return bool(message.get("sid") == provider_ref)
    if str(message.get("direction", "")).startswith("inbound"):
        return False
    if text and message.get("body") != text:
        return False
    created = parsedate_to_datetime(message["date_created"]).astimezone(UTC)
    return created >= since - CLOCK_SLACK


def _receipt(sid: str, form: dict[str, str]) -> ReceiptSeen:
    return ReceiptSeen(
        provider_ref=sid,
        status=STATUSES.get(form["MessageStatus"], ReceiptStatus.UNKNOWN),
        provider_code=form.get("ErrorCode", ""),
        key=form.get(KEY_FIELD, ""),
    )
