"""Twilio's Messages resource, API 2010-04-01: create, list, fetch."""

import base64
import json
import re
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from notifications.emulator import meddle
from notifications.emulator.http import Answer, Request, Response
from notifications.emulator.ledger import Message, quoted, read_text
from notifications.emulator.world import World

E164 = re.compile(r"\+[1-9]\d{6,14}")
GSM7 = re.compile(
    r"[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\\[~\]|€]*"
)
MESSAGES = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    21211: "The 'To' number %s is not a valid phone number.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The From phone number %s is not a valid, SMS-capable inbound phone number.",
    21610: "Attempt to send to unsubscribed recipient",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


class TwilioApi:
    def __init__(self, world: World) -> None:
        self._world = world
        options = world.options
        self.root = f"/2010-04-01/Accounts/{options.twilio_account}/Messages"
        basic = base64.b64encode(f"{options.twilio_account}:{options.twilio_token}".encode())
        self._authorization = f"Basic {basic.decode()}"

    def handle(self, request: Request) -> Answer:
        if request.header("authorization") != self._authorization:
            return error(20003, 401)
        if request.path == f"{self.root}.json":
            if request.method == "POST":
                return self._create(request)
            return self._list(request)
        sid = request.path.removeprefix(f"{self.root}/").removesuffix(".json")
        message = self._world.ledger.by_ref.get(sid)
        if message is None:
            return error(20404, 404)
        return Response(self._resource(message))

    def _create(self, request: Request) -> Answer:
        form = read_form(request.body.decode("ascii", "replace"))
        if self._world.knobs.calm():
            return self._accept(form)[0]
        return self._create_on_a_bad_day(form)

    async def _create_on_a_bad_day(self, form: dict[str, str]) -> Response:
        bad = await meddle.before(self._world, outage=OUTAGE, throttled=TOO_FAST)
        if bad:
            return bad
        answer, message = self._accept(form)
        return await meddle.after(self._world, message, answer) if message else answer

    def _accept(self, form: dict[str, str]) -> tuple[Response, Message | None]:
        """The answer, and the message if it was accepted now."""
        if code := self._problem(form):
            return self._refuse(form, code), None
        if self._world.knobs.honour_key == "all" and (known := self._known(form)):
            self._world.ledger.counts["recognised"] += 1
            return Response(self._resource(known), 201), None
        message = self._message(form)
        self._world.accept(message)
        return Response(self._resource(message), 201), message

    def _problem(self, form: dict[str, str]) -> int:
        """The code for which this message is refused, or 0."""
        address, body = form.get("To", ""), form.get("Body", "")
        sender = form.get("From") or form.get("MessagingServiceSid", "")
        if not address:
            return 21604
        if not E164.fullmatch(address):
            return 21211
        if not sender:
            return 21603
        if self._world.options.twilio_senders and sender not in self._world.options.twilio_senders:
            return 21606
        if not body:
            return 21602
        if len(body) > 1600:
            return 21617
        return self._refusal(address)

    def _refusal(self, address: str) -> int:
        if self._world.roll(self._world.knobs.refused):
            return 21211
        return 21610 if self._world.reach(address) == "refused" else 0

    def _refuse(self, form: dict[str, str], code: int) -> Response:
        self._world.ledger.refuse(
            channel="sms",
            address=form.get("To", ""),
            text=form.get("Body", ""),
            key=_key(form),
            error=code,
        )
        named = form.get("From" if code == 21606 else "To", "")
        return error(code, 400, named)

    def _known(self, form: dict[str, str]) -> Message | None:
        """Something Twilio does not do: take the key in the callback address for ours."""
        key, phone = _key(form), self._world.ledger.phones.get(form["To"])
        if not key or phone is None:
            return None
        return next((message for message in phone.messages if message.key == key), None)

    def _message(self, form: dict[str, str]) -> Message:
        text = form["Body"]
        reading = read_text(text)
        return Message(
            ref=self._world.new_sid(),
            channel="sms",
            address=form["To"],
            text=text,
            at=time.time(),
            sender=form.get("From") or form["MessagingServiceSid"],
            key=_key(form),
            code=reading.code,
            link=reading.link,
            callback=form.get("StatusCallback", ""),
            asks=reading.asks,
        )

    def _list(self, request: Request) -> Response:
        asked = request.query
        size = max(1, min(int(asked.get("PageSize", "50")), 1000))
        page = int(asked.get("Page", "0"))
        found = [
            m for m in self._candidates(asked.get("To"), asked.get("From")) if _in_days(m, asked)
        ]
        found.sort(key=lambda message: -message.at)
        shown = found[page * size : (page + 1) * size]
        more = f"{self.root}.json?PageSize={size}&Page={page + 1}"
        listing = {
            "messages": [json.loads(self._resource(message)) for message in shown],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(0, len(shown) - 1),
            "uri": request.target,
            "first_page_uri": f"{self.root}.json?PageSize={size}&Page=0",
            "previous_page_uri": None,
            "next_page_uri": more if len(found) > (page + 1) * size else None,
        }
        return Response(json.dumps(listing, ensure_ascii=False).encode())

    def _candidates(self, to: str | None, sender: str | None) -> list[Message]:
        """Outbound messages by receiver; inbound ones by sender."""
        phones = self._world.ledger.phones
        if to in phones:
            return [m for m in phones[to].messages if not m.inbound]
        if sender in phones:
            return [m for m in phones[sender].messages if m.inbound]
        if to and to != self._world.options.twilio_sender:
            return []
        return [m for m in self._world.ledger.by_ref.values() if m.channel == "sms"]

    def _resource(self, message: Message) -> bytes:
        """The message as Twilio shows it. Written out by hand: it leaves 100,000 times."""
        sid, account, own = message.ref, self._world.options.twilio_account, message.sender
        sender, receiver = own, message.address
        if message.inbound:
            sender, receiver = message.address, self._world.options.twilio_sender
        date = _date(int(message.at))
        sent = f'"{date}"' if message.status != "queued" else "null"
        return (
            f'{{"account_sid":"{account}","api_version":"2010-04-01",'
            f'"body":{quoted(message.text)},"date_created":"{date}","date_sent":{sent},'
            f'"date_updated":"{date}",'
            f'"direction":"{"inbound" if message.inbound else "outbound-api"}",'
            f'"error_code":{message.error or "null"},"error_message":null,"from":"{sender}",'
            f'"messaging_service_sid":{quoted(own) if own.startswith("MG") else "null"},'
            f'"num_media":"0","num_segments":"{segments(message.text)}","price":null,'
            f'"price_unit":"USD","sid":"{sid}","status":"{message.status}",'
            f'"subresource_uris":{{"media":"{self.root}/{sid}/Media.json"}},'
            f'"to":"{receiver}","uri":"{self.root}/{sid}.json"}}'
        ).encode()


