"""The bad days of a provider, as the knobs have them."""

import asyncio

from aiohttp import web

from notifications.emulator.ledger import Message
from notifications.emulator.world import World

HANG_SECONDS = 30


async def before(world: World, outage: bytes, throttled: tuple[int, bytes]) -> web.Response | None:
    """What stands between a call and its acceptance; None when nothing does."""
    knobs = world.knobs
    if knobs.latency_ms:
        await asyncio.sleep(knobs.latency_ms / 1000)
    if knobs.outage:
        world.ledger.counts["outage"] += 1
        return answer(outage, 500)
    if world.throttled():
        world.ledger.counts["throttled"] += 1
        return answer(throttled[1], throttled[0])
    return None


async def after(
    world: World, request: web.BaseRequest, message: Message, good: web.Response
) -> web.Response:
    """What happens to the answer of a call that was accepted."""
    knobs = world.knobs
    if world.roll(knobs.early_receipts):
        await world.send_receipt(message)
    if world.roll(knobs.half_open):
        world.ledger.counts["half_open"] += 1
        await asyncio.sleep(HANG_SECONDS)
        return cut(request, good)
    if world.roll(knobs.reset):
        world.ledger.counts["reset"] += 1
        return cut(request, good)
    if world.roll(knobs.garbage):
        world.ledger.counts["garbage"] += 1
        return answer(b"<html>upstream said: ???", good.status)
    return good


def cut(request: web.BaseRequest, response: web.Response) -> web.Response:
    """Reset the connection; the response goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return response


def answer(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/json")
