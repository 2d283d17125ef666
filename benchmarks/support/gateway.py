"""An instant gateway: takes every Twilio message at once, and counts them by address.

    python -m benchmarks.support.gateway --port 9000 --account AC123 [--latency-ms 50]
    … --receipts 50: push a receipt for each message, over as many connections; the token that
    signs them stands in GUIHANG_TWILIO_TOKEN

A whole HTTP/1.1 server would cost more than what it is there to measure. This one serves clients
that send a length and wait for the answer, and keeps their connections. `GET /count` tells what
was accepted since the last `POST /forget`; `marked` are the numbers that begin with MARKED.
"""

import argparse
import asyncio
import itertools
import json
import os
import time
from collections import Counter
from typing import Any, cast

import uvloop

from benchmarks.support.pusher import Pusher
from config.kernel.processes import die_with_parent

SERIAL = itertools.count(1)
# Numbers that are counted by themselves as well, as a form writes them.
MARKED = b"%2B86139"


class Ledger:
    """What was accepted. Times are seconds since the epoch."""

    def __init__(self, pusher: Pusher | None = None) -> None:
        self.pusher = pusher
        self.forget()

    def forget(self) -> None:
        self.by_address: Counter[bytes] = Counter()
        self.accepted = 0
        self.first_at = self.last_at = 0.0
        self.marked = 0
        self.marked_first_at = self.marked_last_at = 0.0

    def take(self, form: bytes) -> bytes:
        """Accept one message; returns its sid, different for each."""
        address = _field(form, b"To")
        self.last_at = time.time()
        self.first_at = self.first_at or self.last_at
        self.by_address[address] += 1
        self.accepted += 1
        if address.startswith(MARKED):
            self.marked += 1
            self.marked_last_at = self.last_at
            self.marked_first_at = self.marked_first_at or self.last_at
        sid = b"SM%032x" % next(SERIAL)
        if self.pusher is not None:
            self.pusher.add(_field(form, b"StatusCallback"), sid, address)
        return sid

    def count(self) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "addresses": len(self.by_address),
            "first_at": self.first_at,
            "last_at": self.last_at,
            "marked": self.marked,
            "marked_first_at": self.marked_first_at,
            "marked_last_at": self.marked_last_at,
            **(self.pusher.count() if self.pusher is not None else {}),
        }


class Connection(asyncio.Protocol):
    """One guest. Only messages of our own account count: others may have the wrong port."""

    def __init__(self, ledger: Ledger, account: str, latency_s: float) -> None:
        self.ledger, self.latency_s = ledger, latency_s
        self.messages = f"/2010-04-01/Accounts/{account}/Messages.json".encode()
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            stop = end + 4 + _length(head)
            if len(self.buffer) < stop:
                return
            body, self.buffer = self.buffer[end + 4 : stop], self.buffer[stop:]
            self.give(self.answer(head.partition(b"\r\n")[0], body))

    def give(self, answer: bytes) -> None:
        if self.latency_s:
            loop = asyncio.get_running_loop()
            loop.call_later(self.latency_s, self.transport.write, answer)
        else:
            self.transport.write(answer)

    def answer(self, request: bytes, body: bytes) -> bytes:
        method, path, _ = request.split(b" ", 2)
        if method == b"POST" and path == self.messages:
            sid = self.ledger.take(body)
            return _response(b"201 Created", b'{"sid": "%b", "status": "queued"}' % sid)
        if path == b"/forget":
            self.ledger.forget()
        elif path != b"/count":
            return _response(b"404 Not Found", b"{}")
        return _response(b"200 OK", json.dumps(self.ledger.count()).encode())


def _length(head: bytes) -> int:
    start = head.lower().find(b"\r\ncontent-length:")
    return int(head[start + 17 :].partition(b"\r\n")[0]) if start >= 0 else 0


def _field(form: bytes, name: bytes) -> bytes:
    """A field as it was encoded: equal for equal addresses, and that is all we need."""
    return (b"&" + form).partition(b"&" + name + b"=")[2].partition(b"&")[0]


def _response(status: bytes, body: bytes) -> bytes:
    return (
        b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        % (status, len(body), body)
    )  # fmt: skip


async def serve(port: int, account: str, latency_s: float, receipts: int) -> None:
    token = os.environ.get("GUIHANG_TWILIO_TOKEN", "")
    ledger = Ledger(Pusher(token, receipts) if receipts else None)
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(ledger, account, latency_s), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--account", required=True)
    parser.add_argument("--latency-ms", type=float, default=0.0, help="before each answer")
    parser.add_argument("--receipts", type=int, default=0, help="connections that push them")
    arguments = parser.parse_args()
    die_with_parent()
    latency_s = arguments.latency_ms / 1000
    uvloop.run(serve(arguments.port, arguments.account, latency_s, arguments.receipts))


if __name__ == "__main__":
    main()
