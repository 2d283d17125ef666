"""What was accepted, refused and answered: the append-only record, the phones and the counts.

The record is the oracle for duplicates and losses: one JSON line for each event, written to the
file before the answer leaves, so that it survives whoever dies.
"""

import json
import os
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

CODE_IN_TEXT = re.compile(r"(?:核验码|[Cc]ode[: ])\s*([A-Z0-9]{6})")
CODE_ALONE = re.compile(r"[A-Z0-9]{6}")
LINK = re.compile(r"https?://\S+/c/[\w~.\-]+/?")
ASKS = ("回复", "回覆", "Reply ", "reply ")


@dataclass(slots=True)
class Message:
    """One message as the provider keeps it. `at` is real seconds since 1970."""

    ref: str
    channel: str
    address: str
    text: str
    at: float
    sender: str = ""
    key: str = ""
    code: str = ""
    link: str = ""
    callback: str = ""
    status: str = "queued"
    error: str = ""
    inbound: bool = False
    asks: bool = False


@dataclass(slots=True)
class Phone:
    address: str
    messages: list[Message] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    follows: bool = True

    @property
    def channel(self) -> str:
        return channel_of(self.address)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text holds for the people: its wave code, whether it asks, a link to tap."""

    code: str
    asks: bool
    link: str


def channel_of(address: str) -> str:
    return "sms" if address.startswith("+") else "wechat"


@lru_cache(maxsize=4096)
def read_text(text: str) -> Reading:
    codes = CODE_IN_TEXT.findall(text)
    link = LINK.search(text)
    asks = any(word in text for word in ASKS)
    return Reading(codes[-1] if codes else "", asks, link.group() if link else "")


@lru_cache(maxsize=4096)
def quoted(text: str) -> str:
    """`text` as a JSON string."""
    return json.dumps(text, ensure_ascii=False)


class Ledger:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.phones: dict[str, Phone] = {}
        self.by_ref: dict[str, Message] = {}
        self.counts: Counter[str] = Counter()
        self._seen: set[tuple[str, str]] = set()

    def phone(self, address: str) -> Phone:
        phone = self.phones.get(address)
        if phone is None:
            phone = self.phones[address] = Phone(address)
        return phone

    def accept(self, message: Message) -> None:
        """Record an acceptance; a second one of the same wave and address is marked."""
        mark = (message.code or message.text, message.address)
        again = mark in self._seen
        self._seen.add(mark)
        self.counts[message.channel] += 1
        self.counts["duplicates"] += again
        self.by_ref[message.ref] = message
        self.phone(message.address).messages.append(message)
        os.write(
            self._file,
            f'{{"t":{message.at:.3f},"what":"accepted","channel":"{message.channel}",'
            f'"to":{json.dumps(message.address)},"text":{quoted(message.text)},'
            f'"key":{json.dumps(message.key)},"ref":"{message.ref}","code":"{message.code}",'
            f'"from":{quoted(message.sender)},'
            f'"dup":{"true" if again else "false"}}}\n'.encode(),
        )

    def refuse(self, *, channel: str, address: str, text: str, key: str, error: int) -> None:
        """Record a refusal for good (an outage or a throttled call leaves no line)."""
        self.counts["refused"] += 1
        self.write(
            what="refused",
            channel=channel,
            to=address,
            text=text,
            key=key,
            code=read_text(text).code,
            error=error,
        )

    def write(self, **line: object) -> None:
        record = {"t": round(time.time(), 3), **line}
        os.write(self._file, (json.dumps(record, ensure_ascii=False) + "\n").encode())

    def close(self) -> None:
        os.fsync(self._file)
        os.close(self._file)
