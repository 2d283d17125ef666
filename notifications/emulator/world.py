"""One emulated world: what providers do with a message, and what people do when it arrives."""

import itertools
import random
import secrets
import time
from functools import partial

from notifications.emulator.ledger import Ledger, Message, channel_of
from notifications.emulator.options import Knobs, Options
from notifications.emulator.people import (
    LATE_ANSWERERS,
    STRANGERS,
    TAPS,
    Temper,
    temper_of,
)
from notifications.emulator.pushes import Pushes
from notifications.emulator.schedule import Schedule

HANDS = 16
# How unreachable addresses are unreachable, as shares of the knob.
ABSENT, UNKNOWN_NUMBER, REFUSED = 0.4, 0.7, 0.85
# Twilio's codes for the first two and the last.
UNDELIVERED = {"absent": "30003", "unknown": "30005", "blocked": "30006"}


class World:
    def __init__(self, options: Options, knobs: Knobs) -> None:
        self.options, self.knobs = options, knobs
        self.ledger = Ledger(options.log)
        self.schedule = Schedule(HANDS)
        self.pushes = Pushes(options, knobs)
        self.dice = random.Random(options.seed)  # noqa: S311 - play, not secrets
        self._run = secrets.token_hex(8)
        self._numbers = itertools.count(1)
        self._msgids = itertools.count(int(time.time()) * 1_000_000_000)
        self._second, self._in_second = 0, 0
        self._next_turn = 0.0
        self._strangers_called = False
        self.url = ""  # where this emulator is reached, once it listens
        # Ticket of a QR code: its scene, and until when it can be scanned.
        self.scenes: dict[str, tuple[str, float]] = {}

    # -- what providers do --------------------------------------------------------

    def new_sid(self) -> str:
        return f"SM{self._run}{next(self._numbers):016x}"

    def new_msgid(self) -> int:
        return next(self._msgids)

    def throttled(self) -> bool:
        """Count this call against the knob's calls in a real second."""
        if not self.knobs.per_second:
            return False
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_second > self.knobs.per_second

    def turn_in(self) -> float:
        """How many real seconds this call stands in line, where the knob lets so many a second
        through: a provider of limited strength that lets its clients wait instead of refusing."""
        if not self.knobs.pace:
            return 0.0
        now = time.monotonic()
        turn = max(now, self._next_turn)
        self._next_turn = turn + 1 / self.knobs.pace
        return turn - now

    def roll(self, share: float) -> bool:
        return share > 0 and self.dice.random() < share

    def reach(self, address: str) -> str:
        """ "" when messages arrive; else absent, unknown, refused (at the call) or blocked."""
        share = self.knobs.unreachable
        luck = temper_of(self.options.seed, address).luck
        if luck >= share:
            return ""
        parts = ((ABSENT, "absent"), (UNKNOWN_NUMBER, "unknown"), (REFUSED, "refused"))
        return next((name for part, name in parts if luck < share * part), "blocked")

    def accept(self, message: Message) -> None:
        """Record it, and let happen later what follows from it."""
        self.ledger.accept(message)
        if not self.roll(self.knobs.lost_receipts):
            delay = self.options.clock.real_seconds(
                self.knobs.receipt_seconds * (0.25 + 1.5 * self.dice.random())
            )
            self.schedule.after(delay, partial(self.send_receipt, message))
            if self.roll(self.knobs.repeated_receipts):
                self.schedule.after(delay * 2, partial(self.send_receipt, message))
        if self.knobs.people and message.asks:
            self._hear(message)

    async def send_receipt(self, message: Message) -> None:
        problem = self.reach(message.address)
        sent = self._sms_receipt if message.channel == "sms" else self._wechat_receipt
        self._tally("receipts", await sent(message, problem))

    async def _sms_receipt(self, message: Message, problem: str) -> bool:
        message.status = "undelivered" if problem else "delivered"
        message.error = UNDELIVERED.get(problem, "")
        if not message.callback:
            return True
        form = {
            "AccountSid": self.options.twilio_account,
            "ApiVersion": "2010-04-01",
            "From": message.sender,
            "MessageSid": message.ref,
            "MessageStatus": message.status,
            "SmsSid": message.ref,
            "SmsStatus": message.status,
            "To": message.address,
        }
        if message.error:
            form["ErrorCode"] = message.error
        return await self.pushes.twilio(message.callback, form)

    async def _wechat_receipt(self, message: Message, problem: str) -> bool:
        status = "success"
        if problem:
            status = "failed:user block" if problem == "blocked" else "failed: system failed"
        message.status = status
        xml = self._xml(
            message.address,
            MsgType="event",
            Event="TEMPLATESENDJOBFINISH",
            MsgID=message.ref,
            Status=status,
        )
        return await self.pushes.wechat(message.address, xml)

    # -- what people do -----------------------------------------------------------

    def _hear(self, message: Message) -> None:
        """Somebody's phone rings. They answer a wave once, whatever copies of it arrive."""
        self._call_strangers()
        if self.reach(message.address):
            return
        phone = self.ledger.phone(message.address)
        wave = message.code or message.text
        if wave in phone.answered:
            return
        phone.answered.add(wave)
        temper = temper_of(self.options.seed, message.address)
        answer = _answer(temper, heard_before=len(phone.answered) > 1)
        if answer:
            delay = self.options.clock.real_seconds(temper.delay_seconds)
            self.schedule.after(delay, partial(self._react, message, temper, answer))

    async def _react(self, message: Message, temper: Temper, answer: str) -> None:
        if message.link and temper.choice and temper.tap < TAPS[message.channel]:
            done = await self.pushes.tap(message.link, temper.choice)
            self._tally("taps", done)
            self.ledger.write(what="tap", address=message.address, choice=temper.choice, taken=done)
            if done:
                self._show(message.address, f"[→ {temper.choice}]", message.code)
                return
        await self.say(message.address, answer, to=message.sender)
        if message.channel == "wechat" and temper.moves < 0.05:
            await self.share_position(message.address, *_somewhere(temper))

    async def say(self, address: str, text: str, *, to: str = "") -> bool:
        """A person writes `text`; whether the application took it."""
        ref = self._show(address, text).ref
        if channel_of(address) == "sms":
            taken = await self.pushes.inbound_sms(self._sms_form(address, text, to, ref))
        else:
            xml = self._xml(address, MsgType="text", Content=text, MsgId=ref)
            taken = await self.pushes.wechat(address, xml)
        self._tally("replies", taken)
        self.ledger.write(what="reply", address=address, text=text, ref=ref, taken=taken)
        return taken

    async def share_position(self, address: str, latitude: float, longitude: float) -> bool:
        ref = self._show(address, f"[{latitude:.4f}, {longitude:.4f}]").ref
        xml = self._xml(
            address,
            MsgType="location",
            Location_X=f"{latitude:.6f}",
            Location_Y=f"{longitude:.6f}",
            Scale="15",
            Label="位置",
            MsgId=ref,
        )
        taken = await self.pushes.wechat(address, xml)
        self._tally("positions", taken)
        return taken

    async def follow(self, address: str, *, follows: bool) -> bool:
        """Somebody begins or ceases to follow the account."""
        self.ledger.phone(address).follows = follows
        event = "subscribe" if follows else "unsubscribe"
        xml = self._xml(address, MsgType="event", Event=event, EventKey="")
        return await self.pushes.wechat(address, xml)

    async def scan(self, address: str, ticket: str) -> bool:
        """Somebody scans a QR code: who did not follow the account does so by it. False for one
        that WeChat does not know any more, too."""
        scene, until = self.scenes.get(ticket, ("", 0.0))
        if time.time() >= until:
            return False
        known = address in self.ledger.phones and self.ledger.phone(address).follows
        self.ledger.phone(address).follows = True
        event, key = ("SCAN", scene) if known else ("subscribe", f"qrscene_{scene}")
        xml = self._xml(address, MsgType="event", Event=event, EventKey=key, Ticket=ticket)
        taken = await self.pushes.wechat(address, xml)
        self._tally("scans", taken)
        self.ledger.write(what="scan", address=address, event=event, taken=taken)
        return taken

    def _call_strangers(self) -> None:
        """Once: some people nobody wrote to have heard of it and write by themselves."""
        if self._strangers_called:
            return
        self._strangers_called = True
        for number in range(self.knobs.strangers):
            address = f"+67855{50_000 + number * 137}"
            text = STRANGERS[number % len(STRANGERS)]
            delay = self.options.clock.real_seconds(300 + 240 * number)
            self.schedule.after(delay, partial(self._stranger_writes, address, text))

    async def _stranger_writes(self, address: str, text: str) -> None:
        self.ledger.counts["strangers"] += 1
        await self.say(address, text)

    # -- small parts ----------------------------------------------------------------

    def stats(self) -> dict[str, object]:
        counts: dict[str, object] = dict(self.ledger.counts)
        return {
            "accepted": {name: self.ledger.counts[name] for name in ("sms", "wechat")},
            **{name: n for name, n in counts.items() if name not in ("sms", "wechat")},
            "phones": len(self.ledger.phones),
            "pending": self.schedule.pending,
        }

    async def close(self) -> None:
        await self.pushes.close()
        self.ledger.close()

    def _tally(self, what: str, taken: bool) -> None:
        self.ledger.counts[what if taken else f"{what}_failed"] += 1

    def _show(self, address: str, text: str, code: str = "") -> Message:
        channel = channel_of(address)
        ref = self.new_sid() if channel == "sms" else str(self.new_msgid())
        shown = Message(ref, channel, address, text, time.time(), code=code, inbound=True)
        self.ledger.phone(address).messages.append(shown)
        if channel == "sms":
            self.ledger.by_ref[ref] = shown
        return shown

    def _sms_form(self, address: str, text: str, to: str, ref: str) -> dict[str, str]:
        return {
            "AccountSid": self.options.twilio_account,
            "ApiVersion": "2010-04-01",
            "Body": text,
            "From": address,
            "MessageSid": ref,
            "NumMedia": "0",
            "NumSegments": str(max(1, -(-len(text) // 70))),
            "SmsMessageSid": ref,
            "SmsSid": ref,
            "SmsStatus": "received",
            "To": to or self.options.twilio_sender,
        }

    def _xml(self, openid: str, **fields: str) -> str:
        created = str(int(self.options.clock.now()))
        return xml_of(ToUserName="gh_emulator", FromUserName=openid, CreateTime=created, **fields)


def xml_of(**fields: str) -> str:
    """WeChat's flat XML. A CDATA section cannot hold its own end, so that is split in two."""
    parts = [
        f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
        for name, value in fields.items()
    ]
    return f"<xml>{''.join(parts)}</xml>"


def _answer(temper: Temper, *, heard_before: bool) -> str:
    if not heard_before:
        return temper.answer
    # Who was silent may answer a reminder; who answered rarely does so again.
    if temper.late >= LATE_ANSWERERS:
        return ""
    return temper.answer or "1"


def _somewhere(temper: Temper) -> tuple[float, float]:
    """A position a little way off the centre of Port Vila."""
    return -17.74 + 0.04 * (temper.late - 0.5), 168.31 + 0.04 * (temper.tap - 0.5)
