"""WeChat Official Account: template messages out, pushes in."""

import json
import time
from dataclasses import replace
from typing import Any

from django.conf import settings
from yarl import URL

from config.kernel.clock import real_now
from notifications.gateways.base import (
    LONGEST_PAUSE_S,
    MAX_BODY_BYTES,
    PAUSE_S,
    CallResult,
    Outgoing,
    PlainGateway,
    Seen,
    UnreadableBodyError,
    WebhookRequest,
    by_http_status,
    digest,
    pause_of,
)
from notifications.gateways.wechat import callback, crypto
from notifications.gateways.wechat.token import TokenStore
from notifications.gateways.wire import Answer, Request
from notifications.states import Outcome

# https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html
# Every code but 0 says that nothing was sent; those not named here will not get better by trying
# again (40003 openid, 43004 no follower, 43101 refused, 45015 and 45047 window, 47003 fields …).
TOKEN_CODES = frozenset({40001, 40014, 41001, 42001})
BUSY_CODES = frozenset({-1, 45009, 45011}) | TOKEN_CODES
# The day's quota (it comes back at midnight in Beijing, and is asked for again every five minutes)
# and the minute's.
PAUSES = {45009: LONGEST_PAUSE_S, 45011: 5.0}
# How old a push may be, real seconds: WeChat repeats within 15 s, clocks drift.
MAX_AGE_SECONDS = 300
READ_AGAIN_SECONDS = 30


class WeChatGateway(PlainGateway):
    name = "wechat"
    channel = "wechat"
    url_setting = "WECHAT_URL"

    def __init__(self) -> None:
        super().__init__()
        self._base = settings.WECHAT_URL.rstrip("/")
        self._appid, self._aes_key = settings.WECHAT_APPID, settings.WECHAT_AES_KEY
        self._callback_token = settings.WECHAT_CALLBACK_TOKEN
        self._template = settings.WECHAT_TEMPLATE
        self.senders, self.rate = (self._appid,), settings.WECHAT_RATE
        self._headers = {"Content-Type": "application/json"}
        self._store = TokenStore(
            gateway=self.name, url=self._base, appid=self._appid, secret=settings.WECHAT_SECRET
        )
        self._token = self._rejected = ""
        self._read_again_at = 0.0
        self._send_url = URL(self._base)

    def prepare(self) -> None:
        """Read the shared token, or renew it when it is due or was rejected. A good one is not
        read again for 30 s; if another worker renews meanwhile, WeChat keeps both for 5 min."""
        if self._token and not self._rejected and time.monotonic() < self._read_again_at:
            return
        self._read_again_at = time.monotonic() + READ_AGAIN_SECONDS
        token = self._store.current(rejected=self._rejected)
        if token != self._token:
            self._token = token
            self._send_url = URL(self._base).with_path("/cgi-bin/message/template/send") % {
                "access_token": token
            }
        if token:
            self._rejected = ""

    def request(self, message: Outgoing) -> Request | CallResult:
        if not self._token:
            return CallResult(Outcome.BUSY, provider_code="no token")
        return Request(self._send_url, self._headers, self._body(message))

    def sort(self, message: Outgoing, request: Request, answer: Answer) -> CallResult:
        result, code = _sorted(answer.status, answer.body)
        if code in TOKEN_CODES and request.url is self._send_url:
            # The window ends BUSY; the next prepare() fetches another and they leave again.
            self._rejected = self._token
        if code in PAUSES or answer.status == 429:
            seconds = PAUSES.get(code, PAUSE_S)
            pause = pause_of(self.name, answer.retry_after, otherwise_s=seconds)
            return replace(result, pause=pause)
        return result

    def _body(self, message: Outgoing) -> bytes:
        fields = message.text if isinstance(message.text, dict) else {"thing1": message.text}
        body: dict[str, Any] = {
            "touser": message.address,
            "template_id": self._template,
            "client_msg_id": message.key,
            "data": {name: {"value": value} for name, value in fields.items()},
        }
        if message.link:
            body["url"] = message.link
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    def verify(self, request: WebhookRequest) -> bool:
        """Fresh and signed. The plain signature covers no body, so where an AES key is set only
        the sealed form counts; its signature covers the envelope."""
        if len(request.body) > MAX_BODY_BYTES or not self._callback_token:
            return False
        query = request.query
        if not _is_fresh(query.get("timestamp", "")):
            return False
        parts = [self._callback_token, query["timestamp"], query.get("nonce", "")]
        if request.method == "GET" or not self._aes_key:
            return crypto.same(crypto.signature(*parts), query.get("signature", ""))
        sealed = _envelope(request.body.decode("utf-8", "replace"))
        given = query.get("msg_signature", "")
        return bool(sealed) and crypto.same(crypto.signature(*parts, sealed), given)

    def event_id(self, body: str) -> str:
        try:
            return callback.event_id(self._fields(body))
        except UnreadableBodyError:
            return digest(body)

    def parse(self, body: str) -> list[Seen]:
        return callback.understand(self._fields(body))

    def answer(self, request: WebhookRequest) -> tuple[bytes, str]:
        if request.method == "GET":
            return request.query.get("echostr", "").encode(), "text/plain"
        return b"success", "text/plain"

    def _fields(self, body: str) -> dict[str, str]:
        fields = callback.read_fields(body)
        sealed = fields.get("Encrypt")
        if not sealed:
            return fields
        if not self._aes_key:
            raise UnreadableBodyError("sealed, and no AES key is set")
        try:
            xml = crypto.open_envelope(sealed, aes_key=self._aes_key, appid=self._appid)
        except crypto.EnvelopeError as error:
            raise UnreadableBodyError(f"envelope: {error}") from None
        return callback.read_fields(xml)


def _is_fresh(timestamp: str) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(real_now().timestamp() - int(timestamp)) <= MAX_AGE_SECONDS


def _envelope(xml: str) -> str:
    try:
        return callback.read_fields(xml).get("Encrypt", "")
    except UnreadableBodyError:
        return ""


def _sorted(http_status: int, body: bytes) -> tuple[CallResult, int]:
    """The result, and WeChat's code (0 where there is none)."""
    if http_status != 200:
        return by_http_status(http_status), 0
    try:
        answer = json.loads(body)
        code = int(answer.get("errcode", 0))
    except (ValueError, TypeError, AttributeError):
        return by_http_status(200, "unreadable answer"), 0
    if code:
        outcome = Outcome.BUSY if code in BUSY_CODES else Outcome.REFUSED
        return CallResult(outcome, provider_code=str(code), http_status=200), code
    if not answer.get("msgid"):
        return by_http_status(200, "no msgid"), 0
    return CallResult(Outcome.ACCEPTED, provider_ref=str(answer["msgid"]), http_status=200), 0
