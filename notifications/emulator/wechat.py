"""WeChat Official Account: tokens, template messages, customer-service text."""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from notifications.emulator import meddle
from notifications.emulator.http import Answer, Request, Response, json_response
from notifications.emulator.ledger import CODE_ALONE, Message, read_text
from notifications.emulator.qr import QrCodes
from notifications.emulator.world import World

OPENID = re.compile(r"[A-Za-z0-9_\-]{6,64}")
# Field kinds of a template and how many characters each holds.
FIELD = re.compile(r"(thing|character_string|phone_number|const|time|date|number|letter|phrase)\d+")
LIMITS = {
    "thing": 20,
    "character_string": 32,
    "phone_number": 17,
    "const": 20,
    "time": 32,
    "date": 32,
    "number": 32,
    "letter": 32,
    "phrase": 5,
}
# Both tokens are good during the last five minutes of the older one; a message is recognised by
# its client_msg_id for ten minutes.
OVERLAP_SECONDS = 300
RECOGNISED_SECONDS = 600
FORCE_SECONDS = 30
ERRORS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40013: "invalid appid",
    40037: "invalid template_id",
    40053: "invalid action info",
    40125: "invalid appsecret",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    45011: "api minute-quota reach limit",
    45009: "reach max api daily quota limit",
    47001: "data format error",
    47003: "argument invalid!",
}


# What is wrong with a message: WeChat's code (0: nothing) and the place.
ProblemOf = Callable[[dict[str, Any]], tuple[int, str]]


@dataclass(slots=True)
class Token:
    value: str
    until: float