def error(code: int, status: int, named: str = "") -> Response:
    return Response(_error_body(code, status, named), status)


def _error_body(code: int, status: int, named: str = "") -> bytes:
    text = MESSAGES[code]
    body: dict[str, Any] = {
        "code": code,
        "message": text % named if "%s" in text else text,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return json.dumps(body, ensure_ascii=False).encode()


OUTAGE = error(20500, 500)
TOO_FAST = error(20429, 429)


def read_form(body: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in body.split("&") if pair)
    return {_unquoted(name): _unquoted(value) for name, _, value in pairs}


_unquoted = lru_cache(maxsize=4096)(unquote_plus)


@lru_cache(maxsize=4096)
def segments(text: str) -> int:
    """GSM-7 160/153, else UCS-2 70/67."""
    single, joined = (160, 153) if GSM7.fullmatch(text) else (70, 67)
    return 1 if len(text) <= single else -(-len(text) // joined)


@lru_cache(maxsize=64)
def _date(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC))


def _key(form: dict[str, str]) -> str:
    """The application's own key, which rides in the callback address."""
    return unquote_plus(form.get("StatusCallback", "").partition("?key=")[2])


def _in_days(message: Message, asked: Any) -> bool:
    """DateSent, DateSent< and DateSent> are days in UTC, their ends included."""
    day = datetime.fromtimestamp(message.at, UTC).strftime("%Y-%m-%d")
    same, last, first = (asked.get(f"DateSent{sign}", "")[:10] for sign in ("", "<", ">"))
    return (not same or day == same) and (not last or day <= last) and (not first or day >= first)
