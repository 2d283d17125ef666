"""A lean HTTP/1.1 client for hand-over: kept-alive connections, one exchange at a time on each.

A general client costs about 120 µs of processor time a call, more than sealing, claiming and
recording a delivery together; this one costs about a quarter of that. It does only what a gateway
needs: no redirects, no cookies, no proxies, no compression, whole answers. It tells apart what
matters for an alert: nothing was sent, or something was and nobody knows what became of it.
A whole window goes out without a task or a timer for each message.
"""

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import NamedTuple, cast

from yarl import URL

CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 10.0
# Providers close idle connections after a minute or so; ours are given up before.
IDLE_SECONDS = 30.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024
KEPT_HEADS = 64

Place = tuple[str, int, bool]


class Answer(NamedTuple):
    """`retry_after` as it came, or empty."""

    status: int
    body: bytes
    retry_after: str = ""


class WireError(Exception):
    """The exchange came to nothing."""


class NotSentError(WireError):
    """No byte of the request left: no connection, no name, no trusted certificate."""


class NoAnswerError(WireError):
    """It was sent, and no whole answer came: cut, late, or not HTTP."""


@dataclass(slots=True)
class Request:
    """POST `body`, or GET without one. The same `headers` object for all that share them."""

    url: URL
    headers: Mapping[str, str]
    body: bytes | None = None


Came = Answer | WireError
Taker = Callable[[Came], None]


