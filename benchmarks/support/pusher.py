"""Receipts that the gateway pushes while messages are still coming: one for each, «delivered».

Signed as Twilio signs, to the callback address that came with the message, over kept connections.
What is not answered with 200 is pushed again, as a provider would; nothing is ever given up.
"""

import asyncio
import base64
import hmac
import time
from collections import deque
from typing import Any, NamedTuple, cast
from urllib.parse import unquote_plus, urlsplit

from benchmarks.support.load import length_of

AGAIN_S = 0.2


class Push(NamedTuple):
    callback: str
    sid: str
    to: str


class Pusher:
    """What waits to be pushed, and what was taken. Times are seconds since the epoch."""

    def __init__(self, token: str, connections: int) -> None:
        self.token, self.connections = token.encode(), connections
        self.waiting: deque[Push] = deque()
        self.idle: set[Line] = set()
        self.lines = 0
        self.pushed = self.refused = 0
        self.last_at = 0.0

    def add(self, callback: bytes, sid: bytes, to: bytes) -> None:
        """One receipt; `callback` and `to` as the form wrote them."""
        push = Push(unquote_plus(callback.decode()), sid.decode(), unquote_plus(to.decode()))
        self.waiting.append(push)
        if self.idle:
            self.idle.pop().push_next()
        elif self.lines < self.connections:
            self.open_line()

    def open_line(self) -> None:
        self.lines += 1
        asyncio.get_running_loop().create_task(self._open())

    async def _open(self) -> None:
        try:
            if self.waiting:
                place = urlsplit(self.waiting[0].callback)
                await asyncio.get_running_loop().create_connection(
                    lambda: Line(self), place.hostname or "", place.port or 80
                )
                return
        except OSError:
            await asyncio.sleep(AGAIN_S)
        self.lines -= 1
        if self.waiting:
            self.open_line()

    def request(self, push: Push) -> bytes:
        place = urlsplit(push.callback)
        signed = (
            f"{push.callback}MessageSid{push.sid}MessageStatusdeliveredSmsSid{push.sid}"
            f"SmsStatusdeliveredTo{push.to}"
        )
        signature = base64.b64encode(hmac.digest(self.token, signed.encode(), "sha1")).decode()
        body = (
            f"SmsSid={push.sid}&SmsStatus=delivered&MessageStatus=delivered"
            f"&To=%2B{push.to.removeprefix('+')}&MessageSid={push.sid}"
        )
        return (
            f"POST {place.path}?{place.query} HTTP/1.1\r\nHost: {place.netloc}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def count(self) -> dict[str, Any]:
        return {
            "receipts_pushed": self.pushed,
            "receipts_refused": self.refused,
            "receipts_last_at": self.last_at,
        }


class Line(asyncio.Protocol):
    """One connection: a receipt at a time."""

    def __init__(self, pusher: Pusher) -> None:
        self.pusher, self.buffer = pusher, b""
        self.push: Push | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.push_next()

    def push_next(self) -> None:
        if not self.pusher.waiting:
            self.push = None
            self.pusher.idle.add(self)
            return
        self.push = self.pusher.waiting.popleft()
        self.transport.write(self.pusher.request(self.push))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < length_of(head):
            return
        self.buffer = b""
        if head[9:12] == b"200":
            self.pusher.pushed += 1
            self.pusher.last_at = time.time()
        elif self.push is not None:
            self.pusher.refused += 1
            self.pusher.waiting.append(self.push)
        self.push = None
        if b"\r\nconnection: close" in head.lower():
            self.transport.close()
        else:
            self.push_next()

    def connection_lost(self, error: Exception | None) -> None:
        """The server ends a connection now and then; what had no answer is pushed again."""
        self.pusher.idle.discard(self)
        self.pusher.lines -= 1
        if self.push is not None:
            self.pusher.waiting.append(self.push)
        if self.pusher.waiting:
            self.pusher.open_line()