class WeChatApi:
    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens: list[Token] = []
        self._forced_at = 0.0
        self._qr_codes = QrCodes(world)
        self._recognised: dict[tuple[str, str], tuple[float, str]] = {}

    def handle(self, request: Request) -> Answer:
        if request.path == "/cgi-bin/stable_token":
            return self._stable_token(request.json())
        if request.path == "/cgi-bin/token":
            return self._stable_token({"grant_type": "client_credential", **request.query})
        if request.path == "/cgi-bin/showqrcode":
            return self._qr_codes.picture(request.query.get("ticket", ""))
        if code := self._token_problem(request.query.get("access_token", "")):
            return error(code)
        if request.path == "/cgi-bin/message/template/send":
            return self._send(request.json(), self._template_problem)
        if request.path == "/cgi-bin/message/custom/send":
            return self._send(request.json(), self._custom_problem)
        if request.path == "/cgi-bin/qrcode/create":
            answer = self._qr_codes.create(request.json())
            return error(40053, "invalid action info") if answer is None else json_response(answer)
        return error(47001, "no such interface")

    # -- tokens -----------------------------------------------------------------------

    def forget_tokens(self) -> None:
        """As if somebody had forced another one elsewhere."""
        self._tokens.clear()

    def _stable_token(self, body: Any) -> Response:
        options = self._world.options
        if not isinstance(body, dict):
            return error(47001)
        if body.get("appid") != options.wechat_appid:
            return error(40013)
        if body.get("secret") != options.wechat_secret:
            return error(40125)
        self._world.ledger.counts["token_calls"] += 1
        if body.get("force_refresh") is True and time.time() - self._forced_at < FORCE_SECONDS:
            return error(45009)
        token = self._token(force=body.get("force_refresh") is True)
        seconds = int(token.until - time.time())
        return json_response({"access_token": token.value, "expires_in": seconds})

    def _token(self, *, force: bool) -> Token:
        now = time.time()
        self._tokens = [token for token in self._tokens if token.until > now]
        if force:
            self._tokens, self._forced_at = [], now
        if self._tokens and self._tokens[-1].until - now > OVERLAP_SECONDS:
            return self._tokens[-1]
        token = Token(f"{secrets.token_urlsafe(96)}", now + self._world.knobs.token_seconds)
        self._tokens = [*self._tokens[-1:], token]
        self._world.ledger.counts["tokens"] += 1
        return token

    def _token_problem(self, given: str) -> int:
        if not given:
            return 41001
        for token in self._tokens:
            if token.value == given:
                return 0 if token.until > time.time() else 42001
        return 40001

    # -- messages ---------------------------------------------------------------------

    def _send(self, body: Any, problem_of: ProblemOf) -> Answer:
        if not isinstance(body, dict):
            return error(47001)
        if self._world.knobs.calm():
            return self._accept(body, problem_of)[0]
        return self._send_on_a_bad_day(body, problem_of)

    async def _send_on_a_bad_day(self, body: dict[str, Any], problem_of: ProblemOf) -> Response:
        bad = await meddle.before(self._world, outage=OUTAGE, throttled=TOO_FAST)
        if bad:
            return bad
        answer, message = self._accept(body, problem_of)
        return await meddle.after(self._world, message, answer) if message else answer

    def _accept(
        self, body: dict[str, Any], problem_of: ProblemOf
    ) -> tuple[Response, Message | None]:
        """The answer, and the message if it was accepted now."""
        code, detail = problem_of(body)
        if code:
            return self._refuse(body, code, detail), None
        if known := self._known(body):
            self._world.ledger.counts["recognised"] += 1
            return _sent(known), None
        message = self._message(body)
        self._world.accept(message)
        return _sent(message.ref), message

    def _template_problem(self, body: dict[str, Any]) -> tuple[int, str]:
        template = body.get("template_id")
        if not template or self._world.options.wechat_template not in ("", template):
            return 40037, ""
        if code := self._receiver_problem(body.get("touser")):
            return code, ""
        data = body.get("data")
        if not isinstance(data, dict) or not data:
            return 47003, "data"
        return next(
            ((47003, f"data.{name}") for name in data if not _fits(name, data[name])), (0, "")
        )

    def _custom_problem(self, body: dict[str, Any]) -> tuple[int, str]:
        if body.get("msgtype") != "text" or not isinstance(body.get("text"), dict):
            return 47003, "msgtype"
        return self._receiver_problem(body.get("touser")), ""

    def _receiver_problem(self, openid: Any) -> int:
        world = self._world
        if not isinstance(openid, str) or not OPENID.fullmatch(openid):
            return 40003
        if world.roll(world.knobs.refused):
            return 40003
        phone = world.ledger.phones.get(openid)
        away = world.reach(openid) == "refused" or (phone is not None and not phone.follows)
        return 43004 if away else 0

    def _refuse(self, body: dict[str, Any], code: int, detail: str) -> Response:
        self._world.ledger.refuse(
            channel="wechat",
            address=str(body.get("touser", "")),
            text=_text(body),
            key=str(body.get("client_msg_id", "")),
            error=code,
        )
        return error(code, detail)

    def _known(self, body: dict[str, Any]) -> str:
        """The msgid under which the same client_msg_id went to this person, or empty."""
        key = body.get("client_msg_id")
        if not key or self._world.knobs.honour_key == "none":
            return ""
        at, ref = self._recognised.get((body["touser"], key), (0.0, ""))
        return ref if time.time() - at < RECOGNISED_SECONDS else ""

    def _message(self, body: dict[str, Any]) -> Message:
        text, key = _text(body), str(body.get("client_msg_id", ""))
        reading = read_text(text)
        values = [str(field.get("value", "")) for field in body.get("data", {}).values()]
        code = next((value for value in values if CODE_ALONE.fullmatch(value)), reading.code)
        message = Message(
            ref=str(self._world.new_msgid()),
            channel="wechat",
            address=body["touser"],
            text=text,
            at=time.time(),
            key=key,
            code=code,
            link=str(body.get("url", "")) or reading.link,
            asks=reading.asks,
        )
        if key:
            self._recognised[message.address, key] = (message.at, message.ref)
        return message


def _fits(name: str, field: Any) -> bool:
    kind = FIELD.fullmatch(name)
    value = field.get("value") if isinstance(field, dict) else None
    return bool(kind and value and len(str(value)) <= LIMITS[kind.group(1)])


def _text(body: dict[str, Any]) -> str:
    """What stands on the phone: the fields below each other, or the custom text."""
    data = body.get("data")
    if isinstance(data, dict):
        return "\n".join(str(f.get("value", "")) for f in data.values() if isinstance(f, dict))
    text = body.get("text")
    return str(text.get("content", "")) if isinstance(text, dict) else ""


def error(code: int, detail: str = "") -> Response:
    text = f"{ERRORS[code]} {detail}".strip()
    rid = f"{int(time.time()):x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
    return json_response({"errcode": code, "errmsg": f"{text} rid: {rid}"})


OUTAGE = Response(b"<html><body><h1>500 Internal Server Error</h1></body></html>", 500)
TOO_FAST = error(45011)


def _sent(ref: str) -> Response:
    return Response(f'{{"errcode":0,"errmsg":"ok","msgid":{ref}}}'.encode())
