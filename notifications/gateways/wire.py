"""A lean HTTP/1.1 client for hand-over: kept-alive connections, one exchange at a time on each.

A general client costs about 120 µs of processor time a call, more than sealing, claiming and
recording a delivery together; this one costs about a quarter of that. It does only what a gateway
needs: no redirects, no cookies, no proxies, no compression, whole answers. It tells apart what
matters for an alert: nothing was sent, or something was and nobody knows what became of it.
"""

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import TracebackType
from typing import NamedTuple, cast

from yarl import URL

CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 10.0
# Providers close idle connections after a minute or so; ours are given up before.
IDLE_SECONDS = 30.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024
KEPT_HEADS = 64

Fields = dict[bytes, bytes]
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


class Wire:
    """Connections of one event loop, at most `connections` at once. `async with`, or close().

    `refuses` says why no connection may be made to (host, port, by TLS), or nothing. It is the
    last word: whatever a gateway made of its settings, this is where it would go.
    """

    def __init__(
        self, connections: int, *, refuses: Callable[[str, int, bool], str] = lambda *_: ""
    ) -> None:
        self._refuses = refuses
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
            place = (url.raw_host or "", url.port or 0, url.scheme == "https")
            line = self._take(place) or await self._connect(place)
            try:
                answer = await line.ask(self._request(url, headers, body))
            except BaseException:
                line.close()
                raise
            if line.reusable:
                self._idle.setdefault(place, []).append(line)
            else:
                line.close()
            return answer

    async def _connect(self, place: Place) -> "_Line":
        if self._refuses(*place):
            raise NotSentError("refused: mode")
        return await _connect(place)

    def _take(self, place: Place) -> "_Line | None":
        lines = self._idle.get(place)
        while lines:
            line = lines.pop()
            if line.reusable and time.monotonic() - line.idle_since < IDLE_SECONDS:
                return line
            line.close()
        return None

    def _request(self, url: URL, headers: Mapping[str, str], body: bytes | None) -> bytes:
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
                lambda: _Line(loop), host, port, ssl=_trust() if secure else None
            )
    except (OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
        raise NotSentError(type(error).__name__) from None
    return line


class _Line(asyncio.Protocol):
    """One connection. An answer that comes unasked, or is not HTTP, ends it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._waiter: asyncio.Future[Answer] | None = None
        self._until_closed = False
        self._keep = True
        self.idle_since = 0.0

    @property
    def reusable(self) -> bool:
        return self._keep and self._transport is not None

    async def ask(self, request: bytes) -> Answer:
        if self._transport is None:  # closed between taking it and now: nothing has left yet
            raise NotSentError("closed")
        self._waiter = self._loop.create_future()
        late = self._loop.call_later(ANSWER_SECONDS, self._fail, "late")
        self._transport.write(request)
        try:
            return await self._waiter
        finally:
            late.cancel()
            self._waiter = None
            self.idle_since = time.monotonic()

    def close(self) -> None:
        self._keep = False
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._until_closed and exc is None:
            _, status, fields, start = _read_head(self._buffer)
            self._succeed(status, self._buffer[start:], fields)
        self._fail("cut")

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if self._waiter is None or len(self._buffer) > MAX_ANSWER_BYTES:
            self._fail("unasked or too long")
            self.close()
            return
        try:
            self._read()
        except ValueError:
            self._fail("not HTTP")
            self.close()

    def _read(self) -> None:
        """Succeed if the answer is whole. Raises ValueError when it cannot become one."""
        whole, status, fields, start = _read_head(self._buffer)
        if not whole:
            return
        if 100 <= status < 200:
            self._buffer = self._buffer[start:]
            self._read()
            return
        self._keep = b"close" not in fields.get(b"connection", b"").lower()
        body, end = _read_body(self._buffer, start, status, fields)
        if body is not None:
            self._keep = self._keep and end == len(self._buffer)
            self._succeed(status, body, fields)
        else:
            self._until_closed = end < 0

    def _succeed(self, status: int, body: bytes, fields: Fields) -> None:
        self._buffer, self._until_closed = b"", False
        if self._waiter is not None and not self._waiter.done():
            retry_after = fields.get(b"retry-after", b"").decode("latin-1")
            self._waiter.set_result(Answer(status, body, retry_after))

    def _fail(self, why: str) -> None:
        self._keep = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(NoAnswerError(why))


def _read_head(data: bytes) -> tuple[bool, int, Fields, int]:
    """Whether the head is whole, the status, the fields in lower case, where the body starts."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return False, 0, {}, 0
    first, *lines = data[:end].split(b"\r\n")
    if not first.startswith(b"HTTP/1."):
        raise ValueError(first)
    pairs = (line.partition(b":") for line in lines)
    fields = {name.lower(): value.strip() for name, _, value in pairs}
    return True, int(first[9:12]), fields, end + 4


def _read_body(data: bytes, start: int, status: int, fields: Fields) -> tuple[bytes | None, int]:
    """The body and where it ends; None when it is not whole yet, with -1 where only the end of
    the connection will end it."""
    if status in (204, 304):
        return b"", start
    if b"chunked" in fields.get(b"transfer-encoding", b"").lower():
        return _read_chunks(data, start)
    length = fields.get(b"content-length")
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
