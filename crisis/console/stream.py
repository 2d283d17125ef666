"""Server-sent events: an incident's counts, as they change.

One reader a process and incident asks the database once a second, in a thread, however many
pages listen. Pages that cannot reach this process poll instead, so nothing depends on it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from crisis.console.live import live_counts
from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import within_jurisdiction

POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
# A page then connects again by itself, and is asked again who it is.
LONGEST_SECONDS = 300.0
# Readers outlive the request that began them, so they do not borrow its thread.
READERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="stream-reader")


class Reader:
    """Reads one incident's counts for all who listen, and stops when the last one leaves."""

    _running: dict[int, "Reader"] = {}

    def __init__(self, incident_id: int) -> None:
        self.incident_id = incident_id
        self.listeners: set[asyncio.Queue[str]] = set()
        self.latest = ""
        self.task: asyncio.Task[None] | None = None

    @classmethod
    def join(cls, incident_id: int) -> tuple["Reader", "asyncio.Queue[str]"]:
        reader = cls._running.setdefault(incident_id, cls(incident_id))
        # Room for one: a slow page gets the newest counts, never a backlog.
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
        reader.listeners.add(queue)
        if reader.latest:
            queue.put_nowait(reader.latest)
        if reader.task is None or reader.task.done():
            reader.task = asyncio.get_running_loop().create_task(reader.run())
        return reader, queue

    @property
    def alive(self) -> bool:
        """False when reading has failed: the stream ends and the page falls back to asking."""
        return self.task is not None and not self.task.done()

    def leave(self, queue: "asyncio.Queue[str]") -> None:
        self.listeners.discard(queue)
        if not self.listeners:
            self._running.pop(self.incident_id, None)
            if self.task is not None:
                self.task.cancel()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while self.listeners:
            counts = await loop.run_in_executor(READERS, read_counts, self.incident_id)
            if counts != self.latest:
                self.latest = counts
                for queue in self.listeners:
                    replace(queue, counts)
            await asyncio.sleep(POLL_SECONDS)


def replace(queue: "asyncio.Queue[str]", value: str) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(value)


def read_counts(incident_id: int) -> str:
    """The counts as one line of JSON. No connection is kept between two looks: one that breaks
    meanwhile would go unnoticed here."""
    try:
        counts = live_counts(Incident.objects.get(pk=incident_id))
    finally:
        connection.close()
    return json.dumps(counts, ensure_ascii=False, sort_keys=True)


async def events(incident_id: int) -> AsyncIterator[str]:
    """`counts` events on change, and a comment now and then so that proxies keep the line open."""
    reader, queue = Reader.join(incident_id)
    ends_at = asyncio.get_running_loop().time() + LONGEST_SECONDS
    try:
        yield "retry: 3000\n\n"
        while reader.alive and asyncio.get_running_loop().time() < ends_at:
            try:
                counts = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                yield f"event: counts\ndata: {counts}\n\n"
            except TimeoutError:
                yield ": still here\n\n"
    finally:
        reader.leave(queue)


@login_not_required  # a stream answers 401 or 404 itself: a redirect to log in would be useless
async def incident_stream(request: HttpRequest, pk: int) -> HttpResponseBase:
    user: Any = await request.auser()
    if not user.is_authenticated:
        return with_origin(HttpResponse(status=401))
    if not await sync_to_async(may_watch)(user, pk):
        return with_origin(HttpResponse(status=404))
    response = StreamingHttpResponse(events(pk), content_type="text/event-stream")
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