class Wire:
    """Connections of one event loop, at most `connections` at once. `async with`, or close().

    `refuses` says why no connection may be made to (host, port, by TLS), or nothing. It is the
    last word: whatever a gateway made of its settings, this is where it would go.
    """

    def __init__(
        self, connections: int, *, refuses: Callable[[str, int, bool], str] = lambda *_: ""
    ) -> None:
        self._refuses = refuses
        self.connections = connections
        self._free = asyncio.Semaphore(connections)
        self._idle: dict[Place, list[_Line]] = {}
        self._heads: dict[tuple[URL, int], tuple[Mapping[str, str], bytes]] = {}

    async def __aenter__(self) -> "Wire":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        for line in [line for lines in self._idle.values() for line in lines]:
            line.close()
        self._idle.clear()
        await asyncio.sleep(0)

    async def exchange(
        self, url: URL, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """POST `body`, or GET without one; status and whole body. Raises WireError."""
        async with self._free:
            (came,) = await self.exchange_all([Request(url, headers, body)])
        if isinstance(came, WireError):
            raise came
        return came

    async def exchange_all(self, requests: Sequence[Request]) -> list[Came]:
        """All of them, as many at once as there may be connections; what each came to, in their
        order. Rounds that overlap must not hold more requests together than that."""
        return await _Round(self, requests).done if requests else []

    async def connect(self, place: Place) -> "_Line":
        """A new connection. Raises NotSentError."""
        if self._refuses(*place):
            raise NotSentError("refused: mode")
        return await _connect(place)

    def keep(self, place: Place, line: "_Line") -> None:
        """Take a line back that nobody uses any more."""
        if line.reusable:
            self._idle.setdefault(place, []).append(line)
        else:
            line.close()

    def take(self, place: Place) -> "_Line | None":
        """A connection that is open already, if there is one."""
        lines = self._idle.get(place)
        while lines:
            line = lines.pop()
            if line.reusable and time.monotonic() - line.idle_since < IDLE_SECONDS:
                return line
            line.close()
        return None

    def written(self, request: Request) -> bytes:
        """The request as it goes over the wire."""
        url, headers, body = request.url, request.headers, request.body
        if body is None:
            return _head("GET", url, headers) + b"\r\n"
        # The same address and headers come back with every message of a wave.
        kept = self._heads.get((url, id(headers)))
        if kept is None or kept[0] is not headers:
            if len(self._heads) >= KEPT_HEADS:
                self._heads.clear()
            kept = (headers, _head("POST", url, headers) + b"Content-Length: ")
            self._heads[url, id(headers)] = kept
        return b"%b%d\r\n\r\n%b" % (kept[1], len(body), body)


class _Round:
    """Some requests on their way. Each lane is one connection at a time, which takes the next
    request as soon as its answer is there."""

    def __init__(self, wire: Wire, requests: Sequence[Request]) -> None:
        self._wire, self._requests = wire, requests
        self._loop = asyncio.get_running_loop()
        self._came: list[Came | None] = [None] * len(requests)
        self._waiting = iter(range(len(requests)))
        self._open = len(requests)
        self._called: dict[int, tuple[_Line, float]] = {}
        self._connecting: set[asyncio.Task[None]] = set()
        self.done: asyncio.Future[list[Came]] = self._loop.create_future()
        self._late = self._loop.call_later(ANSWER_SECONDS, self._end_late)
        for _ in range(min(len(requests), wire.connections)):
            self._next()

    def _next(self, line: "_Line | None" = None, place: Place | None = None) -> None:
        """Send what waits, on `line` if it may be used again and leads there."""
        number = next(self._waiting, None)
        wanted = _place(self._requests[number].url) if number is not None else None
        if line is not None and place is not None and (place != wanted or not line.reusable):
            self._wire.keep(place, line)
            line = None
        if number is None or wanted is None:
            return
        line = line or self._wire.take(wanted)
        if line is not None:
            self._ask(number, wanted, line)
            return
        task = self._loop.create_task(self._connect_and_ask(number, wanted))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect_and_ask(self, number: int, place: Place) -> None:
        try:
            line = await self._wire.connect(place)
        except WireError as error:
            self._settle(number, error)
            self._next()
        else:
            self._ask(number, place, line)

    def _ask(self, number: int, place: Place, line: "_Line") -> None:
        def take(came: Came) -> None:
            self._called.pop(number, None)
            self._next(line, place)
            self._settle(number, came)

        self._called[number] = line, self._loop.time() + ANSWER_SECONDS
        line.ask(self._wire.written(self._requests[number]), take)

    def _settle(self, number: int, came: Came) -> None:
        self._came[number] = came
        self._open -= 1
        if not self._open:
            self._late.cancel()
            if not self.done.done():
                self.done.set_result(cast(list[Came], self._came))

    def _end_late(self) -> None:
        """Give up the answers that are late, and look again when the next may be."""
        now = self._loop.time()
        for line, until in list(self._called.values()):
            if until <= now:
                line.give_up("late")
        if self._open:
            until = min((until for _, until in self._called.values()), default=now + ANSWER_SECONDS)
            self._late = self._loop.call_at(until, self._end_late)


def _place(url: URL) -> Place:
    return url.raw_host or "", url.port or 0, url.scheme == "https"


def _head(method: str, url: URL, headers: Mapping[str, str]) -> bytes:
    fields = {"Host": url.host_port_subcomponent or "", **headers}
    if any("\r" in value or "\n" in value for value in fields.values()):
        raise ValueError("a header holds a line break")
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {url.raw_path_qs} HTTP/1.1\r\n{lines}".encode("latin-1")


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


async def _connect(place: Place) -> "_Line":
    host, port, secure = place
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, line = await loop.create_connection(
                _Line, host, port, ssl=_trust() if secure else None
            )
    except (OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
        raise NotSentError(type(error).__name__) from None
    return line


class _Line(asyncio.Protocol):
    """One connection. An answer that comes unasked, or is not HTTP, ends it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._taker: Taker | None = None
        self._until_closed = False
        self._keep = True
        self.idle_since = 0.0

    @property
    def reusable(self) -> bool:
        return self._keep and self._transport is not None

    def ask(self, request: bytes, taker: Taker) -> None:
        """Send; `taker` is called once, with the answer or what went wrong."""
        if self._transport is None:  # closed between taking it and now: nothing has left yet
            taker(NotSentError("closed"))
            return
        self._taker = taker
        self._transport.write(request)

    def give_up(self, why: str) -> None:
        """End it; whoever waits has no answer."""
        self.close()
        self._end(NoAnswerError(why))

    def close(self) -> None:
        self._keep = False
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport, self._keep = None, False
        if self._until_closed and exc is None:
            _, status, head, start = _read_head(self._buffer)
            self._end(_answer(status, self._buffer[start:], head))
        self._end(NoAnswerError("cut"))

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if self._taker is None or len(self._buffer) > MAX_ANSWER_BYTES:
            self.give_up("unasked or too long")
            return
        try:
            self._read()
        except ValueError:
            self.give_up("not HTTP")

    def _read(self) -> None:
        """Hand the answer over if it is whole. Raises ValueError when it cannot become one."""
        whole, status, head, start = _read_head(self._buffer)
        if not whole:
            return
        if 100 <= status < 200:
            self._buffer = self._buffer[start:]
            self._read()
            return
        self._keep = b"close" not in (_field(head, b"connection") or b"")
        body, end = _read_body(self._buffer, start, status, head)
        if body is not None:
            self._keep = self._keep and end == len(self._buffer)
            self._end(_answer(status, body, head))
        else:
            self._until_closed = end < 0

    def _end(self, came: Came) -> None:
        taker, self._taker = self._taker, None
        self._buffer, self._until_closed = b"", False
        if taker is not None:
            self.idle_since = time.monotonic()
            taker(came)


def _answer(status: int, body: bytes, head: bytes) -> Answer:
    if status < 300:
        return Answer(status, body)
    return Answer(status, body, (_field(head, b"retry-after") or b"").decode("latin-1"))


def _read_head(data: bytes) -> tuple[bool, int, bytes, int]:
    """Whether the head is whole, the status, the fields in lower case, where the body starts."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return False, 0, b"", 0
    if not data.startswith(b"HTTP/1."):
        raise ValueError(data[:9])
    head = data[:end].lower()
    return True, int(head[9:12]), head, end + 4


def _field(head: bytes, name: bytes) -> bytes | None:
    """What a field of the head says, in lower case."""
    _, found, rest = head.partition(b"\r\n" + name + b":")
    return rest.partition(b"\r\n")[0].strip() if found else None


def _read_body(data: bytes, start: int, status: int, head: bytes) -> tuple[bytes | None, int]:
    """The body and where it ends; None when it is not whole yet, with -1 where only the end of
    the connection will end it."""
    if status in (204, 304):
        return b"", start
    if b"chunked" in (_field(head, b"transfer-encoding") or b""):
        return _read_chunks(data, start)
    length = _field(head, b"content-length")
    if length is None:
        return None, -1
    end = start + int(length)
    return (data[start:end], end) if len(data) >= end else (None, 0)


def _read_chunks(data: bytes, at: int) -> tuple[bytes | None, int]:
    parts: list[bytes] = []
    while (line := data.find(b"\r\n", at)) >= 0:
        size = int(data[at:line].partition(b";")[0], 16)
        if size == 0:
            end = line if data[line : line + 4] == b"\r\n\r\n" else data.find(b"\r\n\r\n", line)
            return (b"".join(parts), end + 4) if end >= 0 else (None, 0)
        at = line + 2 + size + 2
        if len(data) < at:
            return None, 0
        parts.append(data[line + 2 : at - 2])
    return None, 0
