"""The emulator as a server: one low-level handler, because every call of a wave passes it."""

import asyncio
import json
import os
import signal
import sys

from aiohttp import web

from notifications.emulator.options import Options
from notifications.emulator.pages import Pages
from notifications.emulator.twilio import TwilioApi
from notifications.emulator.wechat import WeChatApi
from notifications.emulator.world import World

HOST = "127.0.0.1"
PARENT_SECONDS = 0.5


class Emulator:
    def __init__(self, world: World) -> None:
        self._world = world
        self._twilio = TwilioApi(world)
        self._wechat = WeChatApi(world)
        self._pages = Pages(world)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith(self._twilio.root):
            return await self._twilio.handle(request)
        if path.startswith("/cgi-bin/"):
            return await self._wechat.handle(request)
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
            return web.Response(status=403, text="cross-site")
        if path == "/knobs" and request.method == "POST":
            return await self._turn_knobs(request)
        if path == "/stats":
            return web.json_response(self._world.stats())
        if path.startswith("/2010-04-01/"):
            return await self._twilio.handle(request)
        return await self._pages.handle(request)

    async def _turn_knobs(self, request: web.BaseRequest) -> web.Response:
        """JSON answers JSON; a form goes back to the page. `forget_tokens` makes WeChat forget
        every token it gave out."""
        is_json = request.content_type == "application/json"
        try:
            changes = await request.json() if is_json else dict(await request.post())
            if changes.pop("forget_tokens", None):
                self._wechat.forget_tokens()
            self._world.knobs.turn(changes)
        except (ValueError, AttributeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        if is_json:
            return web.json_response(self._world.knobs.as_dict())
        return web.Response(status=303, headers={"Location": "/knobs"})


async def serve(world: World) -> None:
    """Until SIGTERM, SIGINT, or the parent is gone. Says the address when it is ready."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sig, stopped.set)
    runner = web.ServerRunner(
        web.Server(Emulator(world).handle, access_log=None, keepalive_timeout=75),
        shutdown_timeout=1,
    )
    await runner.setup()
    site = web.TCPSite(runner, HOST, world.options.port, backlog=1024)
    await site.start()
    later = loop.create_task(world.schedule.run())
    watch = loop.create_task(_watch_parent(world.options, stopped))
    print(json.dumps({"ready": f"http://{HOST}:{runner.addresses[0][1]}"}), flush=True)
    try:
        await _first(stopped, later)
    finally:
        watch.cancel()
        later.cancel()
        await asyncio.gather(later, watch, return_exceptions=True)
        await runner.cleanup()
        await world.close()


async def _first(stopped: asyncio.Event, later: asyncio.Task[None]) -> None:
    """Wait for the end, and do not live on with a schedule that broke."""
    waiting = asyncio.create_task(stopped.wait())
    await asyncio.wait({waiting, later}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if later.done() and not later.cancelled() and (error := later.exception()):
        print(f"emulator: {error!r}", file=sys.stderr)
        raise error


async def _watch_parent(options: Options, stopped: asyncio.Event) -> None:
    while options.parent:
        if os.getppid() != options.parent:
            stopped.set()
            return
        await asyncio.sleep(PARENT_SECONDS)
