"""Run a gateway's calls in a test: one loop and one wire, closed at the end."""

import asyncio
from collections.abc import Sequence

from notifications.gateways.base import CallResult, Gateway, Outgoing
from notifications.gateways.wire import Answer, Request, Wire


def hand_over(gateway: Gateway, *messages: Outgoing) -> list[CallResult]:
    """Results in the order of the messages."""

    async def run() -> Sequence[CallResult]:
        async with Wire(8) as http:
            return await asyncio.gather(*(gateway.hand_over(http, m) for m in messages))

    return list(asyncio.run(run()))


class Says:
    """In the place of a wire: one answer to everything."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    async def exchange_all(self, requests: Sequence[Request]) -> list[Answer]:
        return [self.answer] * len(requests)


def hear(gateway: Gateway, answer: Answer) -> CallResult:
    """What the gateway makes of this answer to a call."""
    call = gateway.hand_over(Says(answer), Outgoing("key", "+8613800138000", "text"))  # type: ignore[arg-type]
    return asyncio.run(call)


def ask(gateway: Gateway, **question: object) -> CallResult | None:
    async def run() -> CallResult | None:
        async with Wire(2) as http:
            return await gateway.ask(http, **question)  # type: ignore[arg-type]

    return asyncio.run(run())
