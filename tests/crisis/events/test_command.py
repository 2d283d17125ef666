"""crisis/events/management/commands/events.py"""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from kombu import Connection
from kombu.transport import virtual

from config.celery import app
from crisis.events import wire
from crisis.events.services import emit, publish_waiting
from crisis.events.types import EventType


def listen(*arguments: str) -> str:
    out = StringIO()
    call_command("events", "--once", "--wait", "0.5", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def queue() -> Any:
    """The name of a durable queue that is gone after the test."""
    yield "command-test"
    with app.connection_for_read() as connection:
        wire.partner_queue("command-test")(connection.channel()).delete()


def seal_told() -> None:
    with transaction.atomic():
        emit(
            type=EventType.MANIFEST_SEALED,
            subject="incident:3",
            data={"incident": 3, "manifest": 8, "version": 1, "people": 41, "content_hash": "ab"},
        )
    publish_waiting()


@pytest.mark.django_db
def test_a_durable_queue_keeps_what_came_while_the_partner_was_away(queue: str) -> None:
    assert listen("--queue", queue) == ""
    seal_told()
    line = json.loads(listen("--queue", queue, "--json"))
    assert (line["type"], line["data"]["people"]) == ("cn.guihang.manifest.sealed", 41)
    assert listen("--queue", queue) == ""


@pytest.mark.django_db
def test_a_line_can_be_read_aloud(queue: str, held_clock: object) -> None:
    listen("--queue", queue)
    seal_told()
    assert listen("--queue", queue).startswith(
        "2024-12-17T02:00:00Z  drill  cn.guihang.manifest.sealed  incident:3  content_hash=ab"
    )


@pytest.mark.django_db
def test_a_binding_chooses_the_types(queue: str) -> None:
    listen("--queue", queue, "--binding", "cn.guihang.incident.*")
    seal_told()
    assert listen("--queue", queue, "--binding", "cn.guihang.incident.*") == ""


def test_a_passing_queue_is_removed() -> None:
    err = StringIO()
    call_command("events", "--once", "--wait", "0.2", stdout=StringIO(), stderr=err)
    name = err.getvalue().split()[2]
    with app.connection_for_read() as connection:
        assert not exists(connection, name)


def exists(connection: Connection, queue: str) -> bool:
    channel = connection.channel()
    if isinstance(channel, virtual.Channel):  # passive declaration always succeeds there
        return queue in [row[2] for row in channel.get_table(wire.exchange().name)]
    try:
        channel.queue_declare(queue=queue, passive=True)
    except connection.channel_errors:
        return False
    return True


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="lower-case"):
        call_command("events", "--queue", "../x")


def test_a_broker_that_is_away_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        app, "connection_for_read", lambda: Connection("amqp://127.0.0.1:9//", connect_timeout=1)
    )
    with pytest.raises(CommandError, match="消息代理不可用"):
        call_command("events", stdout=StringIO(), stderr=StringIO())
