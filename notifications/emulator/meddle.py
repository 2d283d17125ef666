"""The bad days of a provider, as the knobs have them."""

import asyncio
from dataclasses import replace

from notifications.emulator.http import Response
from notifications.emulator.ledger import Message
from notifications.emulator.world import World

HANG_SECONDS = 30


async def before(world: World, *, outage: Response, throttled: Response) -> Response | None:
    """What stands between a call and its acceptance; None when nothing does."""
    knobs = world.knobs
    if knobs.latency_ms:
        await asyncio.sleep(knobs.latency_ms / 1000)
    if wait := world.turn_in():
        await asyncio.sleep(wait)
    if knobs.outage:
        world.ledger.counts["outage"] += 1
        return outage
    if world.throttled():
        world.ledger.counts["throttled"] += 1
        return replace(throttled, retry_after=knobs.retry_after)
    return None


async def after(world: World, message: Message, good: Response) -> Response:
    """What happens to the answer of a call that was accepted."""
    knobs = world.knobs
    if world.roll(knobs.early_receipts):
        await world.send_receipt(message)
    if world.roll(knobs.half_open):
        world.ledger.counts["half_open"] += 1
        await asyncio.sleep(HANG_SECONDS)
        return Response(b"", reset=True)
    if world.roll(knobs.reset):
        world.ledger.counts["reset"] += 1
        return Response(b"", reset=True)
    if world.roll(knobs.garbage):
        world.ledger.counts["garbage"] += 1
        return Response(b"<html>upstream said: ???", good.status)
    return good
