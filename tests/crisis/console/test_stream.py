"""The event stream: counts as they change, for those who may see them."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from crisis.console import stream
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("config.stream_urls")]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(stream, "POLL_SECONDS", 0.02)


def run(coroutine):
    """In a thread of its own: Playwright keeps a loop running in the tests' thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, and_hang_up(coroutine)).result(timeout=20)


async def and_hang_up(coroutine):
    try:
        return await coroutine
    finally:
        await sync_to_async(connections.close_all)()


def url(incident):
    return f"/stream/incidents/{incident.pk}/"


def ask(user, incident):
    async def asked():
        client = AsyncClient()
        if user is not None:
            await client.aforce_login(user, "django.contrib.auth.backends.ModelBackend")
        return await client.get(url(incident))

    return run(asked())


async def next_counts(events):
    """The next `counts` event, comments and all else passed over."""
    async for text in events:
        if text.startswith("event: counts\n"):
            return json.loads(text.partition("data: ")[2])
    raise AssertionError("the stream ended")


def test_stream_sends_counts_at_once_and_on_change(incident, officer, people):
    record = sync_to_async(record_status)

    async def listen():
        events = stream.events(incident.pk)
        first = await asyncio.wait_for(next_counts(events), 5)
        await record(
            incident=incident,
            person_ref=people["wang"].pk,
            kind=EventKind.SAFE,
            officer=officer,
            note="",
        )
        second = await asyncio.wait_for(next_counts(events), 5)
        await events.aclose()
        return first, second

    first, second = run(listen())
    assert first["condition"]["unknown"] == 6
    assert second["condition"]["safe"] == 1
    assert second["head"]["safe"] == 1


def test_listeners_of_one_incident_share_a_reader_that_ends_with_them(incident):
    async def listen():
        one, two = stream.events(incident.pk), stream.events(incident.pk)
        await asyncio.gather(next_counts(one), next_counts(two))
        shared = len(stream.Reader._running)
        await one.aclose()
        await two.aclose()
        return shared, len(stream.Reader._running)

    assert run(listen()) == (1, 0)


def test_quiet_stream_breathes(incident, monkeypatch):
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)

    async def listen():
        events = stream.events(incident.pk)
        await next_counts(events)
        text = await asyncio.wait_for(anext(events), 5)
        await events.aclose()
        return text

    assert run(listen()).startswith(":")


def test_stream_ends_in_time_so_that_rights_are_asked_again(incident, monkeypatch):
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 0.1)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)

    async def listen():
        return [text async for text in stream.events(incident.pk)]

    assert run(asyncio.wait_for(listen(), 5))[0].startswith("retry:")


def test_slow_page_gets_the_newest_counts_only():
    async def fill():
        queue = asyncio.Queue(maxsize=1)
        stream.replace(queue, "old")
        stream.replace(queue, "new")
        return queue.get_nowait(), queue.empty()

    assert run(fill()) == ("new", True)


def test_stream_is_for_those_who_see_the_incident(incident, officer, outsider, liaison, settings):
    answered = ask(officer, incident)
    assert answered.status_code == 200
    assert answered["Content-Type"] == "text/event-stream"
    assert answered["Access-Control-Allow-Origin"] == settings.PUBLIC_URL
    assert answered["Access-Control-Allow-Credentials"] == "true"
    assert ask(outsider, incident).status_code == 404
    assert ask(liaison, incident).status_code == 404
    assert ask(None, incident).status_code == 401


def test_stream_process_answers_nothing_else(client):
    for path in ("/", "/login/", "/admin/", "/api/advisories/"):
        assert client.get(path).status_code in (404, 302)
