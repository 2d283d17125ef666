"""The event loop and the kept-alive connections of one sending process.

Each process that sends has one loop and one session, made at its first window and kept, because
a new connection for each batch would cost more than the messages.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

import uvloop
from django.conf import settings

from notifications.checks import place_problem
from notifications.gateways.base import CallResult, Gateway, Outgoing
from notifications.gateways.wire import Wire

T = TypeVar("T")
# Turns of the loop until a request is written to a connection that is open.
TURNS_TO_LEAVE = 3
# Waits for the results of calls that were launched; they come in the order of the messages.
Landing = Callable[[], list[CallResult]]


class _Caller:
    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = uvloop.new_event_loop()
        self.http: Wire = self.loop.run_until_complete(self._open())

    async def _open(self) -> Wire:
        return Wire(settings.SEND_WINDOW, refuses=place_problem)


_caller: _Caller | None = None


def _the_caller() -> _Caller:
    global _caller
    if _caller is None or _caller.pid != os.getpid():  # a forked child makes its own
        _caller = _Caller()
    return _caller


def run(make: "Coroutine[Any, Any, T]") -> T:
    return _the_caller().loop.run_until_complete(make)


def hand_over(gateway: Gateway, messages: Sequence[Outgoing]) -> list[CallResult]:
    """Call the provider for each message at once; results in the order of the messages."""
    return run(gateway.hand_over_all(_the_caller().http, messages))


def launch(gateway: Gateway, messages: Sequence[Outgoing]) -> Landing:
    """Call the provider for each message and return while they are on their way.

    No thread waits for them: the answers wait in the system's buffers until the loop runs again,
    in a landing or in the next launch. Several may be on their way, and they share the
    connections; together they must not be more than those.
    """
    loop = _the_caller().loop
    flight = loop.create_task(_flown(gateway, messages))
    for _ in range(TURNS_TO_LEAVE):
        loop.run_until_complete(asyncio.sleep(0))
    return partial(loop.run_until_complete, flight)


async def _flown(gateway: Gateway, messages: Sequence[Outgoing]) -> list[CallResult]:
    return await gateway.hand_over_all(session(), messages)


def hand_over_once(gateway: Gateway, messages: Sequence[Outgoing]) -> list[CallResult]:
    """The same by a loop and connections of this one call, for a thread that must not wait for
    another's."""
    return asyncio.run(_hand_over_once(gateway, messages))


async def _hand_over_once(gateway: Gateway, messages: Sequence[Outgoing]) -> list[CallResult]:
    async with Wire(max(1, len(messages)), refuses=place_problem) as http:
        return await gateway.hand_over_all(http, messages)


def session() -> Wire:
    return _the_caller().http
