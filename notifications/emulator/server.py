"""The emulator as a server: one low-level handler, because every call of a wave passes it."""

import asyncio
import json
import os
import signal
import sys
from typing import Any

from notifications.emulator.http import Answer, Request, Response, Server, json_response
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

    def handle(self, request: Request) -> Answer:
        path = request.raw_path
        if path.startswith("/2010-04-01/"):
            return self._twilio.handle(request)
        if path.startswith("/cgi-bin/"):
            return self._wechat.handle(request)
        if request.method == "POST" and request.header("sec-fetch-site") == "cross-site":
            return json_response({"error": "cross-site"}, 403)
        if path == "/knobs" and request.method == "POST":
            return self._turn_knobs(request)
        if path == "/stats":
            return json_response(self._world.stats())
        return self._pages.handle(request)

    def _turn_knobs(self, request: Request) -> Response:
        """JSON answers JSON; a form goes back to the page. `forget_tokens` makes WeChat forget
        every token it gave out."""
        is_json = request.header("content-type").startswith("application/json")
        changes: Any = request.json() if is_json else request.form()
        if not isinstance(changes, dict):
            return json_response({"error": "an object of knobs is needed"}, 400)
        if changes.pop("forget_tokens", None):
            self._wechat.forget_tokens()
        try:
            self._world.knobs.turn(changes)
        except ValueError as error:
            return json_response({"error": str(error)}, 400)
        if is_json:
            return json_response(self._world.knobs.as_dict())
        return Response(b"", 303, location="/knobs")


async def serve(world: World) -> None:
    """Until SIGTERM, SIGINT, or the parent is gone. Says the address when it is ready."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sig, stopped.set)
    server = Server(Emulator(world).handle)
    port = await server.start(HOST, world.options.port)
    world.url = f"http://{HOST}:{port}"
    later = loop.create_task(world.schedule.run())
    watch = loop.create_task(_watch_parent(world.options, stopped))
    print(json.dumps({"ready": world.url}), flush=True)
    try:
        await _first(stopped, later)
    finally:
        watch.cancel()
        later.cancel()
        await asyncio.gather(later, watch, return_exceptions=True)
        await server.stop()
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
