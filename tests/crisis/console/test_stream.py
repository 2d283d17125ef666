"""The event stream: counts as they change, for those who may see them."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

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


async def next_event(events):
    """(name, data) of the next event, comments and all else passed over."""
    async for text in events:
        lines = dict(line.split(": ", 1) for line in text.strip().split("\n") if ": " in line)
        if "event" in lines:
            return lines["event"], json.loads(lines["data"])
    raise AssertionError("the stream ended")


async def soon(events):
    return await asyncio.wait_for(next_event(events), 5)


async def change(events):
    while True:
        name, said = await soon(events)
        if name == "change":
            return said


async def change_and_line(events):
    """Figures and lines are read one after the other, so a commit between parts them for a turn."""
    said = {"set": {}, "events": []}
    while not (said["set"] and said["events"]):
        more = await change(events)
        said = {"set": said["set"] | more["set"], "events": said["events"] + more["events"]}
    return said


def recording(incident, officer, person, kind=EventKind.SAFE):
    record = sync_to_async(record_status)
    return record(incident=incident, person_ref=person.pk, kind=kind, officer=officer)


def test_stream_sends_all_at_once_and_then_what_changed(incident, officer, people):
    async def listen():
        events = stream.events(incident.pk, names=True)
        first = await soon(events)
        await recording(incident, officer, people["wang"])
        second = await change_and_line(events)
        await events.aclose()
        return first, second

    (name, first), second = run(listen())
    assert name == "snapshot"
    assert first["set"]["condition.unknown"] == 6
    assert second["set"]["condition.safe"] == second["set"]["head.safe"] == 1
    # Nothing of what stayed: no movement, no message, nobody who wants out.
    facets = {key.split(".")[0] for key in second["set"]}
    assert facets == {"condition", "contact", "head", "silent"}
    [line] = second["events"]
    assert (line["name"], line["kind"], line["source"]) == ("王小明", "safe", "officer")
    assert (line["at"], line["beijing"]) == ("12-17 13:00:00", "10:00:00")


def test_push_is_as_large_as_what_changed_and_not_as_the_incident(incident, officer, people):
    async def listen():
        events = stream.events(incident.pk)
        _, first = await soon(events)
        await recording(incident, officer, people["wang"])
        second = await change(events)
        await events.aclose()
        return len(json.dumps(first)), len(json.dumps(second))

    whole, push = run(listen())
    assert whole < 6000
    assert push < 600


def test_page_that_was_away_is_right_with_its_first_event(incident, officer, people):
    """Reconnected, whatever it missed: everything as it is now, at once."""

    async def listen():
        before = stream.events(incident.pk)
        await soon(before)
        await before.aclose()
        await recording(incident, officer, people["wang"])
        await recording(incident, officer, people["li"], EventKind.NEEDS_HELP)
        after = stream.events(incident.pk)
        again = await soon(after)
        await after.aclose()
        return again

    name, said = run(listen())
    assert name == "snapshot"
    assert (said["set"]["condition.safe"], said["set"]["condition.needs_help"]) == (1, 1)
    assert [line["kind"] for line in said["events"]] == ["needs_help", "safe"]


def test_joining_a_running_reader_gives_the_whole_board_too(incident):
    async def listen():
        one = stream.events(incident.pk)
        await soon(one)
        two = stream.events(incident.pk)
        name, said = await soon(two)
        shared = len(stream.Reader._running)
        await one.aclose()
        await two.aclose()
        return name, said["set"]["in_audience"], shared, len(stream.Reader._running)

    assert run(listen()) == ("snapshot", 6, 1, 0)


def test_names_reach_only_those_who_may_see_them(incident, officer, people):
    record_status(
        incident=incident, person_ref=people["wang"].pk, kind=EventKind.SAFE, officer=officer
    )

    async def listen():
        events = stream.events(incident.pk, names=False)
        _, said = await soon(events)
        await events.aclose()
        return said

    said = run(listen())
    assert said["events"][0]["person"] == people["wang"].pk
    assert "王小明" not in json.dumps(said, ensure_ascii=False)


def test_quiet_stream_beats_and_says_of_when_its_figures_are(incident, monkeypatch):
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)

    async def listen():
        events = stream.events(incident.pk)
        await soon(events)
        beat = await soon(events)
        await events.aclose()
        return beat

    assert run(listen()) == ("beat", {"at": ["12-17 13:00:00", "10:00:00"]})


def test_stream_ends_in_time_so_that_rights_are_asked_again(incident, monkeypatch):
    monkeypatch.setattr(stream, "LONGEST_SECONDS", 0.1)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)

    async def listen():
        return [text async for text in stream.events(incident.pk)]

    assert run(asyncio.wait_for(listen(), 5))[0].startswith("retry:")


def board(version, events=(), **figures):
    return stream.Board(version, figures, list(events), ["a", "b"])


def said_by(listener, seen):
    return json.loads(listener.push(seen).partition("data: ")[2])


def test_slow_page_gets_one_push_for_all_it_missed():
    listener = stream.Listener(names=True)
    listener.push(board(1, a=1, b=1, c=1))
    said = said_by(listener, board(4, a=9, b=1))
    assert (said["set"], said["gone"]) == ({"a": 9}, ["c"])


def test_line_that_commits_late_is_told_though_its_number_is_lower():
    listener = stream.Listener(names=True)
    listener.push(board(1, [{"id": 7}, {"id": 5}]))
    said = said_by(listener, board(2, [{"id": 7}, {"id": 6}, {"id": 5}]))
    assert said["events"] == [{"id": 6}]


def test_counting_messages_takes_a_small_share_of_the_time(incident, monkeypatch):
    moments = iter([0.0, 10.0, 12.0, 20.0, 51.9, 52.1, 60.0, 61.0])
    monkeypatch.setattr(stream, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    counted = []
    monkeypatch.setattr(stream, "wave_progress", lambda incident: counted.append(1) or {})
    look = stream.Look(incident.pk)
    look.read()  # at 0: counts from 10 to 12, and so not before 52
    look.read()  # at 20
    look.read()  # at 51.9
    assert len(counted) == 1
    look.read()  # at 52.1
    assert len(counted) == 2


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
