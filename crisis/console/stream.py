"""Server-sent events: an incident's figures as they change, and the newest lines of its log.

One reader a process and incident asks the database once a second, in a thread, however many
pages listen. A page gets everything when it connects, and from then on only what changed since
its last push, so that a page which was away or slow is right with the next one. Pages that cannot
reach this process ask for the same as JSON instead, so nothing depends on it.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from crisis.console.live import Figures, board_figures, nameless, newest, read_clock
from crisis.console.waves import wave_progress
from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import within_jurisdiction

POLL_SECONDS = 1.0
# A beat says that the figures are still the newest; a page that hears none has lost the line.
HEARTBEAT_SECONDS = 5.0
# A page then connects again by itself, and is asked again who it is.
LONGEST_SECONDS = 300.0
# Counting messages may take this share of the time and no more: the more there are, the rarer.
SHARE_FOR_WAVES = 0.05
# Readers outlive the request that began them, so they do not borrow its thread.
READERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="stream-reader")


@dataclass(slots=True)
class Board:
    """What a reader knows: figures, newest events (with names), when it read them."""

    version: int = 0
    figures: Figures = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    read_at: list[str] = field(default_factory=list)


class Look:
    """Reads one incident's board; remembers the waves' progress, which is dearer, for a while."""

    def __init__(self, incident_id: int) -> None:
        self.incident_id = incident_id
        self.waves: dict[str, dict[str, Any]] = {}
        self.waves_due = 0.0

    def read(self) -> tuple[Figures, list[dict[str, Any]], list[str]]:
        """No connection is kept between two looks: one that breaks meanwhile would go unnoticed."""
        try:
            incident = Incident.objects.select_related("post").get(pk=self.incident_id)
            if time.monotonic() >= self.waves_due:
                self._count_waves(incident)
            return board_figures(incident, self.waves), newest(incident), read_clock(incident)
        finally:
            connection.close()

    def _count_waves(self, incident: Incident) -> None:
        began = time.monotonic()
        self.waves = wave_progress(incident)
        ended = time.monotonic()
        self.waves_due = ended + (ended - began) / SHARE_FOR_WAVES


class Reader:
    """Reads one incident's board for all who listen, and stops when the last one leaves."""

    _running: dict[int, "Reader"] = {}

    def __init__(self, incident_id: int) -> None:
        self.incident_id = incident_id
        self.listeners: set[object] = set()
        self.board = Board()
        self.news = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    @classmethod
    def join(cls, incident_id: int, listener: object) -> "Reader":
        reader = cls._running.setdefault(incident_id, cls(incident_id))
        reader.listeners.add(listener)
        if reader.task is None or reader.task.done():
            reader.task = asyncio.get_running_loop().create_task(reader.run())
        return reader

    @property
    def alive(self) -> bool:
        """False when reading has failed: the stream ends and the page falls back to asking."""
        return self.task is not None and not self.task.done()

    def leave(self, listener: object) -> None:
        self.listeners.discard(listener)
        if not self.listeners:
            self._running.pop(self.incident_id, None)
            if self.task is not None:
                self.task.cancel()

    async def run(self) -> None:
        look, loop = Look(self.incident_id), asyncio.get_running_loop()
        try:
            while self.listeners:
                figures, events, read_at = await loop.run_in_executor(READERS, look.read)
                self.take(figures, events, read_at)
                await asyncio.sleep(POLL_SECONDS)
        finally:
            self.news.set()

    def take(self, figures: Figures, events: list[dict[str, Any]], read_at: list[str]) -> None:
        """Keep what was read; listeners are woken where it differs."""
        known = self.board
        same = known.version and figures == known.figures and events == known.events
        version = known.version + (not same)
        self.board = Board(version, figures, events, read_at)
        if not same:
            self.news.set()
            self.news = asyncio.Event()


class Listener:
    """What one page has been told."""

    def __init__(self, *, names: bool) -> None:
        self.names = names
        self.told = Board()

    def push(self, board: Board) -> str:
        """The next event for this page: all, what changed, or that nothing did."""
        before, self.told = self.told, board
        if board.version == before.version:
            return sse("beat", {"at": board.read_at})
        # By number and not by order: a line may commit after one that got a greater number.
        told = {event["id"] for event in before.events}
        fresh = [event for event in board.events if event["id"] not in told]
        said: dict[str, Any] = {
            "at": board.read_at,
            "set": changed(before.figures, board.figures),
            "events": fresh if self.names else [nameless(event) for event in fresh],
        }
        if gone := sorted(set(before.figures) - set(board.figures)):
            said["gone"] = gone
        return sse("change" if before.version else "snapshot", said, board.version)


def changed(before: Figures, after: Figures) -> Figures:
    return {key: value for key, value in after.items() if before.get(key, before) != value}


def sse(name: str, said: dict[str, Any], version: int = 0) -> str:
    number = f"id: {version}\n" if version else ""
    data = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return f"{number}event: {name}\ndata: {data}\n\n"


async def events(incident_id: int, *, names: bool = False) -> AsyncIterator[str]:
    """`snapshot` at once, `change` when something did, `beat` when nothing has for a while."""
    listener = Listener(names=names)
    reader = Reader.join(incident_id, listener)
    ends_at = asyncio.get_running_loop().time() + LONGEST_SECONDS
    try:
        yield "retry: 3000\n\n"
        while reader.alive and asyncio.get_running_loop().time() < ends_at:
            news = reader.news
            if reader.board.version == listener.told.version:
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), HEARTBEAT_SECONDS)
            if reader.alive and reader.board.version:
                yield listener.push(reader.board)
    finally:
        reader.leave(listener)


@login_not_required  # a stream answers 401 or 404 itself: a redirect to log in would be useless
async def incident_stream(request: HttpRequest, pk: int) -> HttpResponseBase:
    """`?names=no`: a screen that everybody sees gets no names, whoever logged it in."""
    user: Any = await request.auser()
    if not user.is_authenticated:
        return with_origin(HttpResponse(status=401))
    if not await sync_to_async(may_watch)(user, pk):
        return with_origin(HttpResponse(status=404))
    names = user.can(Capability.VIEW_PERSON) and request.GET.get("names") != "no"
    response = StreamingHttpResponse(events(pk, names=names), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return with_origin(response)


incident_stream.capability = Capability.VIEW_INCIDENT  # type: ignore[attr-defined]


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Every other address of this process: our page of the same name links to pages it lacks."""
    return HttpResponse(status=404)


def may_watch(user: User, pk: int) -> bool:
    """As on the page: the capability, and the incident's post among the user's.

    The last question of this request, which may last minutes: its connection is given back.
    """
    try:
        visible = within_jurisdiction(Incident.objects.all(), user)
        return user.can(Capability.VIEW_INCIDENT) and visible.filter(pk=pk).exists()
    finally:
        connection.close()


def with_origin(response: HttpResponseBase) -> HttpResponseBase:
    """Let our own pages, and no others, read this with their cookies."""
    response["Access-Control-Allow-Origin"] = settings.PUBLIC_URL
    response["Access-Control-Allow-Credentials"] = "true"
    response["Vary"] = "Origin, Cookie"
    return response
