"""The event stream as a browser hears it: another process's port, with the same log-in."""

import asyncio
import threading

import pytest
import uvicorn
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from playwright.sync_api import expect

from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class StreamApplication(ASGIHandler):
    """config.asgi, in a process whose settings belong to the pages."""

    def create_request(self, scope, body_file):
        request, error = super().create_request(scope, body_file)
        if request is not None:
            request.urlconf = "config.stream_urls"
        return request, error


class StreamServer(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        options = {"host": "localhost", "port": 0, "lifespan": "off", "log_level": "warning"}
        application = StreamApplication()
        application.load_middleware(is_async=True)
        self.server = uvicorn.Server(
            uvicorn.Config(application, timeout_graceful_shutdown=1, **options)
        )
        self.listening = threading.Event()
        self.port = 0

    def run(self):
        asyncio.run(self.serve())

    async def serve(self):
        serving = asyncio.create_task(self.server.serve())
        while not self.server.started:
            await asyncio.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self.listening.set()
        await serving
        await sync_to_async(connections.close_all)()

    def stop(self):
        self.server.should_exit = True
        self.join(timeout=10)


@pytest.fixture
def stream(stream_elsewhere, live_server, settings):
    server = StreamServer()
    server.start()
    assert server.listening.wait(10)
    settings.STREAM_URL = f"http://localhost:{server.port}"
    settings.PUBLIC_URL = live_server.url
    yield server
    server.stop()


def test_counts_change_on_the_open_page_and_survive_the_stream(
    stream, page_as, officer, incident, people
):
    page = page_as(officer)
    page.goto(f"/incidents/{incident.pk}/")
    state, safe = page.locator("[data-stream-state]"), page.locator("[data-count='condition.safe']")
    expect(state).to_have_text("实时")

    def report_safe(name):
        record_status(
            incident=incident,
            person_ref=people[name].pk,
            kind=EventKind.SAFE,
            officer=officer,
            note="",
        )

    report_safe("wang")
    expect(safe).to_have_text("1", timeout=3000)
    stream.stop()
    expect(state).to_have_text("每 5 秒刷新")
    report_safe("li")
    expect(safe).to_have_text("2", timeout=8000)


def test_page_that_lost_its_line_is_right_at_once_when_it_has_it_again(
    stream, page_as, officer, incident, people
):
    page = page_as(officer)
    page.goto(f"/incidents/{incident.pk}/wall/")
    state = page.locator("[data-stream-state]")
    expect(state).to_have_text("实时")
    page.context.set_offline(True)
    for name in ("wang", "li"):
        record_status(
            incident=incident, person_ref=people[name].pk, kind=EventKind.SAFE, officer=officer
        )
    page.context.set_offline(False)
    expect(page.locator("[data-count='head.safe']")).to_have_text("2", timeout=8000)
    expect(page.locator("[data-events] li")).to_have_count(2)
    expect(state).to_have_text("实时", timeout=8000)
