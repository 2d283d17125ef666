"""A small HTTP/1.1 server for one kind of guest: clients on this machine that send a length.

A framework costs about 100 µs a request, more than everything else here together, and what the
emulator burns is missing to the application it is there to measure. Handlers answer at once with
a Response, or with a coroutine where they must wait.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

MAX_HEAD, MAX_BODY = 32 * 1024, 4 * 1024 * 1024
JSON, HTML = "application/json", "text/html; charset=utf-8"


class Request:
    def __init__(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        self.method, self.target = method, target
        self.raw_path, _, self.raw_query = target.partition("?")
        self.headers, self.body = headers, body

    @cached_property
    def path(self) -> str:
        return unquote(self.raw_path)

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    def header(self, name: str) -> str:
        """`name` in lower case."""
        return self.headers.get(name, "")

    def form(self) -> dict[str, str]:
        text = self.body.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True))

    def json(self) -> Any:
        """None where the body is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(slots=True)
class Response:
    """`reset` cuts the connection instead of answering; `retry_after` is in seconds."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    location: str = ""
    reset: bool = False
    retry_after: int = 0

    def encode(self) -> bytes:
        location = f"Location: {self.location}\r\n" if self.location else ""
        if self.retry_after:
            location += f"Retry-After: {self.retry_after}\r\n"
        return b"%b%d\r\n%b\r\n%b" % (
            _head(self.status, self.content_type),
            len(self.body),
            location.encode("ascii"),
            self.body,
        )


def json_response(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False).encode(), status)


_heads: dict[tuple[int, str], bytes] = {}


def _head(status: int, content_type: str) -> bytes:
    """Up to the length's value."""
    head = _heads.get((status, content_type))
    if head is None:
        text = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {content_type}\r\n"
        head = _heads[status, content_type] = f"{text}Content-Length: ".encode()
    return head


Answer = Response | Coroutine[Any, Any, Response]
Handler = Callable[[Request], Answer]


class Connection(asyncio.Protocol):
    """One client. Requests are answered in their order, one at a time."""

    def __init__(self, handler: Handler, everybody: set["Connection"]) -> None:
        self._handler, self._everybody = handler, everybody
        self._buffer = b""
        self._task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._everybody.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._everybody.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if self._task is None:
            self._work()

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._transport is not None:
            self._transport.close()

    def _work(self) -> None:
        """Answer what has come completely."""
        while self._transport is not None and self._task is None:
            request = self._take()
            if request is None:
                return
            answer = self._handler(request)
            if isinstance(answer, Response):
                self._write(answer)
            else:
                self._task = asyncio.get_running_loop().create_task(self._finish(answer))

    async def _finish(self, answer: Coroutine[Any, Any, Response]) -> None:
        try:
            self._write(await answer)
        finally:
            self._task = None
        self._work()

    def _write(self, response: Response) -> None:
        if self._transport is None:
            return
        if response.reset:
            self._transport.abort()
        else:
            self._transport.write(response.encode())

    def _take(self) -> Request | None:
        """The next whole request in the buffer."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > MAX_HEAD:
                self._turn_away(431)
            return None
        method, target, headers = _read_head(self._buffer[:end])
        length = headers.get("content-length", "0")
        if not length.isdigit() or "transfer-encoding" in headers:
            self._turn_away(411)
            return None
        start, stop = end + 4, end + 4 + int(length)
        if int(length) > MAX_BODY:
            self._turn_away(413)
            return None
        if len(self._buffer) < stop:
            return None
        body, self._buffer = self._buffer[start:stop], self._buffer[stop:]
        return Request(method, target, headers, body)

    def _turn_away(self, status: int) -> None:
        self._write(Response(b"", status))
        self._buffer = b""
        if self._transport is not None:
            self._transport.close()


def _read_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, _, rest = first.partition(" ")
    pairs = (line.partition(":") for line in lines)
    return method, rest.partition(" ")[0], {n.lower(): v.strip() for n, _, v in pairs}


class Server:
    """Listens on the loopback until it is closed."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._everybody: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """The port it listens on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._handler, self._everybody), host, port, backlog=1024
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self._everybody):
            connection.close()
        await asyncio.sleep(0)
